//go:build unix

package scan

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Damaged tells whether err of a read is the volume's fault, and it is still there.
func Damaged(err error) bool { return errors.Is(err, unix.EIO) }
