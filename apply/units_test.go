package apply_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/disk"
	"treaty/plan"
	"treaty/plan/tree"
)

// What somebody saves in a directory that is taken whole, while that is carried over, leaves the rest of it as it is,
// and the next plan asks, once, about the directory.
func TestDriftInAUnitStopsTheRestOfItAndIsAskedAboutOnce(t *testing.T) {
	w := newWorld(t, scratch(t))
	w.options.Atomic = []string{"u"}
	w.base = native(tryParse(t, "u/ u/a=1 u/b=2 u/z=3 other=4"))
	w.base.write(t, w.at[plan.Remote])
	native(tryParse(t, "u/ u/a=5 u/b=6 other=7")).write(t, w.at[plan.Local])
	p := w.compare()
	r := w.request(p)
	var once sync.Once
	r.SetHook(func(_ plan.Side, call disk.Call) error {
		if !tree.Path(call.Path).Within(tree.PrivateFolder) {
			once.Do(func() { w.save(plan.Remote, "u/a", "mine") })
		}
		return nil
	})
	receipt, err := apply.Apply(context.Background(), r)
	if !errors.Is(err, apply.ErrPartial) {
		t.Fatalf("error %v\n%s", err, outcomes(receipt))
	}
	for i := range receipt.Results {
		result := &receipt.Results[i]
		want := apply.Drifted
		if result.Path == "other" {
			want = apply.Done
		}
		if result.Outcome != want {
			t.Errorf("%s, want it %s", line(result), want)
		}
	}
	next := w.compare()
	if len(next.Operations) > 0 || len(next.Conflicts) != 1 || next.Conflicts[0].Path != "u" {
		t.Errorf("the next plan is no one conflict of the directory:\n%s", describe(next))
	}
}
