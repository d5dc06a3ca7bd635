package apply

import (
	"errors"
	"strings"
	"testing"

	"treaty/apply/internal/execute"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// Copies take room on the other side, in its blocks, and are named where there is too little.
func TestCopiesNeedRoom(t *testing.T) {
	spaces := plan.Sides[volume.Space]{{Free: 4 << 20, Total: 1 << 40, Block: 4096}, {Free: 1 << 30, Total: 1 << 40, Block: 32768}}
	op := &plan.Operation{Side: plan.Remote, Action: plan.Update, Path: "a", After: &tree.State{Type: tree.File, Size: 1}}
	list := []*execute.Step{{Step: plan.Step{Operation: op}}}
	got := needs(list, plan.Sides[[]int64]{plan.Remote: {5, 2 << 20}}, spaces)
	if want := (plan.Sides[need]{{4096 + 2<<20, 4096 + 2<<20, 2}, {32768, 0, 1}}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if err := enoughSpace(plan.Local, spaces[plan.Local], got[plan.Local]); err != nil {
		t.Errorf("there is room: %v", err)
	}
	spaces[plan.Local].Free = 2<<20 + 5000
	err := enoughSpace(plan.Local, spaces[plan.Local], got[plan.Local])
	if !errors.Is(err, ErrSafety) || !strings.Contains(err.Error(), "2101248 of them for copies of what is replaced, moved or deleted on remote") {
		t.Errorf("without room: %v", err)
	}
}
