//go:build unix

package scan

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Full tells whether err is what a volume without room answers with, or one on which a person may take no more.
func Full(err error) bool {
	return errors.Is(err, ErrFull) || errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT)
}
