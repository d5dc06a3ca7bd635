package scan

import (
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What is asked of a volume (sys/attr.h).
const (
	attributeCapabilities = 0x00020000 // ATTR_VOL_CAPABILITIES
	attributeUUID         = 0x00040000 // ATTR_VOL_UUID
)

// Mount tells of the filesystem that the tree lies on, without looking at the tree itself. What
// cannot be told is left empty; errors wrap ErrVanished.
func (r *Root) Mount() (Mount, error) {
	var fs unix.Statfs_t
	if err := unix.Fstatfs(r.top.fd, &fs); err != nil {
		return Mount{}, vanished(r.path, err)
	}
	var options []string
	for _, o := range []struct {
		flag uint32
		name string
	}{{unix.MNT_RDONLY, "ro"}, {unix.MNT_NOSUID, "nosuid"}, {unix.MNT_NODEV, "nodev"}, {unix.MNT_NOEXEC, "noexec"},
		{unix.MNT_JOURNALED, optionJournaled}} {
		if fs.Flags&o.flag != 0 {
			options = append(options, o.name)
		}
	}
	point := unix.ByteSliceToString(fs.Mntonname[:])
	return Mount{
		Type:          macType(unix.ByteSliceToString(fs.Fstypename[:]), unix.ByteSliceToString(fs.Mntfromname[:])),
		Options:       strings.Join(options, ","),
		Volume:        volumeUUID(volumeAttribute(point, attributeUUID, sizeUUID)),
		CaseSensitive: capable(volumeAttribute(point, attributeCapabilities, sizeCapabilities), formatCaseSensitive),
	}, nil
}

// volumeAttribute asks getattrlist(2) for one attribute of the volume mounted at point, which takes size
// bytes after the length that comes first; nil where the filesystem does not have it.
func volumeAttribute(point string, attribute uint32, size int) []byte {
	path, err := unix.BytePtrFromString(point)
	if err != nil {
		return nil
	}
	list := struct {
		count, reserved                    uint16
		common, volume, dir, file, forkish uint32
	}{count: 5, volume: 0x80000000 | attribute} // ATTR_BIT_MAP_COUNT; ATTR_VOL_INFO
	got := make([]byte, lengthOfAttributes+size)
	_, _, errno := unix.Syscall6(unix.SYS_GETATTRLIST, uintptr(unsafe.Pointer(path)), uintptr(unsafe.Pointer(&list)),
		uintptr(unsafe.Pointer(&got[0])), uintptr(len(got)), 0, 0)
	if errno != 0 {
		return nil
	}
	return got
}
