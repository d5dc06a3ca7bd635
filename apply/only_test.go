package apply_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"treaty/apply"
	"treaty/apply/internal/memory"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// paired has a plan made of the two trees as they are, with what they remember, and keeps what belongs beside it.
func (w *world) paired(do func(*apply.Pair, context.Context, apply.Planning) (*apply.Planned, error)) *plan.Plan {
	w.Helper()
	pair, err := apply.PairOf(w.store(plan.Local), w.store(plan.Remote).Reader)
	check(w, err)
	defer pair.Close()
	made, err := do(pair, context.Background(), apply.Planning{Options: w.options, By: ann})
	check(w, err)
	check(w, pair.SaveBeside(made))
	w.was = w.trees()
	return made.Plan
}

// becomes makes a tree in memory what a person made of it.
func (w *world) becomes(side plan.Side, m nodes) {
	w.Helper()
	was, there := w.tree(side), w.memory[w.at[side]]
	for _, path := range slices.Backward(slices.SortedFunc(maps.Keys(was), tree.Compare)) {
		if m[path].kind != was[path].kind {
			check(w, there.Remove(path))
			delete(was, path)
		}
	}
	changed := nodes{}
	for path, n := range m {
		if was[path] != n && (n.kind != tree.Directory || was[path].kind != n.kind) {
			changed[path] = n
		}
	}
	w.place(side).write(w, changed)
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
			all[deletion{op.Side, op.From}] = true
		}
	}
	return all
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
		!slices.ContainsFunc(receipt.Results, func(result apply.Result) bool {
			return result.Outcome != apply.Done && !kept(p, result)
		}) {
		if next := w.paired((*apply.Pair).Plan); !next.Empty() {
			w.Errorf("the next plan is not empty:\n%s", describe(next))
		}
	}
	return listed
}
