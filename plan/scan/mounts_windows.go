package scan

import "golang.org/x/sys/windows"

// MountPoints are the drives of this machine that are not on a network, sorted; nil where they are not known.
func MountPoints() []string {
	drives, err := windows.GetLogicalDrives()
	if err != nil {
		return nil
	}
	var points []string
	for letter := range 26 {
		root := string(rune('A'+letter)) + `:\`
		if drives&(1<<letter) != 0 && onThisMachine(root) {
			points = append(points, root)
		}
	}
	return points
}

func onThisMachine(root string) bool {
	path, err := windows.UTF16PtrFromString(root)
	if err != nil {
		return false
	}
	switch windows.GetDriveType(path) {
	case windows.DRIVE_FIXED, windows.DRIVE_REMOVABLE, windows.DRIVE_RAMDISK:
		return true
	}
	return false
}
