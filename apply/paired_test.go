package apply_test

import (
	"context"
	"maps"
	"slices"

	"pgregory.net/rapid"

	"treaty/apply"
	"treaty/apply/internal/memory"
	"treaty/plan"
	"treaty/plan/tree"
)

// paired has a plan made of the two trees as they are, with what they remember, and keeps what belongs beside it.
func (w *world) paired(do func(*apply.Pair, context.Context, apply.Planning) (*apply.Planned, error)) *plan.Plan {
	w.Helper()
	pair, err := apply.PairOf(w.store(plan.Local), w.store(plan.Remote).Reader)
	check(w, err)
	defer pair.Close()
	made, err := do(pair, context.Background(), apply.Planning{Options: w.options, By: ann})
	check(w, err)
	for _, problem := range made.Plan.Problems {
		if problem.Code == plan.BaselineMismatch {
			w.Errorf("the baseline does not count: %s", problem.Message)
		}
	}
	check(w, pair.SaveBeside(made))
	w.was = w.trees()
	return made.Plan
}

// becomes makes a tree in memory what a person made of it.
func (w *world) becomes(side plan.Side, m nodes) {
	w.Helper()
	was, there := w.tree(side), w.place(side)
	for _, path := range slices.Backward(slices.SortedFunc(maps.Keys(was), tree.Compare)) {
		if m[path].kind != was[path].kind {
			there.remove(w, path)
			delete(was, path)
		}
	}
	changed := nodes{}
	for path, n := range m {
		if was[path] != n && (n.kind != tree.Directory || was[path].kind != n.kind) {
			changed[path] = n
		}
	}
	there.write(w, changed)
}

// syncedOnce draws two trees in memory that were synced, and that both were edited since.
func syncedOnce(r *rapid.T) *world {
	w := newWorldOf(r, "", plan.Sides[*memory.Kind]{anyKind(r, "local"), anyKind(r, "remote")})
	base := anyTree(r, "base")
	w.place(plan.Local).write(r, base)
	settledAndApplied(r, w, w.paired((*apply.Pair).Plan))
	for _, side := range plan.BothSides {
		w.becomes(side, edited(r, base, side.String()))
	}
	return w
}

// settledAndApplied settles each conflict somehow and applies the plan, which it holds to the invariants. It returns
// how many operations it had.
func settledAndApplied(r *rapid.T, w *world, p *plan.Plan) int {
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		choices := slices.DeleteFunc(c.Allowed(), func(choice plan.Resolution) bool {
			return choice == plan.SkipPath || !c.Choices.Allows(choice)
		})
		c.Resolution = rapid.SampledFrom(choices).Draw(r, "resolution of "+string(c.Path))
	}
	listed := len(p.Operations)
	receipt, told := w.applies(r, p)
	defer told()
	if len(p.Options.Only) == 0 && !p.Blocked() && p.Summary.Problems.Warning == 0 &&
		!slices.ContainsFunc(receipt.Results, func(result apply.Result) bool {
			return result.Outcome != apply.Done && !kept(p, result)
		}) {
		if next := w.paired((*apply.Pair).Plan); !next.Empty() {
			w.Errorf("the next plan is not empty:\n%s", describe(next))
		}
	}
	return listed
}
