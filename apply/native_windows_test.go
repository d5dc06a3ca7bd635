package apply_test

import (
	"errors"
	"io/fs"
	"testing"

	"treaty/plan/tree"
)

func mkfifo(string) error { return errors.ErrUnsupported }

// modeOf is what the language takes for granted: Windows keeps no modes.
func modeOf(info fs.FileInfo) tree.Mode {
	if info.IsDir() {
		return tree.Perm(0o755)
	}
	return tree.Perm(0o644)
}

// canHold skips a test that needs what this system does not have.
func canHold(t tester, path tree.Path, n node) {
	mode := tree.Perm(0o644)
	switch n.kind {
	case tree.Symlink, tree.Special:
		t.Skip("Windows has no FIFOs, and links only for some")
	case tree.Directory:
		mode = tree.Perm(0o755)
	}
	if n.mode.Known() && n.mode != mode {
		t.Skip("Windows keeps no modes")
	}
	if why := tree.NTFS.Traits().NameProblem(path.Base()); why != "" {
		t.Skip(why)
	}
}

// skipSlow skips a test that takes minutes where calls are slow, as under Wine.
func skipSlow(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes minutes under Wine")
	}
}

// needPosix skips a test that makes trees of anything POSIX has.
func needPosix(t *testing.T) {
	t.Skip("it makes links, modes, and names that differ in case")
}
