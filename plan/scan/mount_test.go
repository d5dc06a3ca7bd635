//go:build unix

package scan

import (
	"os"
	"path/filepath"
	"testing"

	"treaty/plan/tree"
)

func mountOf(fstype, options, volume string) Mount {
	return Mount{Type: fstype, Options: options, Volume: volume}
}

func TestTraitsComeFromTheBestSource(t *testing.T) {
	id, other := "1234-ABCD", "FFFF-0000"
	probed := tree.FAT.Traits()
	probed.Type, probed.Volume, probed.MtimeGranularity = "vfat", &id, 1
	elsewhere := probed
	elsewhere.Volume = &other
	for _, c := range []struct {
		name     string
		mount    Mount
		declared tree.Profile
		recorded *tree.Traits
		source   tree.Origin
		profile  tree.Profile
		granule  int64
	}{
		{"declared wins", mountOf("vfat", "", id), tree.POSIX, &probed, tree.Declared, tree.POSIX, 1},
		{"recorded of the same volume", mountOf("vfat", "", id), "", &probed, tree.Recorded, tree.FAT, 1},
		{"recorded of another volume", mountOf("vfat", "", id), "", &elsewhere, tree.Hinted, tree.FAT, 2e9},
		{"recorded of another type", mountOf("ext4", "", id), "", &probed, tree.Hinted, tree.POSIX, 1},
		{"recorded of a volume, now unknown", mountOf("vfat", "", ""), "", &probed, tree.Hinted, tree.FAT, 2e9},
		{"hinted", mountOf("fuseblk.ntfs", "", ""), "", nil, tree.Hinted, tree.NTFS, 100},
		{"hinted, whole seconds", mountOf("hfs", "", ""), "", nil, tree.Hinted, tree.APFS, 1e9},
		{"assumed", mountOf("fuse.sshfs", "", ""), "", nil, tree.Assumed, tree.Unknown, 2e9},
		{"assumed, nothing known", Mount{}, "", nil, tree.Assumed, tree.Unknown, 2e9},
	} {
		got := c.mount.Traits(c.declared, c.recorded)
		if got.Source != c.source || got.Profile != c.profile || got.MtimeGranularity != c.granule ||
			got.Type != c.mount.Type ||
			(got.Volume == nil) != (c.mount.Volume == "") {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	if _, err := open(t, t.TempDir()).Traits("", nil); err != nil {
		t.Error(err)
	}
}

func TestNestedTreesAreFound(t *testing.T) {
	dir := t.TempDir()
	mkdir(t, dir, "a", "b", "c")
	mkdir(t, dir, "ab")
	must(t, os.Symlink("a/b", filepath.Join(dir, "link")))
	for _, c := range []struct {
		a, b string
		want Relation
	}{
		{"a", "a", Same}, {"a", "a/b/..", Same}, {"link", "a/b", Same}, {"link/c", "a", Inside}, {"a", "link/c", Around},
		{"a", "ab", Apart}, {"a/b", "ab", Apart},
	} {
		got, err := Relate(open(t, filepath.Join(dir, c.a)), open(t, filepath.Join(dir, c.b)))
		if err != nil || got != c.want {
			t.Errorf("Relate(%s, %s) = %d, %v; want %d", c.a, c.b, got, err, c.want)
		}
	}
	r := open(t, filepath.Join(dir, "a"))
	for path, want := range map[string]bool{"a": true, "a/new": true, "a/new/deep": true, "link/new": true,
		"ab/new": false, "new": false} {
		if got, err := r.Holds(filepath.Join(dir, path)); err != nil || got != want {
			t.Errorf("Holds(%s) = %t, %v", path, got, err)
		}
	}
}
