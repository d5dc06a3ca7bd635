package local

import (
	"testing"

	"treaty/plan/scan"
)

func TestOnlyWhatIsKnownToKeepAJournalDoes(t *testing.T) {
	for _, c := range []struct {
		on   scan.Mount
		want bool
	}{
		{scan.Mount{Type: "apfs"}, true},
		{scan.Mount{Type: "hfs", Options: "nodev,journaled"}, true},
		{scan.Mount{Type: "hfs", Options: "nodev"}, false},
		{scan.Mount{Type: "msdos", Options: "journaled"}, false},
		{scan.Mount{Type: "lifs.exfat"}, false},
		{scan.Mount{Type: "ext4"}, true},
		{scan.Mount{Type: "ext2"}, false},
		{scan.Mount{}, false},
		{scan.Mount{Type: "nfs4"}, false},
		{scan.Mount{Type: "fuse.sshfs"}, false},
		{scan.Mount{Type: "smb.ntfs"}, false},
	} {
		if journalled(c.on) != c.want {
			t.Errorf("%+v: not %t", c.on, c.want)
		}
	}
}
