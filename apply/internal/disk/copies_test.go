package disk

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

func (s *side) preserve(p, content string) volume.Staged {
	s.t.Helper()
	copied, err := s.Preserve(context.Background(), tree.Path(p), strings.NewReader(content),
		&tree.State{Type: tree.File, Size: int64(len(content)), Mtime: tree.UnixTime(7, 0)})
	check(s.t, err)
	return copied
}

func TestCopiesLieApartFromWhatIsTrashed(t *testing.T) {
	s := newSide(t, Options{Traits: tree.FAT.Traits(), Can: ways[0].can})
	state := s.write("d/f", "mine")
	first, second := s.preserve("d/f", "theirs"), s.preserve("d/f", "theirs too")
	odd, odder := s.preserve("d/a:b", "odd"), s.preserve("CON/x", "odder")
	_, err := s.Trash("d/f", state, "")
	check(t, err)
	want := map[string]string{".treaty/trash/run-1/d/f": "mine", first.Name: "theirs", second.Name: "theirs too",
		odd.Name: "odd", odder.Name: "odder"}
	if len(want) != 5 {
		t.Errorf("names clash: %v", want)
	}
	for name, content := range want {
		if s.content(name) != content {
			t.Errorf("%s holds %q, not %q", name, s.content(name), content)
		}
		if s.IsCopy(name) == (content == "mine") {
			t.Errorf("%s: IsCopy is %v", name, s.IsCopy(name))
		}
	}
	check(t, s.ClearCopies(map[string]bool{second.Name: true}))
	if s.content(second.Name) != "theirs too" || s.content(".treaty/trash/run-1/d/f") != "mine" {
		t.Errorf("what was to be kept is gone")
	}
	if _, err := os.Lstat(s.path(first.Name)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a copy that was not to be kept: %v", err)
	}
	check(t, s.ClearCopies(nil))
	if _, err := os.Lstat(s.path(".treaty/trash/run-1/.treaty")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder of the copies: %v", err)
	}
}

func TestACopyIsOfWhatThePlanSaw(t *testing.T) {
	s := newSide(t, Options{Can: ways[0].can})
	before := s.write("f", "seen")
	read := func(state tree.State) error {
		f, err := s.Content("f", &state)
		if err == nil {
			f.Close()
		}
		return err
	}
	check(t, read(*before))
	longer, later, link := *before, *before, *before
	longer.Size++
	later.Mtime = later.Mtime.Add(100) // nanoseconds, which is what NTFS tells apart
	link.Type = tree.Symlink
	for _, state := range []tree.State{longer, later, link} {
		if err := read(state); !errors.Is(err, volume.ErrDrift) {
			t.Errorf("%+v: %v", state, err)
		}
	}
	wrong := *before
	wrong.SHA256 = tree.Hash{1}
	if _, err := s.Preserve(context.Background(), "f", strings.NewReader("seem"),
		&wrong); !errors.Is(err, volume.ErrSource) {
		t.Errorf("another content: %v", err)
	}
	if names := s.kept()["seem"]; names != nil {
		t.Errorf("left behind: %v", names)
	}
}

func TestWhatIsDamagedGoesToTheTrashUnread(t *testing.T) {
	s := newSide(t, Options{Can: ways[0].can})
	s.write("d/f", "")
	found, err := s.At("d/f")
	check(t, err)
	s.write("d/f", "saved just now")
	if _, err := s.Quarantine("d/f", "d/f", found); !errors.Is(err, volume.ErrDrift) {
		t.Errorf("a file that was saved meanwhile: %v", err)
	}
	found, err = s.At("d/f")
	check(t, err)
	place, err := s.Quarantine("d/f", "d/f", found)
	check(t, err)
	if s.content(place) != "saved just now" {
		t.Errorf("%s holds %q", place, s.content(place))
	}
	again, err := s.Quarantine(place, "d/f", found)
	check(t, err)
	staged := s.stage("old")
	check(t, s.Restore(staged, place))
	if s.content(place) != "old" || s.content(again) != "saved just now" {
		t.Errorf("%s holds %q, and %s %q", place, s.content(place), again, s.content(again))
	}
	if err := s.Restore(s.stage("other"), place); !errors.Is(err, fs.ErrExist) {
		t.Errorf("restored over what is there: %v", err)
	}
}

func TestALateWriteShows(t *testing.T) {
	s := newSide(t, Options{Can: ways[0].can})
	before := s.write("d/f", "old")
	r, err := s.Trash("d/f", before, "")
	check(t, err)
	changed := func(want bool) {
		t.Helper()
		if got, err := s.Changed(r.Trash, before); err != nil || got != want {
			t.Errorf("changed: %v, %v", got, err)
		}
	}
	changed(false)
	now := longAgo.Add(1e9)
	check(t, os.Chtimes(s.path(r.Trash), now, now))
	changed(!before.SHA256.Known())
	check(t, os.WriteFile(s.path(r.Trash), []byte("late"), 0o600))
	changed(true)
	beside, err := s.Surface(r.Trash, "d/f")
	check(t, err)
	if beside != "d/f (treaty conflict)" || s.content(string(beside)) != "late" || s.content(r.Trash) != "late" {
		t.Errorf("%s holds %q", beside, s.content(string(beside)))
	}
	check(t, os.Remove(s.path(string(beside))))
	if beside, err = s.Surface(r.Trash, "never/f"); err != nil || beside != "f (treaty conflict)" {
		t.Errorf("without its directory: %s, %v", beside, err)
	}
}

// What was read to be copied out of reach is not read again before it is moved, but after; what nobody keeps from
// writing. Whatever changed since is found all the same, and comes back.
func TestWhatWasCopiedIsProvenOnceItIsMoved(t *testing.T) {
	for _, way := range ways {
		for name, displace := range map[string]func(s *side, before *tree.State) error{
			"trash":   func(s *side, before *tree.State) error { _, err := s.Trash("d/f", before, ""); return err },
			"replace": func(s *side, b *tree.State) error { _, err := s.Replace("d/f", b, s.stage("new"), ""); return err },
			"move":    func(s *side, before *tree.State) error { _, err := s.Move("d/f", "d/g", before, ""); return err },
		} {
			for _, copied := range []bool{false, true} {
				for _, changed := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s/%s/copied=%v/changed=%v", way.name, name, copied, changed), func(t *testing.T) {
						var renamed bool
						s := newSide(t, Options{Can: way.can, Hash: true, Hook: func(c Call) error {
							renamed = renamed || strings.HasPrefix(c.Path, "d/")
							return nil
						}})
						s.lease = func(*os.File) (bool, error) { return false, nil }
						before := s.write("d/f", "seen")
						before.SHA256 = sha256.Sum256([]byte("seen"))
						if copied {
							f, err := s.Content("d/f", before)
							check(t, err)
							f.Close()
						}
						if changed {
							s.write("d/f", "SEEN")
						}
						err := displace(s, before)
						switch {
						case !changed:
							check(t, err)
						case !errors.Is(err, volume.ErrDrift) || !strings.Contains(err.Error(), contentChanged):
							t.Errorf("a content that has changed: %v", err)
						case renamed != copied:
							t.Errorf("moved before it was proven: %v", renamed)
						case s.content("d/f") != "SEEN":
							t.Errorf("what was saved is %q", s.content("d/f"))
						}
					})
				}
			}
		}
	}
}
