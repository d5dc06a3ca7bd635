package scan

import (
	"errors"

	"golang.org/x/sys/windows"
)

// Damaged tells whether err of a read is the volume's fault, and it is still there.
func Damaged(err error) bool {
	for _, bad := range []error{windows.ERROR_CRC, windows.ERROR_FILE_CORRUPT, windows.ERROR_DISK_CORRUPT,
		windows.ERROR_SEEK, windows.ERROR_SECTOR_NOT_FOUND} {
		if errors.Is(err, bad) {
			return true
		}
	}
	return false
}
