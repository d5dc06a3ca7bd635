package scan

import (
	"encoding/binary"
	"errors"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"treaty/plan/tree"
)

func TestMountTableIsParsed(t *testing.T) {
	const table = "24 1 8:1 / / rw,noatime shared:1 - ext4 /dev/sda1 rw\n" +
		"31 24 0:44 /sub /media/my\\040stick rw,nosuid - fuseblk /dev/sd\\134b rw,user_id=0\n"
	got, known := parseMounts(table, "31")
	want := mountLine{"0:44", "/sub", "/media/my stick", "rw,nosuid", "fuseblk", `/dev/sd\b`}
	if !known || got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if _, known := parseMounts(table, "3"); known {
		t.Error("a mount that is not there is known")
	}
}

func TestBootSectorsTellWhatTheyAre(t *testing.T) {
	for _, c := range []struct {
		at     int
		magic  string
		serial int
		want   volume
	}{
		{3, "NTFS    ", 0x48, volume{"000000001234ABCD", "ntfs"}},
		{3, "EXFAT   ", 0x64, volume{"1234-ABCD", "exfat"}},
		{82, "FAT32   ", 0x43, volume{"1234-ABCD", "vfat"}},
		{54, "FAT16   ", 0x27, volume{"1234-ABCD", "vfat"}},
		{0, "", 0, volume{}},
	} {
		boot := make([]byte, 512)
		copy(boot[c.at:], c.magic)
		if c.serial > 0 {
			binary.LittleEndian.PutUint32(boot[c.serial:], 0x1234abcd)
		}
		if got := parseBoot(boot); got != c.want {
			t.Errorf("%q: %+v, want %+v", c.magic, got, c.want)
		}
	}
}

// mounted mounts and sees to the end of it.
func mounted(t *testing.T, source, target, fstype string, flags uintptr) {
	t.Helper()
	if err := unix.Mount(source, target, fstype, flags, ""); err != nil {
		t.Skip("no mounts may be made here:", err)
	}
	t.Cleanup(func() { unix.Unmount(target, unix.MNT_DETACH) })
}

func TestMountsAreNotCrossedAndSeenThrough(t *testing.T) {
	dir := t.TempDir()
	write(t, "x", dir, "a", "b", "file")
	bound, other := mkdir(t, dir, "a", "bound"), mkdir(t, dir, "a", "other")
	outside := mkdir(t, dir, "outside")
	mounted(t, filepath.Join(dir, "a", "b"), bound, "", unix.MS_BIND)
	mounted(t, filepath.Join(dir, "a", "b"), outside, "", unix.MS_BIND)
	mounted(t, "none", other, "tmpfs", 0)
	r := open(t, filepath.Join(dir, "a"))
	for _, name := range []tree.Path{"bound", "other"} {
		if d, err := r.Dir(name); !errors.Is(err, ErrOtherDevice) {
			t.Errorf("Dir(%s) = %v, %v", name, d, err)
		}
	}
	wantText(t, r.Walk(t.Context(), Options{}), `
directory "b"
directory "bound"
directory "other": mount-point, another filesystem is mounted here
file "b/file"
"bound": mount-point, another filesystem is mounted here
`)
	if got, err := Relate(open(t, outside), r); got != Inside || err != nil {
		t.Errorf("a bind mount of a part: %d, %v; want %d", got, err, Inside)
	}
	if m, err := open(t, other).Mount(); m.Type != "tmpfs" || err != nil {
		t.Errorf("Mount = %+v, %v", m, err)
	}
}

func TestUnmountedTreeIsAnErrorAndNoDelete(t *testing.T) {
	dir := mkdir(t, t.TempDir(), "stick")
	mounted(t, "none", dir, "tmpfs", 0)
	write(t, "x", dir, "sub", "file")
	r := open(t, dir)
	w := r.Walk(t.Context(), Options{})
	_, err := w.List(tree.Root)
	must(t, err)
	must(t, unix.Unmount(dir, unix.MNT_DETACH))
	if err := w.Finish(); !errors.Is(err, ErrVanished) {
		t.Errorf("Finish: %v, want %v", err, ErrVanished)
	}
}
