package apply_test

import (
	"context"
	"maps"

	"treaty/apply"
	"treaty/plan"
	"treaty/plan/tree"
)

// appliedOnce is the last apply of two partners.
type appliedOnce struct {
	planID string
	// local is the tree that has the history.
	local *member
	// was and before are what both trees held and had agreed on before it, after what they held after it.
	was, after [2]nodes
	before     agreement
	options    plan.Options
	// clean tells that everything was done.
	clean bool
}

// undo takes the last apply of two partners back.
func (h *history) undo(p *partners) {
	if p.last == nil {
		return
	}
	last := p.last
	local := 0
	if p.trees[1] == last.local {
		local = 1
	}
	h.note("undo on %s", last.local.name)
	w := h.world(p, local)
	w.options = last.options
	store := w.store(plan.Local)
	defer store.Close()
	archived, err := store.Applied(last.planID)
	check(h, err)
	reversal, err := store.Reversal(*archived)
	check(h, err)
	made := w.paired(func(p *apply.Pair, ctx context.Context, how apply.Planning) (*apply.Planned, error) {
		return p.Undo(ctx, *archived, reversal, how)
	})
	check(h, store.SaveUndoes(made.ID, last.planID))
	now := facing([2]nodes(w.was), local)
	unchanged := now[0].equal(last.after[0]) && now[1].equal(last.after[1])
	if unchanged && len(made.Problems) > 0 {
		h.Errorf("nothing changed since, and the undo has problems:\n%s", describe(made))
	}
	h.carryOut(p, w, made, local, nil, false)
	if !unchanged {
		return
	}
	restored := facing([2]nodes(w.trees()), local)
	for i, want := range last.was {
		if diff := differences(restored[i], withoutLostLitter(want, restored[i])); diff != "" {
			h.Errorf("%s is not as it was before what was undone:\n%s", p.trees[i].name, diff)
		}
	}
}

// withoutLostLitter leaves out litter that went to the trash with its directory.
func withoutLostLitter(want, got nodes) nodes {
	want = maps.Clone(want)
	maps.DeleteFunc(want, func(path tree.Path, _ node) bool {
		_, there := got[path]
		return !there && isLitter(path.Base())
	})
	return want
}

// undoneBy tells which paths were changed by a plan that undoes another one: what is not done is not undone.
func undoneBy(p *plan.Plan, r *apply.Receipt) func(tree.Path) bool {
	done := map[int]bool{}
	for i := range r.Results {
		done[r.Results[i].Operation] = r.Results[i].Outcome == apply.Done
	}
	affected := map[tree.Path]bool{}
	for i := range p.Operations {
		if op := &p.Operations[i]; done[op.ID] {
			affected[op.Path], affected[op.From()] = true, true
		}
	}
	return func(path tree.Path) bool { return affected[path] }
}
