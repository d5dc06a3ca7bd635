package apply_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"treaty/apply"
	"treaty/apply/internal/memory"
	"treaty/plan"
	"treaty/testdata/effort"
)

// What is not of the part that a plan is limited to stays as it is, on record too: the next plan of the whole brings it
// in step, as if the part had never been taken out.
func TestAPlanOfAPartLeavesTheRestForTheNextPlan(t *testing.T) {
	var parts, rests int
	effort.Check(t, 20, 150, func(r *rapid.T) {
		w := newWorldOf(r, "", plan.Sides[*memory.Kind]{anyKind(r, "local"), anyKind(r, "remote")})
		w.fill(r)
		w.options.Only = rapid.SampledFrom([][]string{{"/a"}, {"b/"}, {"/a/b", "c"}, {"*-renamed"}}).Draw(r, "only")
		p, _ := w.compared()
		parts += settledAndApplied(r, w, p)
		w.base, w.options.Only = nil, nil
		rest, _ := w.compared()
		rests += settledAndApplied(r, w, rest)
	})
	if parts == 0 || rests == 0 {
		t.Errorf("%d operations in parts, %d in the rest", parts, rests)
	}
}

// settledAndApplied settles each conflict somehow and applies the plan, which it holds to the invariants. It returns how
// many operations it had.
func settledAndApplied(r *rapid.T, w *world, p *plan.Plan) int {
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		choices := slices.DeleteFunc(c.Allowed(), func(choice plan.Resolution) bool {
			return choice == plan.SkipPath || !c.Choices.Allows(choice)
		})
		c.Resolution = rapid.SampledFrom(choices).Draw(r, "resolution of "+string(c.Path))
	}
	was, listed := w.trees(), len(p.Operations)
	receipt, err := w.apply(p)
	defer func() {
		if r.Failed() {
			w.story(p, was, receipt, err)
		}
	}()
	if err != nil || receipt == nil {
		r.Fatalf("%v", err)
	}
	w.keepsEverything(was)
	w.touchesOnly(p, was)
	if len(p.Options.Only) == 0 && !p.Blocked() && p.Summary.Problems.Warning == 0 &&
		!slices.ContainsFunc(receipt.Results, func(result apply.Result) bool { return result.Outcome != apply.Done && !kept(p, result) }) {
		w.equalButForStat(p)
	}
	return listed
}
