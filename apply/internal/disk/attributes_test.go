package disk

import (
	"errors"
	"os"
	"slices"
	"testing"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

func TestDirectoriesAreRemovedOnlyEmpty(t *testing.T) {
	s := newSide(t, Options{Can: ways[0].can})
	r, err := s.Mkdir("d", tree.Perm(0o731), false)
	check(t, err)
	if r.Entry.Mode != perm(0o731) {
		t.Errorf("%+v", r)
	}
	if _, err := s.Mkdir("d", tree.Perm(0o755), false); !errors.Is(err, volume.ErrTaken) {
		t.Errorf("again: %v", err)
	}
	if r, err = s.Mkdir("d", tree.Perm(0o755), true); err != nil || r.Entry.Mode != perm(0o755) {
		t.Errorf("existing: %+v, %v", r, err)
	}
	s.write("d/keep", "x")
	s.write("d/.DS_Store", "x")
	const litter = ".DS_Store"
	left := new(volume.NotEmpty)
	if _, err := s.Rmdir("d", litter); !errors.As(err, &left) || !slices.Equal(left.Names, []string{"keep"}) ||
		!errors.Is(err, volume.ErrNotEmpty) {
		t.Errorf("not empty: %v", err)
	}
	s.content("d/.DS_Store")
	_, err = s.Trash("d/keep", s.state("d/keep"), "")
	check(t, err)
	trashed, err := s.Rmdir("d", litter)
	check(t, err)
	if !slices.Equal(trashed, []string{".treaty/trash/run-1/d/.DS_Store"}) || s.content(trashed[0]) != "x" {
		t.Errorf("trashed %q", trashed)
	}
	s.absent("d")
	s.write("f", "x")
	if _, err := s.Rmdir("f"); !errors.Is(err, volume.ErrDrift) || s.content("f") != "x" {
		t.Errorf("a file: %v", err)
	}
	if _, err := s.Mkdir("f", 0, true); !errors.Is(err, volume.ErrTaken) {
		t.Errorf("over a file: %v", err)
	}
}

func TestModesAndTimesAreSetExactly(t *testing.T) {
	needModes(t)
	s := newSide(t, Options{Can: ways[0].can})
	before := s.write("f", "x")
	r, err := s.Chmod("f", before, tree.Perm(0o604))
	if err != nil || r.Entry.Mode != tree.Perm(0o604) {
		t.Errorf("%+v, %v", r, err)
	}
	r, err = s.Touch("f", s.state("f"), tree.UnixTime(1234567890, 123456789))
	if err != nil || r.Entry.Mtime != tree.UnixTime(1234567890, 123456789) {
		t.Errorf("%+v, %v", r, err)
	}
	os.Mkdir(s.path("d"), 0o700)
	if r, err = s.Chmod("d", &tree.State{Type: tree.Directory, Mode: tree.Perm(0o700)}, tree.Perm(0o755)); err != nil ||
		r.Entry.Mode != tree.Perm(0o755) {
		t.Errorf("%+v, %v", r, err)
	}
}
