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
	directory := &tree.State{Type: tree.Directory, Rare: tree.SumOf(&tree.Subtree{Entries: 1500})}
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

// What is replaced counts by operations as they stand and by resolutions; nothing of what has no memory.
func TestWhatIsReplacedIsCountedOnItsSide(t *testing.T) {
	file := &tree.State{Type: tree.File, Size: 1}
	link := &tree.State{Type: tree.Symlink, Rare: tree.LinkTo("x")}
	directory := &tree.State{Type: tree.Directory, Rare: tree.SumOf(&tree.Subtree{Entries: 60})}
	update := plan.Operation{Side: plan.Remote, Action: plan.Update, Before: file, After: file, Decision: plan.Apply}
	with := func(change func(*plan.Operation)) plan.Plan {
		op := update
		change(&op)
		return plan.Plan{Operations: []plan.Operation{op}}
	}
	settled := func(local, remote *tree.State, r plan.Resolution) plan.Plan {
		return plan.Plan{Conflicts: []plan.Conflict{{Local: local, Remote: remote, Resolution: r}}}
	}
	for name, c := range map[string]struct {
		plan   plan.Plan
		counts plan.Sides[bool]
	}{
		"an update":                 {with(func(*plan.Operation) {}), plan.Sides[bool]{false, true}},
		"one that is skipped":       {with(func(op *plan.Operation) { op.Decision = plan.Skip }), plan.Sides[bool]{}},
		"a touch":                   {with(func(op *plan.Operation) { op.Action = plan.Touch }), plan.Sides[bool]{}},
		"a chmod":                   {with(func(op *plan.Operation) { op.Action = plan.Chmod }), plan.Sides[bool]{}},
		"a move":                    {with(func(op *plan.Operation) { op.Action = plan.Move }), plan.Sides[bool]{}},
		"a link":                    {with(func(op *plan.Operation) { op.Before = link }), plan.Sides[bool]{}},
		"local's is taken":          {settled(file, file, plan.TakeLocal), plan.Sides[bool]{false, true}},
		"remote's is taken":         {settled(file, file, plan.TakeRemote), plan.Sides[bool]{true, false}},
		"both are kept":             {settled(file, file, plan.KeepBoth), plan.Sides[bool]{}},
		"neither is taken":          {settled(file, file, plan.SkipPath), plan.Sides[bool]{}},
		"none is taken yet":         {settled(file, file, plan.Unresolved), plan.Sides[bool]{}},
		"nothing is taken":          {settled(nil, file, plan.TakeLocal), plan.Sides[bool]{}},
		"what replaces a directory": {settled(file, directory, plan.TakeLocal), plan.Sides[bool]{}},
		"a directory is taken":      {settled(directory, file, plan.TakeLocal), plan.Sides[bool]{false, true}},
	} {
		for range 50 {
			c.plan.Operations = append(c.plan.Operations,
				c.plan.Operations[:min(1, len(c.plan.Operations))]...)
			c.plan.Conflicts = append(c.plan.Conflicts, c.plan.Conflicts[:min(1, len(c.plan.Conflicts))]...)
		}
		c.plan.Options, c.plan.Local.Files, c.plan.Remote.Files = defaults(), 101, 101
		for _, side := range plan.BothSides {
			if got := tooMuch(&c.plan, plan.ManyUpdates, side); got != "" {
				t.Errorf("%s, without a baseline: %s", name, got)
			}
		}
		c.plan.Baseline = &plan.BaselineRef{}
		for _, side := range plan.BothSides {
			want := ""
			if c.counts[side] {
				want = "51 updates on " + side.String() + ", more than half of its 101 files"
			}
			if got := tooMuch(&c.plan, plan.ManyUpdates, side); got != want {
				t.Errorf("%s, on %s: %q, want %q", name, side, got, want)
			}
		}
		for _, files := range []int{102, 1000} {
			c.plan.Local.Files, c.plan.Remote.Files = files, files
			if mass := c.plan.TooMuch(); mass != nil && mass.Code == plan.ManyUpdates {
				t.Errorf("%s, of %d files: %s", name, files, mass.Why)
			}
		}
	}
}

// Directories that go with a directory in conflict are no files, as far as it is known which of its entries they are.
func TestDirectoriesOfAResolutionAreNoDeletes(t *testing.T) {
	holding := func(entries int) *tree.State {
		return &tree.State{Type: tree.Directory, Rare: tree.SumOf(&tree.Subtree{Entries: entries})}
	}
	for _, c := range []struct {
		name          string
		local, remote *tree.State
		below         plan.Sides[int]
		want          string
	}{
		{"nobody counted", &tree.State{Type: tree.File}, holding(30), plan.Sides[int]{}, "30 deletes on remote"},
		{"half are directories", &tree.State{Type: tree.File}, holding(30), plan.Sides[int]{0, 15}, "15 deletes on remote"},
		{"most are directories", &tree.State{Type: tree.File}, holding(30), plan.Sides[int]{0, 20}, ""},
		{"more than there can be", &tree.State{Type: tree.File}, holding(30), plan.Sides[int]{0, 99}, ""},
		{"both are directories", holding(14), holding(30), plan.Sides[int]{4, 9}, "11 deletes on remote"},
		{"both are directories, of many", holding(14), holding(30), plan.Sides[int]{4, 20}, ""},
	} {
		p := &plan.Plan{Options: defaults(), Remote: plan.Snapshot{Files: 20}}
		p.Conflicts = []plan.Conflict{{ID: 1, Path: "x", Local: c.local, Remote: c.remote, Resolution: plan.TakeLocal}}
		plan.CountDirectories(p, func(side plan.Side, _ tree.Path) int { return c.below[side] })
		got := tooMuch(p, plan.ManyDeletes, plan.Remote)
		if !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
