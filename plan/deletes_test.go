package plan_test

import (
	"strings"
	"testing"

	"treaty/plan"
	"treaty/plan/tree"
)

// What a resolution deletes counts, and what it only replaces or keeps does not.
func TestWhatResolutionsDeleteCounts(t *testing.T) {
	file := &tree.State{Type: tree.File, Size: 1}
	directory := &tree.State{Type: tree.Directory, Subtree: &tree.Subtree{Entries: 1500}}
	for _, c := range []struct {
		local, remote *tree.State
		resolution    plan.Resolution
		deletes       plan.Sides[string]
	}{
		{file, directory, plan.TakeLocal, plan.Sides[string]{"", "1500 deletes on remote"}},
		{directory, file, plan.TakeRemote, plan.Sides[string]{"1500 deletes on local", ""}},
		{nil, directory, plan.TakeLocal, plan.Sides[string]{"", "1500 deletes on remote"}},
		{file, directory, plan.TakeRemote, plan.Sides[string]{}},
		{file, directory, plan.KeepBoth, plan.Sides[string]{}},
		{file, directory, plan.SkipPath, plan.Sides[string]{}},
		{file, directory, plan.Unresolved, plan.Sides[string]{}},
		{file, nil, plan.TakeRemote, plan.Sides[string]{"1 deletes on local", ""}},
		{file, file, plan.TakeRemote, plan.Sides[string]{}},
	} {
		p := &plan.Plan{Options: defaults(), Local: plan.Snapshot{Files: 2000}, Remote: plan.Snapshot{Files: 2000}}
		p.Conflicts = []plan.Conflict{{ID: 1, Path: "x", Local: c.local, Remote: c.remote, Resolution: c.resolution}}
		if c.local.Of() != tree.Directory && c.remote.Of() != tree.Directory {
			p.Options.MaxDeletes = 1
			p.Conflicts = append(p.Conflicts, p.Conflicts[0])
		}
		for _, side := range plan.BothSides {
			want := strings.Replace(c.deletes[side], "1 deletes", "2 deletes", 1)
			if got := tooMuch(p, plan.ManyDeletes, side); !strings.HasPrefix(got, want) || (got == "") != (want == "") {
				t.Errorf("%v against %v, %q: %q on %s, want %q", c.local, c.remote, c.resolution, got, side, want)
			}
		}
	}
}

// tooMuch is what a plan does too much of on a side and was not allowed to, in words.
func tooMuch(p *plan.Plan, code plan.Code, side plan.Side) string {
	for _, mass := range p.Masses() {
		if mass.Code == code && mass.Side == side && !mass.Allowed {
			return mass.Why
		}
	}
	return ""
}
