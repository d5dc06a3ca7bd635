package disk

import (
	"errors"
	"fmt"

	"golang.org/x/sys/windows"

	"treaty/apply/volume"
	"treaty/plan/scan"
)

// errno turns an NTSTATUS into what errors.Is knows.
func errno(err error) error {
	var status windows.NTStatus
	if !errors.As(err, &status) {
		return err
	}
	if status == windows.STATUS_OBJECT_NAME_COLLISION {
		return windows.ERROR_ALREADY_EXISTS
	}
	return status.Errno()
}

// busy tells whether err says that another program has the file open, so that it can't be looked at,
// or not be renamed, or has locked a part of it.
func busy(err error) bool {
	return errors.Is(err, scan.ErrInUse) || errors.Is(err, windows.ERROR_SHARING_VIOLATION) ||
		errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}

// unsupported tells whether err says that the volume has no such call.
func unsupported(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, windows.ERROR_INVALID_FUNCTION) ||
		errors.Is(err, windows.ERROR_INVALID_PARAMETER)
}

// unmoded tells whether err says that the volume keeps no such attributes.
func unmoded(err error) bool { return unsupported(err) }

// wordless tells whether err may say no more, over a network, than that there is no such call there.
func wordless(error) bool { return false }

// fatal tells whether err of a write leaves the volume in doubt, full or gone.
func fatal(err error) bool {
	for _, bad := range []error{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL,
		windows.ERROR_DISK_RESOURCES_EXHAUSTED,
		windows.ERROR_DISK_QUOTA_EXCEEDED, windows.ERROR_WRITE_PROTECT, windows.ERROR_IO_DEVICE, windows.ERROR_CRC,
		windows.ERROR_SEEK, windows.ERROR_SECTOR_NOT_FOUND, windows.ERROR_WRITE_FAULT, windows.ERROR_READ_FAULT,
		windows.ERROR_GEN_FAILURE, windows.ERROR_ADAP_HDW_ERR, windows.ERROR_DEVICE_HARDWARE_ERROR,
		windows.ERROR_DISK_OPERATION_FAILED, windows.ERROR_FILE_CORRUPT, windows.ERROR_DISK_CORRUPT} {
		if errors.Is(err, bad) {
			return true
		}
	}
	return scan.Unplugged(err)
}

// readOnly is an error of the first write, as an ErrReadOnly or an ErrFull where that is why.
func readOnly(err error) error {
	switch {
	case errors.Is(err, windows.ERROR_WRITE_PROTECT):
		return fmt.Errorf("%w: %w", volume.ErrReadOnly, err)
	case errors.Is(err, windows.ERROR_DISK_FULL), errors.Is(err, windows.ERROR_HANDLE_DISK_FULL):
		return fmt.Errorf("%w: %w", volume.ErrFull, err)
	}
	return err
}
