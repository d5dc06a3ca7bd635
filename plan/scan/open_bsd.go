//go:build unix && !linux

package scan

import "golang.org/x/sys/unix"

// openDirAt opens the directory called name in fd and nothing else.
func openDirAt(fd int, name string) (int, error) {
	return again(func() (int, error) {
		return unix.Openat(fd, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	})
}
