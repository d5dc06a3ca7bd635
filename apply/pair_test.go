package apply_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"treaty/apply"
	"treaty/plan"
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
		made[n], err = pair.Plan(context.Background(), apply.Planning{Options: w.options, By: ann, Progress: &apply.Progress{}})
		check(t, err)
	}
	if one, two := describe(made[0].Plan), describe(made[1].Plan); one != two || one == "" || made[0].Plan.ID == made[1].Plan.ID {
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
