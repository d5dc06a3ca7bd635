package scan

import (
	"errors"

	"golang.org/x/sys/windows"
)

// Full tells whether err is what a volume without room answers with.
func Full(err error) bool {
	return errors.Is(err, ErrFull) || errors.Is(err, windows.ERROR_DISK_FULL) ||
		errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}
