package scan

import (
	"errors"

	"golang.org/x/sys/windows"
)

// Unplugged tells whether err is what a volume answers with that was pulled out, or whose driver or server
// is gone.
func Unplugged(err error) bool {
	for _, gone := range []error{windows.ERROR_NOT_READY, windows.ERROR_DEVICE_NOT_CONNECTED, windows.ERROR_DEV_NOT_EXIST,
		windows.ERROR_NO_SUCH_DEVICE, windows.ERROR_DEVICE_REMOVED, windows.ERROR_FILE_INVALID, windows.ERROR_WRONG_DISK,
		windows.ERROR_NO_MEDIA_IN_DRIVE, windows.ERROR_MEDIA_CHANGED, windows.ERROR_BAD_UNIT,
		windows.ERROR_NETNAME_DELETED, windows.ERROR_UNEXP_NET_ERR} {
		if errors.Is(err, gone) {
			return true
		}
	}
	return false
}
