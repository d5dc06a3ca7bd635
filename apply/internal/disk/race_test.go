package disk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"treaty/apply/volume"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// TestNoEditIsLost races edits against Replace: half of them atomic saves, half in place. After each
// round everything that was ever saved is at a visible name or in the trash, and what the user wrote
// last is at a visible name unless it was replaced knowingly.
func TestNoEditIsLost(t *testing.T) {
	rounds := 10 * effort.Tries(3, 12)
	for _, way := range ways[:min(3, len(ways))] {
		for _, by := range []string{"atomic save", "in place", "delete and create"} {
			t.Run(way.name+", "+by, func(t *testing.T) {
				if by == "delete and create" {
					needUnlink(t)
				}
				s := newSide(t, Options{Can: way.can, RacySince: tree.UnixTime(1<<40, 0)})
				done, drifted, conflicts := 0, 0, 0
				for round := range rounds {
					p := fmt.Sprintf("d%d/file.txt", round/100)
					old, edit, mine := fmt.Sprint("old ", round), fmt.Sprint("edit ", round, " by the user"),
						fmt.Sprint("mine ", round)
					before := s.write(p, old)
					staged, err := s.Stage(context.Background(), strings.NewReader(mine), int64(len(mine)),
						tree.Hash{}, tree.UnixTime(5, 0), 0)
					check(t, err)
					start, saved := make(chan bool), make(chan error)
					go func() {
						<-start
						for range round % 64 * 50 {
						}
						err := save(s.path(p), by, edit)
						for refused(err) { // as people do
							err = save(s.path(p), by, edit)
						}
						saved <- err
					}()
					close(start)
					_, err = s.Replace(tree.Path(p), before, staged, "")
					check(t, <-saved)
					switch drift := new(volume.Drift); {
					case err == nil:
						done++
					case errors.As(err, &drift):
						drifted++
						if drift.Conflict != "" {
							conflicts++
						}
					default:
						t.Fatalf("round %d: %v", round, err)
					}
					found := s.keptIn(filepath.Dir(p))
					if !found[edit] {
						t.Fatalf("round %d: the edit is lost (%v); there are %v", round, err, found)
					}
					// An edit in place is of the old content itself.
					if by == "atomic save" && err == nil && !found[old] {
						t.Fatalf("round %d: the old content is lost", round)
					}
					os.RemoveAll(s.path(p))
				}
				t.Logf("%d rounds: %d replaced, %d drifted, of them %d kept two versions", rounds, done, drifted, conflicts)
			})
		}
	}
}

func save(path, by, content string) error {
	switch by {
	case "atomic save":
		if err := os.WriteFile(path+"~", []byte(content), 0o644); err != nil {
			return err
		}
		return os.Rename(path+"~", path)
	case "in place":
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o644)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := f.Truncate(0); err != nil {
			return err
		}
		_, err = f.Write([]byte(content))
		return err
	}
	os.Remove(path)
	return os.WriteFile(path, []byte(content), 0o644)
}

// keptIn is every content in the given folder and in all of the trash.
func (s *side) keptIn(folder string) map[string]bool {
	found := map[string]bool{}
	for _, dir := range []string{folder, volume.TrashFolder + "/run-1/" + folder} {
		names, _ := os.ReadDir(s.path(dir))
		for _, name := range names {
			if content, err := os.ReadFile(filepath.Join(s.path(dir), name.Name())); err == nil {
				found[string(content)] = true
			}
		}
	}
	return found
}

// between runs save right before the n-th call of kind, so that each gap of a replacement is hit for
// certain.
func between(s *side, kind Kind, n int, save func()) {
	s.hook = func(c Call) error {
		if c.Kind == kind {
			if n--; n == 0 {
				save()
			}
		}
		return nil
	}
}

func TestEachGapIsSeen(t *testing.T) {
	if holdsName {
		t.Skip("nobody gets into a gap here: see TestNobodyGetsAtAFileThatIsHeld")
	}
	atomically := func(s *side, content string) func() {
		return func() {
			os.WriteFile(s.path("f~"), []byte(content), 0o644)
			os.Rename(s.path("f~"), s.path("f"))
		}
	}
	t.Run("saved before the exchange", func(t *testing.T) {
		s := newSide(t, Options{Can: ways[0].can})
		before := s.write("f.txt", "old")
		staged := s.stage("new")
		between(s, Exchange, 1, func() { s.write("g", "edit"); os.Rename(s.path("g"), s.path("f.txt")) })
		_, err := s.Replace("f.txt", before, staged, "")
		if !errors.Is(err, volume.ErrDrift) || s.content("f.txt") != "edit" {
			t.Errorf("%v, %q", err, s.content("f.txt"))
		}
	})
	t.Run("saved before, and again after", func(t *testing.T) {
		s := newSide(t, Options{Can: ways[0].can})
		before := s.write("f", "old")
		staged := s.stage("new")
		exchanges := 0
		s.hook = func(c Call) error {
			if c.Kind == Exchange {
				exchanges++
				atomically(s, fmt.Sprint("edit ", exchanges))()
			}
			return nil
		}
		_, err := s.Replace("f", before, staged, "")
		drift := new(volume.Drift)
		if !errors.As(err, &drift) || drift.Conflict != "f (treaty conflict)" ||
			s.content("f") != "edit 1" || s.content("f (treaty conflict)") != "edit 2" {
			t.Errorf("%v: %q", err, s.snapshot())
		}
	})
	t.Run("removed after the exchange", func(t *testing.T) {
		s := newSide(t, Options{Can: ways[0].can})
		before := s.write("f", "old")
		staged := s.stage("new")
		exchanges := 0
		s.hook = func(c Call) error {
			if c.Kind == Exchange {
				if exchanges++; exchanges == 1 {
					atomically(s, "edit")()
				} else {
					os.Remove(s.path("f"))
				}
			}
			return nil
		}
		_, err := s.Replace("f", before, staged, "")
		if !errors.Is(err, volume.ErrDrift) || s.content("f") != "edit" {
			t.Errorf("%v: %q", err, s.snapshot())
		}
	})
	t.Run("saved while the name was free", func(t *testing.T) {
		for _, way := range ways[1:3] {
			s := newSide(t, Options{Can: way.can})
			before := s.write("f", "old")
			staged := s.stage("new")
			kind, n := Rename, 2
			if way.can.Link {
				kind, n = Link, 1
			}
			between(s, kind, n, func() { s.write("f", "edit") })
			_, err := s.Replace("f", before, staged, "")
			drift := new(volume.Drift)
			if !errors.As(err, &drift) || s.content("f") != "edit" || s.content(drift.Trash) != "old" ||
				s.content(staged.Name) != "new" {
				t.Errorf("%s: %v: %q", way.name, err, s.snapshot())
			}
		}
	})
	t.Run("saved before a move or a delete", func(t *testing.T) {
		for _, way := range ways {
			s := newSide(t, Options{Can: way.can})
			before := s.write("f", "old")
			between(s, Rename, 1, atomically(s, "edit"))
			_, err := s.Move("f", "g", before, "")
			if !errors.Is(err, volume.ErrDrift) || s.content("f") != "edit" {
				t.Errorf("%s: move: %v: %q", way.name, err, s.snapshot())
			}
			s.absent("g")
			s.hook = nil
			before = s.write("f", "old")
			between(s, Rename, 1, atomically(s, "edit"))
			_, err = s.Trash("f", before, "")
			if !errors.Is(err, volume.ErrDrift) || s.content("f") != "edit" {
				t.Errorf("%s: trash: %v: %q", way.name, err, s.snapshot())
			}
		}
	})
	t.Run("parent swapped for a link", func(t *testing.T) {
		s := newSide(t, Options{Can: ways[0].can})
		outside := filepath.Join(filepath.Dir(s.dir), "outside")
		os.MkdirAll(outside, 0o755)
		os.WriteFile(filepath.Join(outside, "f"), []byte("canary"), 0o644)
		before := s.write("d/f", "old")
		staged := s.stage("new")
		between(s, Exchange, 1, func() {
			os.Rename(s.path("d"), s.path("away"))
			os.Symlink(outside, s.path("d"))
		})
		s.Replace("d/f", before, staged, "")
		if got, _ := os.ReadFile(filepath.Join(outside, "f")); string(got) != "canary" {
			t.Error("the canary changed")
		}
		if names, _ := os.ReadDir(outside); len(names) != 1 {
			t.Errorf("outside has %v", names)
		}
	})
}
