package scan

import (
	"encoding/binary"
	"testing"

	"treaty/plan/tree"
)

// answer is what getattrlist fills in: the length, and then these words.
func answer(words ...uint32) []byte {
	got := binary.LittleEndian.AppendUint32(nil, uint32(4+4*len(words)))
	for _, word := range words {
		got = binary.LittleEndian.AppendUint32(got, word)
	}
	return got
}

func TestMacSaysWhichKindOfVolumeItIs(t *testing.T) {
	for _, c := range []struct {
		name string
		got  []byte
		want bool
	}{
		{"case-sensitive", answer(0x300, 0, 0, 0, 0xfff, 0, 0, 0), true},
		{"case-preserving only", answer(0x200, 0, 0, 0, 0xfff, 0, 0, 0), false},
		{"set, but not known", answer(0x300, 0, 0, 0, 0x200, 0, 0, 0), false},
		{"of the interfaces, not the format", answer(0, 0x300, 0, 0, 0, 0xfff, 0, 0), false},
		{"no answer", nil, false},
		{"cut short", answer(0x300, 0, 0, 0, 0xfff), false},
		{"another length", append(binary.LittleEndian.AppendUint32(nil, 12), answer(0x300, 0, 0, 0, 0xfff, 0, 0, 0)[4:]...),
			false},
	} {
		if capable(c.got, formatCaseSensitive) != c.want {
			t.Errorf("%s: not %t", c.name, c.want)
		}
	}
	for fstype, want := range map[string]bool{"apfs": true, "hfs": true, "msdos": false, "exfat": false,
		"nfs": true, "macfuse": false} {
		m := Mount{Type: fstype, CaseSensitive: true}
		if got := m.Traits("", nil).CaseSensitive; got != want {
			t.Errorf("case-sensitive %s: %t", fstype, got)
		}
	}
	if (Mount{Type: "apfs"}).Traits("", nil).CaseSensitive {
		t.Error("apfs is taken as case-sensitive")
	}
}

func TestMacVolumesHaveAnIdentity(t *testing.T) {
	got := answer(0x44332211, 0x88776655, 0xccbbaa99, 0x00ffeedd)
	if id := volumeUUID(got); id != "11223344-5566-7788-99AA-BBCCDDEEFF00" {
		t.Error(id)
	}
	for name, got := range map[string][]byte{"none": nil, "zero": answer(0, 0, 0, 0), "short": answer(1, 2, 3)} {
		if id := volumeUUID(got); id != "" {
			t.Errorf("%s: %s", name, id)
		}
	}
}

func TestMacTypesHaveTheirProfiles(t *testing.T) {
	for _, c := range []struct {
		fstype, from, want string
		profile            tree.Profile
	}{
		{"apfs", "/dev/disk3s5", "apfs", tree.APFS},
		{"hfs", "/dev/disk4s2", "hfs", tree.APFS},
		{"msdos", "/dev/disk4s1", "msdos", tree.FAT},
		{"exfat", "/dev/disk4s1", "exfat", tree.ExFAT},
		{"lifs", "msdos://disk12s1/RM SD CARD", "lifs.msdos", tree.FAT},
		{"lifs", "exfat://disk12s1/CARD", "lifs.exfat", tree.ExFAT},
		{"lifs", "", "lifs", tree.Unknown},
		{"smbfs", "//ann@nas/share", "smbfs", tree.Unknown},
		{"webdav", "https://example.org/x", "webdav", tree.Unknown},
	} {
		got := macType(c.fstype, c.from)
		if got != c.want || Hint(got) != c.profile {
			t.Errorf("%s from %s: %s, %s", c.fstype, c.from, got, Hint(got))
		}
	}
}

func TestAJournalIsTold(t *testing.T) {
	for options, want := range map[string]bool{"": false, "ro,journaled": true, "journaled": true,
		"nosuid,nodev": false, "unjournaled": false} {
		if (Mount{Type: "hfs", Options: options}).Journaled() != want {
			t.Errorf("%q: not %t", options, want)
		}
	}
}
