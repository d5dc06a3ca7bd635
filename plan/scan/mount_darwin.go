package scan

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Mount tells of the filesystem that the tree lies on, without looking at the tree itself. What
// cannot be told is left empty; errors wrap ErrVanished.
func (r *Root) Mount() (Mount, error) {
	var fs unix.Statfs_t
	if err := unix.Fstatfs(r.top.fd, &fs); err != nil {
		return Mount{}, fmt.Errorf("%s: %w: %s", r.path, ErrVanished, why(err))
	}
	var options []string
	for _, o := range []struct {
		flag uint32
		name string
	}{{unix.MNT_RDONLY, "ro"}, {unix.MNT_NOSUID, "nosuid"}, {unix.MNT_NODEV, "nodev"}, {unix.MNT_NOEXEC, "noexec"}} {
		if fs.Flags&o.flag != 0 {
			options = append(options, o.name)
		}
	}
	return Mount{
		Type:    unix.ByteSliceToString(fs.Fstypename[:]),
		Options: strings.Join(options, ","),
		Volume:  volumeUUID(unix.ByteSliceToString(fs.Mntonname[:])),
	}, nil
}

// volumeUUID asks getattrlist(2) for ATTR_VOL_UUID; "" where the filesystem has none.
func volumeUUID(point string) string {
	path, err := unix.BytePtrFromString(point)
	if err != nil {
		return ""
	}
	list := struct {
		count, reserved                    uint16
		common, volume, dir, file, forkish uint32
	}{count: 5, volume: 0x80000000 | 0x00040000} // ATTR_BIT_MAP_COUNT; ATTR_VOL_INFO, ATTR_VOL_UUID
	var got [4 + 16]byte // the length of it all, the UUID
	_, _, errno := unix.Syscall6(unix.SYS_GETATTRLIST, uintptr(unsafe.Pointer(path)), uintptr(unsafe.Pointer(&list)),
		uintptr(unsafe.Pointer(&got)), uintptr(len(got)), 0, 0)
	if errno != 0 || binary.LittleEndian.Uint32(got[:]) != uint32(len(got)) {
		return ""
	}
	u := got[4:]
	return fmt.Sprintf("%X-%X-%X-%X-%X", u[0:4], u[4:6], u[6:8], u[8:10], u[10:16])
}
