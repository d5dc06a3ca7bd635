package apply_test

import (
	"context"
	"errors"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/memory"
	"treaty/apply/store"
	"treaty/plan"
)

// onTwoMachines is a tree on a laptop and one on a desk, in step.
func onTwoMachines(t *testing.T) *world {
	t.Helper()
	w := newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX})
	w.memory[w.at[plan.Local]].Machine, w.memory[w.at[plan.Remote]].Machine = "laptop", "desk"
	w.place(plan.Local).write(t, native(tryParse(t, "a=1")))
	if _, err := w.apply(w.compare()); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestPartnersAreRememberedOnTheHostsOfTheirVolumes(t *testing.T) {
	w := onTwoMachines(t)
	var files plan.Sides[*store.TreeFile]
	for _, side := range plan.BothSides {
		file, err := w.store(side).Identity()
		check(t, err)
		files[side] = file
	}
	hosts := plan.Sides[string]{"laptop", "desk"}
	for _, side := range plan.BothSides {
		host := hosts[side]
		want := store.Partner{Host: host, Root: w.at[side]}
		if got := files[side.Other()].Partners[files[side].ID]; got != want {
			t.Errorf("the %s tree was at %v, want %v", side, got, want)
		}
		if beyond := files[side.Other()].PartnersBeyond(host); len(beyond) > 0 {
			t.Errorf("beyond %s there are %q", host, beyond)
		}
	}
	// A witness of the history is found by whoever opens what roots name.
	seen, err := w.store(plan.Local).Remembered(w.opener())
	check(t, err)
	if len(seen.Heads) != 1 || len(seen.Absent)+len(seen.Wrong) > 0 {
		t.Errorf("others remember %+v", seen)
	}
}

// What lies at the same path of another machine was never the partner.
func TestATreeIsMissedOnlyOnTheHostOfItsVolume(t *testing.T) {
	for _, c := range []struct {
		machine string
		missed  bool
	}{{"laptop", true}, {"another laptop", false}} {
		w := onTwoMachines(t)
		w.memory[w.at[plan.Local]] = memory.New(w.at[plan.Local], memory.POSIX)
		w.memory[w.at[plan.Local]].Machine = c.machine
		pair, err := apply.PairOf(w.store(plan.Local), w.store(plan.Remote).Reader)
		check(t, err)
		_, err = pair.Plan(context.Background(), apply.Planning{Options: w.options, By: ann})
		if missed := errors.Is(err, apply.ErrSafety); missed != c.missed {
			t.Errorf("an empty folder on %s in the place of the tree: %v", c.machine, err)
		}
	}
}
