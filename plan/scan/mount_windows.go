package scan

import (
	"fmt"
	"path/filepath"
	"strings"

	"golang.org/x/sys/windows"
)

// Mount tells of the filesystem that the tree lies on, without looking at the tree itself. What
// cannot be told is left empty; errors wrap ErrVanished.
func (r *Root) Mount() (Mount, error) {
	var fstype [windows.MAX_PATH + 1]uint16
	var serial, flags uint32
	// By handle: a path may be too long for what asks by path.
	top, err := r.top.handle.root.Open(".")
	if err == nil {
		err = windows.GetVolumeInformationByHandle(windows.Handle(top.Fd()), nil, 0, &serial, nil, &flags,
			&fstype[0], uint32(len(fstype)))
		top.Close()
	}
	if err != nil {
		return Mount{}, vanished(r.path, err)
	}
	m := Mount{Type: strings.ToLower(windows.UTF16ToString(fstype[:]))}
	if r.remote() {
		m.Type = "smb." + m.Type
	}
	if serial != 0 {
		m.Volume = fmt.Sprintf("%04X-%04X", serial>>16, serial&0xffff)
	}
	if flags&windows.FILE_READ_ONLY_VOLUME != 0 {
		m.Options = "ro"
	}
	return m, nil
}

// remote tells whether the tree's volume is one of a server: it is called by that, or by a drive that stands for it.
func (r *Root) remote() bool {
	top, err := windows.UTF16PtrFromString(filepath.VolumeName(r.path) + `\`)
	return err == nil && windows.GetDriveType(top) == windows.DRIVE_REMOTE
}
