//go:build unix

package disk

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"

	"treaty/plan/scan"
)

// sysMayChange tells whether this process may create and rename in d.
func sysMayChange(d *scan.Dir) error {
	err := unix.Faccessat(d.FD(), ".", unix.W_OK|unix.X_OK, unix.AT_EACCESS)
	if errors.Is(err, unix.EACCES) {
		return fs.ErrPermission
	}
	if errors.Is(err, unix.EROFS) {
		return err
	}
	return nil
}
