//go:build unix

package disk

import (
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// handle is the descriptor of an open directory.
type handle = int

func handleOf(d *scan.Dir) handle { return d.FD() }

// again repeats a call that a signal interrupted, as FUSE drivers do.
func again(call func() error) error {
	for {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
}

// lockable is what a lock can keep from being changed: a name in a directory, or else what is open.
type lockable struct {
	d    handle
	name string
	open int
}

func named(d handle, name string) lockable { return lockable{d: d, name: name} }

// busy: opening tells nothing of other programs here; lease does.
func busy(error) bool { return false }

// unsupported tells whether err says that the volume has no such call.
func unsupported(err error) bool {
	for _, no := range []error{unix.ENOSYS, unix.EINVAL, unix.ENOTSUP, unix.EOPNOTSUPP, unix.ENOTTY} {
		if errors.Is(err, no) {
			return true
		}
	}
	return false
}

// unmoded tells whether err says that the volume keeps no modes or links.
func unmoded(err error) bool { return unsupported(err) || errors.Is(err, unix.EPERM) }

// wordless tells whether err may say no more, over a network, than that there is no such call there.
func wordless(err error) bool { return errors.Is(err, unix.EIO) }

// fatal tells whether err of a write leaves the volume in doubt, full or gone.
func fatal(err error) bool {
	for _, bad := range []error{unix.EIO, unix.ENOSPC, unix.EDQUOT, unix.EROFS} {
		if errors.Is(err, bad) {
			return true
		}
	}
	return scan.Unplugged(err)
}

// readOnly is an error of the first write, as an ErrReadOnly or an ErrFull where that is why.
func readOnly(err error) error {
	switch {
	case errors.Is(err, unix.EROFS):
		return fmt.Errorf("%w: %w", volume.ErrReadOnly, err)
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EDQUOT):
		return fmt.Errorf("%w: %w", volume.ErrFull, err)
	}
	return err
}

// openFile opens a file for examination. Sharing is free here; see lease.
func openFile(at spot) (*os.File, error) { return at.dir.Open(at.name) }

func openAt(d handle, name string, flags int, perm uint32) (*os.File, error) {
	fd, err := descriptorAt(d, name, flags, perm)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

func descriptorAt(d handle, name string, flags int, perm uint32) (fd int, err error) {
	err = again(func() (err error) {
		fd, err = unix.Openat(d, name, flags|unix.O_NOFOLLOW|unix.O_CLOEXEC, perm)
		return err
	})
	return fd, err
}

func sysCreate(d handle, name string, perm uint32) (*os.File, error) {
	return openAt(d, name, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL, perm)
}

func sysAppend(d handle, name string) (*os.File, error) {
	return openAt(d, name, unix.O_WRONLY|unix.O_APPEND, 0)
}

// sysOpenForSync opens a regular file or a directory, for whatever is there.
func sysOpenForSync(d handle, name string) (*os.File, error) {
	return openAt(d, name, unix.O_RDONLY|unix.O_NONBLOCK, 0)
}

func sysMkdir(d handle, name string, perm uint32) error {
	return again(func() error { return unix.Mkdirat(d, name, perm) })
}

func sysSymlink(target string, d handle, name string) error {
	return again(func() error { return unix.Symlinkat(target, d, name) })
}

func sysLink(d handle, name string, to handle, as string) error {
	return again(func() error { return unix.Linkat(d, name, to, as, 0) })
}

func sysRename(_ *os.File, d handle, name string, to handle, as string) error {
	return despite(func() error { return unix.Renameat(d, name, to, as) }, named(d, name), named(to, as))
}

func sysUnlink(d handle, name string) error {
	return despite(func() error { return unix.Unlinkat(d, name, 0) }, named(d, name))
}

func sysRmdir(d handle, name string) error {
	err := again(func() error { return unix.Unlinkat(d, name, unix.AT_REMOVEDIR) })
	if err == unix.EEXIST { // POSIX allows either
		err = unix.ENOTEMPTY
	}
	return err
}

func notEmpty(err error) bool { return errors.Is(err, unix.ENOTEMPTY) }

func sysChmodFile(f *os.File, perm uint32) error {
	fd := int(f.Fd())
	return despite(func() error { return unix.Fchmod(fd, perm) }, lockable{open: fd})
}

func sysChmodAt(d handle, name string, perm uint32) error {
	return despite(func() error { return unix.Fchmodat(d, name, perm, unix.AT_SYMLINK_NOFOLLOW) }, named(d, name))
}

// denied tells whether err is for want of a permission in a directory.
func denied(err error) bool { return errors.Is(err, unix.EACCES) }

// sysOwnMode is the mode of an open directory, and whether this process may set it as its owner.
func sysOwnMode(d handle) (mode tree.Mode, ours bool) {
	var st unix.Stat_t
	if err := unix.Fstat(d, &st); err != nil {
		return 0, false
	}
	return tree.Perm(uint32(st.Mode)), int(st.Uid) == os.Geteuid()
}

// sysChmodFolder leaves the bits above the permissions as they are.
func sysChmodFolder(d handle, perm uint32) error {
	var st unix.Stat_t
	if err := unix.Fstat(d, &st); err != nil {
		return err
	}
	return again(func() error { return unix.Fchmod(d, uint32(st.Mode)&(unix.S_ISUID|unix.S_ISGID|unix.S_ISVTX)|perm) })
}

// holdsName: what is open for examination can be renamed by its name.
const holdsName = false

// sysTouch leaves the access time of f as it is, by saying it. Rejected: UTIME_OMIT, for which exfat-fuse
// sets both times to now, and reports success.
func sysTouch(f *os.File, d handle, name string, mtime tree.Time) error {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return err
	}
	return sysSetTimes(int(f.Fd()), d, name, [2]unix.Timespec{st.Atim, timespec(mtime.Time())})
}

func timespec(at time.Time) (ts unix.Timespec) {
	ts.Sec, ts.Nsec = at.Unix(), int64(at.Nanosecond())
	return ts
}

// sysSame tells whether name in d is the file open as f. Inode numbers of some FUSE drivers change
// between two looks; who gets false compares content.
func sysSame(f *os.File, d handle, name string) (bool, error) {
	var open, named unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &open); err != nil {
		return false, err
	}
	if err := unix.Fstatat(d, name, &named, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return false, err
	}
	return open.Dev == named.Dev && open.Ino == named.Ino, nil
}

// sysShared tells whether an open file has more names than one.
func sysShared(f *os.File) (bool, error) {
	var st unix.Stat_t
	err := unix.Fstat(int(f.Fd()), &st)
	return st.Nlink > 1, err
}

// sysTwins tells whether two names are of one file.
func sysTwins(d handle, name string, other handle, as string) bool {
	var one, two unix.Stat_t
	if unix.Fstatat(d, name, &one, unix.AT_SYMLINK_NOFOLLOW) != nil ||
		unix.Fstatat(other, as, &two, unix.AT_SYMLINK_NOFOLLOW) != nil {
		return false
	}
	return one.Mode&unix.S_IFMT == unix.S_IFREG && one.Nlink > 1 && one.Dev == two.Dev && one.Ino == two.Ino
}

func sysSpace(d handle) (volume.Space, error) {
	var st unix.Statfs_t
	if err := again(func() error { return unix.Fstatfs(d, &st) }); err != nil {
		return volume.Space{}, err
	}
	block := int64(st.Bsize)
	return volume.Space{Free: int64(st.Bavail) * block, Total: int64(st.Blocks) * block, Block: block,
		Inodes: int64(min(st.Files, math.MaxInt64)), FreeInodes: int64(min(st.Ffree, math.MaxInt64))}, nil
}
