package apply_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"treaty/apply"
	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/scan"
)

func TestTreesOfWhichOneIsInTheOtherAreNoPair(t *testing.T) {
	dir := scratch(t)
	inner := filepath.Join(dir, "inner")
	check(t, os.Mkdir(inner, 0o755))
	for _, trees := range [][2]string{{dir, dir}, {dir, inner}, {inner, dir}} {
		if pair, err := apply.Open(trees[0], trees[1]); !errors.Is(err, apply.ErrInvalid) {
			t.Errorf("%q: %v, %v", trees, pair, err)
		}
	}
}

// Planning twice with one pair is as planning once, and nobody but Save writes anything.
func TestAPairPlansAsOftenAsItIsAsked(t *testing.T) {
	w := newWorld(t, scratch(t))
	native(tryParse(t, "a=1 d/b=2")).write(t, w.at[plan.Local])
	pair, err := apply.Open(w.at[plan.Local], w.at[plan.Remote])
	check(t, err)
	defer pair.Close()
	before := w.snapshot()
	var made [2]*apply.Planned
	for n := range made {
		made[n], err = pair.Plan(context.Background(),
			apply.Planning{Options: w.options, By: ann, Progress: &apply.Progress{}})
		check(t, err)
	}
	if one, two := describe(made[0].Plan), describe(made[1].Plan); one != two || one == "" ||
		made[0].Plan.ID == made[1].Plan.ID {
		t.Errorf("first\n%s, then\n%s", one, two)
	}
	if after := w.snapshot(); !after.equal(before) {
		t.Errorf("planning left %s of %s", after, before)
	}
	path, err := pair.Save(made[1])
	check(t, err)
	text, err := made[1].Text()
	check(t, err)
	if saved, err := os.ReadFile(path); err != nil || string(saved) != string(text) {
		t.Errorf("%s: %v, and it is not the text that was made", path, err)
	}
}

// onlyRead is the half of a volume that is read, and nothing else.
type onlyRead struct{ volume.Source }

func (o onlyRead) Relate(volume.Source) (scan.Relation, error) { return scan.Apart, nil }

func TestWhatCanOnlyBeReadIsPlannedFromLikeAnyTree(t *testing.T) {
	w := newWorld(t, scratch(t))
	native(tryParse(t, "a=1 d/b=2 e=5")).write(t, w.at[plan.Local])
	native(tryParse(t, "a=3 d/c=4 e=5")).write(t, w.at[plan.Remote])
	var made [2]*apply.Planned
	for n := range made {
		local, err := reach.Store(w.at[plan.Local])
		check(t, err)
		remote, err := reach.Store(w.at[plan.Remote])
		check(t, err)
		reader := remote.Reader
		if n == 1 {
			reader = store.ReaderOf(onlyRead{remote.Volume()})
		}
		pair, err := apply.PairOf(local, reader)
		check(t, err)
		defer pair.Close()
		made[n], err = pair.Plan(context.Background(), apply.Planning{Options: w.options, By: ann})
		check(t, err)
	}
	if whole, read := describe(made[0].Plan), describe(made[1].Plan); whole != read || whole == "" {
		t.Errorf("it is\n%s, and not\n%s", read, whole)
	}
}
