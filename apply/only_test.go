package apply_test

import (
	"testing"

	"pgregory.net/rapid"

	"treaty/apply"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// What is not of the part that a plan is limited to stays as it is, on record too: the next plan of the whole brings it
// in step, as if the part had never been taken out.
func TestAPlanOfAPartLeavesTheRestForTheNextPlan(t *testing.T) {
	var parts, rests int
	effort.Check(t, 10, 50, func(r *rapid.T) {
		w := syncedOnce(r)
		whole := deletesOf(w.paired((*apply.Pair).Plan))
		w.options.Only = rapid.SampledFrom([][]string{{"/a"}, {"b/"}, {"/a/b", "c"}, {"*-renamed"}}).Draw(r, "only")
		parts += settledAndApplied(r, w, w.paired((*apply.Pair).Plan))
		w.options.Only = nil
		rest := w.paired((*apply.Pair).Plan)
		for change := range deletesOf(rest) {
			if !whole[change] {
				r.Errorf("%v is deleted, and was not to be", change)
			}
		}
		rests += settledAndApplied(r, w, rest)
	})
	if parts == 0 || rests == 0 {
		t.Errorf("%d operations in parts, %d in the rest", parts, rests)
	}
}

// deletion is a path that a plan takes away on a side.
type deletion struct {
	side plan.Side
	path tree.Path
}

// deletesOf are the deletes of a plan, and what it moves away, and the paths of conflicts, whose settling may delete.
func deletesOf(p *plan.Plan) map[deletion]bool {
	all := map[deletion]bool{}
	for _, op := range p.Operations {
		switch op.Action {
		case plan.Delete:
			all[deletion{op.Side, op.Path}] = true
		case plan.Move:
			all[deletion{op.Side, op.From()}] = true
		}
	}
	return all
}
