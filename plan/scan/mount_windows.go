package scan

import (
	"fmt"
	"strings"

	"golang.org/x/sys/windows"
)

// Mount tells of the filesystem that the tree lies on, without looking at the tree itself. What
// cannot be told is left empty; errors wrap ErrVanished.
func (r *Root) Mount() (Mount, error) {
	path, err := windows.UTF16PtrFromString(r.path)
	if err != nil {
		return Mount{}, plain(r.path, err)
	}
	var volume, fstype [windows.MAX_LONG_PATH]uint16
	var serial, longest, flags uint32
	err = windows.GetVolumePathName(path, &volume[0], uint32(len(volume)))
	if err == nil {
		err = windows.GetVolumeInformation(&volume[0], nil, 0, &serial, &longest, &flags, &fstype[0], uint32(len(fstype)))
	}
	if err != nil {
		return Mount{}, fmt.Errorf("%s: %w: %s", r.path, ErrVanished, why(err))
	}
	m := Mount{Type: strings.ToLower(windows.UTF16ToString(fstype[:]))}
	if serial != 0 {
		m.Volume = fmt.Sprintf("%04X-%04X", serial>>16, serial&0xffff)
	}
	if flags&windows.FILE_READ_ONLY_VOLUME != 0 {
		m.Options = "ro"
	}
	return m, nil
}
