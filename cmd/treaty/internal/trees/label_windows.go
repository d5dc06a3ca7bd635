package trees

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// Label is what the volume is called whose root this is; "" of any other directory, and where it has no label.
func Label(root string) string {
	drive := filepath.VolumeName(root) + `\`
	if filepath.Clean(root) != drive {
		return ""
	}
	path, err := windows.UTF16PtrFromString(drive)
	if err != nil {
		return ""
	}
	var label [windows.MAX_PATH + 1]uint16
	if err := windows.GetVolumeInformation(path, &label[0], uint32(len(label)), nil, nil, nil, nil, 0); err != nil {
		return ""
	}
	return windows.UTF16ToString(label[:])
}
