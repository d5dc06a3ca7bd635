package disk

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

func TestNoPathLeavesTheTree(t *testing.T) {
	s := newSide(t, Options{Can: ways[0].can})
	outside := filepath.Join(filepath.Dir(s.dir), "outside")
	os.Mkdir(outside, 0o755)
	os.WriteFile(filepath.Join(outside, "f"), []byte("canary"), 0o644)
	os.Symlink(outside, s.path("out"))
	os.Symlink("in", s.path("ln"))
	before := s.write("in/f", "canary")
	os.WriteFile(s.path("plain"), nil, 0o644)
	for _, p := range []tree.Path{"out/f", "ln/f", "plain/f", "../outside/f", "/f", "in/../in/f", "in//f",
		".treaty/tree.json", "in/.TREATY/f", ""} {
		staged := s.stage("evil")
		for what, err := range map[string]error{
			"create":  second(s.Create(p, staged)),
			"mkdir":   second(s.Mkdir(p, tree.Perm(0o755), true)),
			"replace": second(s.Replace(p, before, staged, "")),
			"trash":   second(s.Trash(p, before, "")),
			"rmdir":   second(s.Rmdir(p)),
			"move":    second(s.Move("in/f", p, before, "")),
			"from":    second(s.Move(p, "in/g", before, "")),
			"chmod":   second(s.Chmod(p, before, tree.Perm(0o777))),
			"touch":   second(s.Touch(p, before, tree.UnixTime(0, 1))),
		} {
			if err == nil {
				t.Errorf("%s %q went through", what, p)
			}
		}
	}
	if got, _ := os.ReadFile(filepath.Join(outside, "f")); string(got) != "canary" || s.content("in/f") != "canary" {
		t.Error("a canary changed")
	}
	if names, _ := os.ReadDir(outside); len(names) != 1 {
		t.Errorf("outside has %v", names)
	}
}

// A parent that is swapped for a link after it was used, and is kept open, is refused.
func TestASwappedParentIsRefused(t *testing.T) {
	needLinks(t)
	s := newSide(t, Options{Can: ways[0].can})
	outside := filepath.Join(filepath.Dir(s.dir), "outside")
	os.Mkdir(outside, 0o755)
	before := s.write("d/e/f", "mine")
	_, err := s.Create("d/e/first", s.stage("x"))
	check(t, err)
	for _, swap := range []string{"d", "d/e"} {
		check(t, os.Rename(s.path(swap), s.path("moved")))
		check(t, os.Symlink(outside, s.path(swap)))
		if _, err := s.Create("d/e/g", s.stage("evil")); !errors.Is(err, volume.ErrUnfit) {
			t.Errorf("%s: create: %v", swap, err)
		}
		if _, err := s.Trash("d/e/f", before, ""); !errors.Is(err, volume.ErrUnfit) {
			t.Errorf("%s: trash: %v", swap, err)
		}
		check(t, os.Remove(s.path(swap)))
		check(t, os.Rename(s.path("moved"), s.path(swap)))
	}
	if names, _ := os.ReadDir(outside); len(names) != 0 || s.content("d/e/f") != "mine" {
		t.Errorf("outside has %v", names)
	}
}
