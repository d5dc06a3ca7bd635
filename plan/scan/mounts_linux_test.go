package scan

import (
	"slices"
	"testing"
)

func TestMountPointsAreThoseOfDevices(t *testing.T) {
	const table = `22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
23 22 0:21 / /proc rw - proc proc rw
30 22 8:17 / /media/ann/MY\040STICK rw,nosuid shared:1 - vfat /dev/sdb1 rw
31 22 0:40 / /home/ann/far rw - fuse.sshfs ann@far: rw
32 22 0:41 / /mnt/ram rw - tmpfs none rw
`
	want := []string{"/", "/media/ann/MY STICK", "/mnt/ram"}
	if got := localPoints(table); !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}
