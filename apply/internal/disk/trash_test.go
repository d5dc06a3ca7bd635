package disk

import (
	"errors"
	"testing"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

func TestTrashParkAndMove(t *testing.T) {
	everyWay(t, func(t *testing.T, s *side) {
		r, err := s.Trash("a", s.write("a", "a's"), "")
		check(t, err)
		s.absent("a")
		if s.content(r.Trash) != "a's" || r.Entry.Type != tree.Absent {
			t.Errorf("%+v", r)
		}
		r, err = s.Move("d/b", "d/c", s.write("d/b", "b's"), "")
		check(t, err)
		s.absent("d/b")
		if s.content("d/c") != "b's" || r.Entry.Mtime != tree.TimeOf(longAgo) {
			t.Errorf("%+v", r)
		}
		r, err = s.Move("d/c", "d/C", s.state("d/c"), "")
		check(t, err)
		if s.content("d/C") != "b's" || r.Entry.Name != "C" {
			t.Errorf("%+v", r)
		}
		parked, err := s.Park("d/C", s.state("d/C"), "")
		check(t, err)
		s.absent("d/C")
		if _, err = s.Create("e", parked); err != nil || s.content("e") != "b's" {
			t.Errorf("parked: %v", err)
		}
		s.write("f", "f's")
		if _, err := s.Move("e", "f", s.state("e"), ""); !errors.Is(err, volume.ErrTaken) {
			t.Errorf("move to a taken name: %v", err)
		}
		if s.content("e") != "b's" || s.content("f") != "f's" {
			t.Error("a move to a taken name changed something")
		}
		entries := 0
		for e, err := range s.TrashEntries("run-1") {
			check(t, err)
			entries++
			if _, hash, err := s.ReadBack(e.Name); err != nil || !hash.Known() {
				t.Errorf("%+v: %v", e, err)
			}
		}
		if entries != 1 {
			t.Errorf("%d entries in the trash", entries)
		}
		check(t, s.ClearTrash("run-1"))
		check(t, s.ClearStage("run-1"))
		s.absent(".treaty/trash/run-1")
		s.absent(".treaty/stage/run-1")
	})
}

func TestTrashHoldsAFileAndADirectoryOfOneName(t *testing.T) {
	s := newSide(t, Options{Can: ways[0].can})
	_, err := s.Trash("x", s.write("x", "file"), "")
	check(t, err)
	r, err := s.Trash("x/y", s.write("x/y", "below"), "")
	check(t, err)
	if r.Trash != ".treaty/trash/run-1/x (2)/y" || s.content(r.Trash) != "below" {
		t.Errorf("%+v", r)
	}
}
