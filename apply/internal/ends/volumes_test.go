package ends

import (
	"testing"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// What a driver can do and the next machine cannot read is not recorded.
func TestWhatIsRecordedOfAVolume(t *testing.T) {
	able := volume.Probed{Traits: tree.Traits{MtimeGranularity: 1, Modes: true, Symlinks: true,
		CaseSensitive: true, Names: tree.PosixNames}}
	folding := able
	folding.Traits.CaseSensitive = false
	for _, c := range []struct {
		name                     string
		profile                  tree.Profile
		probed                   *volume.Probed
		symlinks, modes, caseful bool
		names                    tree.NameRules
		granularity              int64
	}{
		{"FAT as macOS has it", tree.FAT, &folding, false, true, false, tree.WindowsNames, 2e9},
		{"exFAT as macOS has it", tree.ExFAT, &folding, false, true, false, tree.WindowsNames, 1},
		{"NTFS as Linux has it", tree.NTFS, &able, true, true, false, tree.WindowsNames, 1},
		{"APFS", tree.APFS, &folding, true, true, false, tree.PosixNames, 1},
		{"APFS that minds case", tree.APFS, &able, true, true, true, tree.PosixNames, 1},
		{"ext4", tree.POSIX, &able, true, true, true, tree.PosixNames, 1},
		{"ext4 with a folded folder", tree.POSIX, &folding, true, true, false, tree.PosixNames, 1},
		{"nobody knows what", tree.Unknown, &able, true, true, true, tree.PosixNames, 1},
	} {
		got := record(c.profile.Traits(), c.probed)
		if got.Symlinks != c.symlinks || got.Modes != c.modes || got.CaseSensitive != c.caseful || got.Names != c.names ||
			got.MtimeGranularity != c.granularity || got.Source != tree.Recorded {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}
