//go:build unix

package scan

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Unplugged tells whether err is what a volume answers with that was pulled out, or whose driver ended.
func Unplugged(err error) bool {
	for _, gone := range []error{unix.ENOTCONN, unix.ENODEV, unix.ENXIO, unix.ESTALE} {
		if errors.Is(err, gone) {
			return true
		}
	}
	return false
}
