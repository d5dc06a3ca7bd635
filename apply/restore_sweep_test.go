package apply_test

import (
	"context"
	"testing"

	"treaty/apply"
	"treaty/plan"
)

// broughtBack is the rich world after its apply, with the plan that brings back what that displaced.
func broughtBack(t *testing.T, fat plan.Sides[bool]) (*world, *plan.Plan) {
	t.Helper()
	w, done := richWorld(t, fat)
	if receipt, err := w.apply(done); err != nil {
		t.Fatalf("%v\n%s", err, outcomes(receipt))
	}
	displaced := w.displaced()
	p := w.paired(func(pair *apply.Pair, ctx context.Context, how apply.Planning) (*apply.Planned, error) {
		return pair.Restore(ctx, displaced, how)
	})
	if len(p.Operations) == 0 {
		t.Fatal("nothing is brought back")
	}
	return w, p
}

// What was displaced is brought back whole, or not at all, and by the same plan in the end, whichever call fails.
func TestABrokenRestoreIsTakenUp(t *testing.T) {
	w, p := broughtBack(t, plan.Sides[bool]{})
	if receipt, err := w.apply(p); err != nil {
		t.Fatalf("%v\n%s", err, outcomes(receipt))
	}
	will := w.trees()
	sweep(t, 30, func(t *testing.T, fat plan.Sides[bool], b *breaker) bool {
		w, p := broughtBack(t, fat)
		if !w.broken(p, b, will) {
			return false
		}
		folder := w.store(plan.Local)
		a, err := folder.Applied(p.ID)
		folder.Close()
		if err == nil && a != nil && !w.open(plan.Local) {
			return true // it was broken in what does not matter
		}
		w.takenUp(p, will)
		return true
	})
}
