package disk

import (
	"errors"
	"fmt"
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

// Where each create waits for the disk, each looks.
func TestEachCreateLooksWhereItTakesLong(t *testing.T) {
	needLinks(t)
	s := newSide(t, Options{Can: ways[0].can, SyncEach: true})
	s.write("d/f", "mine")
	end := s.Bundle()
	defer end()
	_, err := s.Create("d/1", s.stage("x"))
	check(t, err)
	check(t, os.Rename(s.path("d"), s.path("moved")))
	check(t, os.Symlink(t.TempDir(), s.path("d")))
	if _, err := s.Create("d/2", s.stage("x")); !errors.Is(err, volume.ErrUnfit) {
		t.Errorf("it is %v", err)
	}
}

// Of what is asked for together a parent is looked at once in a while: one that is swapped for a link is refused after
// a few files, which lie in the directory that was moved, at once in another directory, and once that is over. What is
// outside is never changed, and what replaces or takes away looks each time.
func TestASwappedParentIsRefusedAmongWhatIsAskedForTogether(t *testing.T) {
	needLinks(t)
	s := newSide(t, Options{Can: ways[0].can})
	outside := filepath.Join(filepath.Dir(s.dir), "outside")
	os.Mkdir(outside, 0o755)
	before := s.write("d/e/f", "mine")
	s.write("other/f", "mine")
	create := func(dir string, n int) error {
		_, err := s.Create(tree.Path(fmt.Sprint(dir, "/", n)), s.stage("x"))
		return err
	}
	swapped := func(do func()) {
		check(t, os.Rename(s.path("d"), s.path("moved")))
		check(t, os.Symlink(outside, s.path("d")))
		do()
		check(t, os.Remove(s.path("d")))
		check(t, os.Rename(s.path("moved"), s.path("d")))
	}
	refused := func(err error) {
		t.Helper()
		if !errors.Is(err, volume.ErrUnfit) {
			t.Errorf("it is %v", err)
		}
	}
	end := s.Bundle()
	check(t, create("d/e", 0))
	swapped(func() {
		for n := 1; n < mostInARow; n++ {
			check(t, create("d/e", n))
		}
		refused(create("d/e", mostInARow))
	})
	check(t, create("d/e", 100))
	swapped(func() {
		_, err := s.Trash("d/e/f", before, "")
		refused(err)
		check(t, create("other", 1))
		refused(create("d/e", 101))
	})
	check(t, create("d/e", 200))
	end()
	swapped(func() { refused(create("d/e", 201)) })
	if names, _ := os.ReadDir(outside); len(names) != 0 || s.content("d/e/f") != "mine" {
		t.Errorf("outside has %v", names)
	}
	if names, _ := os.ReadDir(s.path("d/e")); len(names) != 1+mostInARow+2 {
		t.Errorf("the directory has %d names", len(names))
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
