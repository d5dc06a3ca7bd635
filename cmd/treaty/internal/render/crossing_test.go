package render

import (
	"testing"

	"treaty/plan"
	"treaty/plan/tree"
)

// What crosses to another machine is counted: what is new there or here, and copies of what a FAT volume has to give
// away first; not what is moved, nor what is skipped.
func TestBytesThatCrossToAnotherMachineAreCounted(t *testing.T) {
	file := func(size int64) *tree.State { return &tree.State{Type: tree.File, Size: size} }
	local, remote := &plan.Source{Tree: plan.Local}, &plan.Source{Tree: plan.Remote}
	p := &plan.Plan{Operations: []plan.Operation{
		plan.Operation{ID: 1, Side: plan.Remote, Action: plan.Create, Path: "a", After: file(100)}.Taking(local),
		plan.Operation{ID: 2, Side: plan.Remote, Action: plan.Update, Path: "b", Before: file(7),
			After: file(30)}.Taking(local),
		{ID: 3, Side: plan.Remote, Action: plan.Move, Path: "c", Rare: &plan.Rare{From: "d"}, Before: file(1000),
			After: file(1000)},
		plan.Operation{ID: 4, Side: plan.Local, Action: plan.Create, Path: "e", After: file(4)}.Taking(remote),
		{ID: 5, Side: plan.Local, Action: plan.Delete, Path: "f", Before: file(500)},
		plan.Operation{ID: 6, Side: plan.Remote, Action: plan.Create, Path: "g", After: file(9000),
			Decision: plan.Skip}.Taking(local),
		plan.Operation{ID: 7, Side: plan.Remote, Action: plan.Create, Path: "h", After: file(9000)}.Taking(remote),
	}}
	for _, c := range []struct {
		host    string
		profile tree.Profile
		want    plan.Sides[int64]
	}{
		{"nas", tree.POSIX, plan.Sides[int64]{4, 130}},
		{"nas", tree.FAT, plan.Sides[int64]{4 + 7 + 1000, 130}},
		{"", tree.POSIX, plan.Sides[int64]{}},
	} {
		p.Remote.Host, p.Remote.Filesystem.Profile, p.Local.Filesystem.Profile = c.host, c.profile, tree.POSIX
		if got, _ := effects(p, Options{}).crossing(p); got != c.want {
			t.Errorf("%q, %s: %v, want %v", c.host, c.profile, got, c.want)
		}
	}
}
