package disk

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

var longAgo = time.Date(2020, 2, 3, 4, 5, 6, 700, time.UTC)

func TestCreateInstallsAndNeverReplaces(t *testing.T) {
	everyWay(t, func(t *testing.T, s *side) {
		r, err := s.Create("new", s.stage("content"))
		check(t, err)
		if got := s.content("new"); got != "content" || r.Entry.Mode != perm(0o640) ||
			r.Entry.Mtime != tree.TimeOf(longAgo).Add(100) {
			t.Errorf("got %q, %+v", got, r.Entry)
		}
		s.write("taken", "user's")
		staged := s.stage("mine")
		_, err = s.Create("taken", staged)
		if !errors.Is(err, volume.ErrDrift) || !errors.Is(err, volume.ErrTaken) || s.content("taken") != "user's" {
			t.Errorf("err %v, content %q", err, s.content("taken"))
		}
		if s.content(staged.Name) != "mine" {
			t.Error("what was staged is gone")
		}
		check(t, s.Discard(staged))
		s.absent(staged.Name)
		if _, err := s.Create("no/parent", s.stage("x")); !errors.Is(err, volume.ErrDrift) {
			t.Errorf("missing parent: %v", err)
		}
	})
}

func TestReplaceKeepsTheOldInTheTrash(t *testing.T) {
	everyWay(t, func(t *testing.T, s *side) {
		before := s.write("a/b.txt", "old")
		r, err := s.Replace("a/b.txt", before, s.stage("new"), "")
		check(t, err)
		if s.content("a/b.txt") != "new" || r.Trash != ".treaty/trash/run-1/a/b.txt" || s.content(r.Trash) != "old" {
			t.Errorf("content %q, %+v", s.content("a/b.txt"), r)
		}
		r, err = s.Replace("a/b.txt", s.state("a/b.txt"), s.stage("newer"), "")
		check(t, err)
		if r.Trash != ".treaty/trash/run-1/a/b (2).txt" || s.content(r.Trash) != "new" {
			t.Errorf("second: %+v", r)
		}
	})
}

func TestReplaceBetweenFileAndLink(t *testing.T) {
	needLinks(t)
	for _, way := range ways[:min(2, len(ways))] {
		s := newSide(t, Options{Can: way.can})
		before := s.write("f", "old")
		link, err := s.StageLink("else/where")
		check(t, err)
		r, err := s.Replace("f", before, link, "")
		check(t, err)
		if r.Entry.Type != tree.Symlink || r.Entry.Target != "else/where" || s.content(r.Trash) != "old" {
			t.Errorf("%s: %+v", way.name, r)
		}
		if _, err := s.Replace("f", &tree.State{Type: tree.Symlink, Rare: tree.LinkTo("other")}, s.stage("x"),
			""); !errors.Is(err, volume.ErrDrift) {
			t.Errorf("%s: other target: %v", way.name, err)
		}
		r, err = s.Replace("f", &tree.State{Type: tree.Symlink, Rare: tree.LinkTo("else/where")}, s.stage("file"), "")
		check(t, err)
		if target, err := os.Readlink(s.path(r.Trash)); err != nil || target != "else/where" || s.content("f") != "file" {
			t.Errorf("%s: trash has %q (%v)", way.name, target, err)
		}
	}
}

func TestDriftTouchesNothing(t *testing.T) {
	cases := []struct {
		name string
		then func(s *side) // after the plan saw "old"
	}{
		{"gone", func(s *side) { os.Remove(s.path("f")) }},
		{"longer", func(s *side) { s.write("f", "longer") }},
		{"later", func(s *side) { os.Chtimes(s.path("f"), longAgo, longAgo.Add(time.Second)) }},
		{"mode", func(s *side) { os.Chmod(s.path("f"), 0o600) }},
		{"same stat, other content", func(s *side) { s.write("f", "odd") }},
		{"link", func(s *side) { os.Remove(s.path("f")); os.Symlink("x", s.path("f")) }},
		{"directory", func(s *side) { os.Remove(s.path("f")); os.Mkdir(s.path("f"), 0o755) }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			switch c.name {
			case "link":
				needLinks(t)
			case "mode":
				needModes(t)
			}
			everyWay(t, func(t *testing.T, s *side) {
				before := s.write("f", "old")
				c.then(s)
				was := s.snapshot()
				staged := s.stage("new")
				for what, err := range map[string]error{
					"replace": second(s.Replace("f", before, staged, "")),
					"trash":   second(s.Trash("f", before, "")),
					"move":    second(s.Move("f", "g", before, "")),
					"chmod":   second(s.Chmod("f", before, tree.Perm(0o777))),
					"touch":   second(s.Touch("f", before, tree.UnixTime(0, 1))),
				} {
					if d := new(volume.Drift); !errors.As(err, &d) || !errors.Is(err, volume.ErrDrift) {
						t.Errorf("%s: %v", what, err)
					}
				}
				check(t, s.Discard(staged))
				if now := s.snapshot(); !slices.Equal(now, was) {
					t.Errorf("was\n%s\nnow\n%s", strings.Join(was, "\n"), strings.Join(now, "\n"))
				}
			})
		})
	}
}

func TestAWriterMakesAFileBusy(t *testing.T) {
	s := newSide(t, Options{Can: ways[0].can})
	before := s.write("f", "old")
	writer, err := os.OpenFile(s.path("f"), os.O_RDWR, 0)
	check(t, err)
	defer writer.Close()
	reader, _ := os.Open(s.path("f"))
	leased, err := lease(reader)
	reader.Close()
	if err == nil && !leased {
		t.Skip("no leases here")
	}
	if _, err := s.Replace("f", before, s.stage("new"), ""); !errors.Is(err, volume.ErrBusy) || s.content("f") != "old" {
		t.Errorf("err %v", err)
	}
}
