package trees

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAVolumeIsCalledByItsLabel(t *testing.T) {
	device := ""
	for _, block := range []string{"/dev/loop0", "/dev/sda", "/dev/vda", "/dev/nvme0n1"} {
		if _, err := os.Stat(block); err == nil {
			device = block
			break
		}
	}
	if device == "" {
		t.Skip("there is no block device")
	}
	var st unix.Stat_t
	if err := unix.Stat(device, &st); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(device, filepath.Join(dir, `Ann\x27s\x20stick`)); err != nil {
		t.Fatal(err)
	}
	if got := labelIn(dir, uint64(st.Rdev)); got != "Ann's stick" {
		t.Errorf("it is called %q", got)
	}
	if got := labelIn(dir, 0); got != "" {
		t.Errorf("another one is called %q", got)
	}
	if got := Label(dir); got != "" {
		t.Errorf("a directory is called %q", got)
	}
}
