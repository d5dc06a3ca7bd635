package scan

import "golang.org/x/sys/unix"

// openDirAt opens the directory called name in fd and nothing else. openat2 refuses bind mounts of
// the same device too (EXDEV), which no comparison of device numbers can see. Kernels before 5.6
// don't have it (ENOSYS), some sandboxes forbid it (EPERM): plain openat then.
func openDirAt(fd int, name string) (int, error) {
	const flags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC
	how := unix.OpenHow{Flags: flags, Resolve: unix.RESOLVE_NO_XDEV | unix.RESOLVE_NO_SYMLINKS}
	dir, err := again(func() (int, error) { return unix.Openat2(fd, name, &how) })
	if err == unix.ENOSYS || err == unix.EPERM {
		dir, err = again(func() (int, error) { return unix.Openat(fd, name, flags, 0) })
	}
	return dir, err
}
