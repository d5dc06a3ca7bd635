package apply_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"treaty/apply"
	"treaty/plan"
	"treaty/plan/tree"
)

// same is what a plan does, whoever is LOCAL.
func same(p *plan.Plan, mirrored bool) []string {
	var lines []string
	for i := range p.Operations {
		op := &p.Operations[i]
		side := op.Side
		if mirrored {
			side = side.Other()
		}
		after, err := json.Marshal(op.After)
		lines = append(lines, fmt.Sprint(op.Action, " ", side, " ", op.Path, " from ", op.From(), " to ", string(after), err))
	}
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		paths := []string{string(c.PathOn(plan.Local)), string(c.PathOn(plan.Remote))}
		if mirrored {
			slices.Reverse(paths)
		}
		lines = append(lines, fmt.Sprintf("%s %q", c.Kind, paths))
	}
	slices.Sort(lines)
	return lines
}

// sync is a whole round: plan, review, approve, apply.
func (h *history) sync(p *partners) {
	local := rapid.IntRange(0, 1).Draw(h.T, "which is local")
	w := h.world(p, local)
	w.options.Ignore = []string{"*.tmp"}
	if rapid.IntRange(0, 7).Draw(h.T, "ignore more") == 0 {
		w.options.Ignore = append(w.options.Ignore, "b")
	}
	h.note("sync %s with %s, ignoring %v", p.trees[local].name, p.trees[1-local].name, w.options.Ignore)
	made := w.paired((*apply.Pair).Plan)
	if (made.Baseline != nil) != (p.agreed != nil) {
		h.Errorf("the baseline of the plan is %v", made.Baseline)
	}
	mirror := h.world(p, 1-local)
	mirror.options = w.options
	if one, other := same(made, false), same(mirror.paired((*apply.Pair).Plan), true); !slices.Equal(one, other) {
		h.Errorf("the mirrored plan is\n%s\nnot\n%s", strings.Join(other, "\n"), strings.Join(one, "\n"))
	}
	o := &oracle{was: w.was, base: p.agreed.facing(local), ignored: ignoredBy(w.options.Ignore)}
	o.decide()
	o.holds(w, made)
	whole := h.review(made)
	h.carryOut(p, w, made, local, o, whole)
}

// review decides and resolves as a person might, and tells whether nothing was left out.
func (h *history) review(p *plan.Plan) bool {
	whole := true
	careful := rapid.IntRange(0, 3).Draw(h.T, "careful") == 0
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		allowed := c.Allowed()
		if !careful {
			allowed = slices.DeleteFunc(allowed, func(r plan.Resolution) bool { return r == plan.SkipPath })
		}
		c.Resolution = rapid.SampledFrom(allowed).Draw(h.T, "resolution")
		whole = whole && c.Resolution != plan.SkipPath
		h.note("  resolve %s %s: %s", c.Kind, c.Path, c.Resolution)
	}
	if !careful {
		return whole
	}
	for i := range p.Operations {
		if rapid.IntRange(0, 2).Draw(h.T, "skip") == 0 {
			p.Operations[i].Decision = plan.Skip
			h.note("  skip %s", name(&p.Operations[i]))
			whole = false
		}
	}
	if len(p.Operations) > 0 && rapid.IntRange(0, 2).Draw(h.T, "remove") == 0 {
		i := rapid.IntRange(0, len(p.Operations)-1).Draw(h.T, "removed")
		if needed(p, i) {
			return whole
		}
		h.note("  remove %s", name(&p.Operations[i]))
		p.Operations = slices.Delete(p.Operations, i, i+1)
		whole = false
	}
	return whole
}

// needed tells whether another operation needs the name that a move leaves, or the directory that takes the place of
// something else: without it the plan is refused, since it then speaks of what is not so.
func needed(p *plan.Plan, nth int) bool {
	gone := &p.Operations[nth]
	opens := gone.Before != nil && gone.Before.Type != tree.Directory && gone.After.Of() == tree.Directory
	return slices.ContainsFunc(p.Operations, func(op plan.Operation) bool {
		return op.Side == gone.Side && (op.Path == gone.From() || opens && op.Path != gone.Path && op.Path.Within(gone.Path))
	})
}

// carryOut applies a reviewed plan and holds what comes of it to the invariants and to the oracle, which
// is nil where the plan undoes another one.
func (h *history) carryOut(p *partners, w *world, made *plan.Plan, local int, o *oracle, whole bool) {
	request := w.request(made)
	if rapid.IntRange(0, 5).Draw(h.T, "remounted") == 0 {
		h.remount(p.trees[1-local])
		h.mounted(w, plan.Remote, p.trees[1-local])
		request.Roots[plan.Remote] = w.at[plan.Remote]
	}
	was := w.trees()
	h.note("  plan:\n%s", describe(made))
	if len(made.Operations) > 0 && rapid.IntRange(0, 7).Draw(h.T, "drift") == 0 {
		h.drift(w, request)
	}
	r, err := h.apply(w, made, request, was)
	if r == nil {
		h.Fatalf("not applied: %v", err)
	}
	h.note("  results:\n%s", outcomes(r))
	if err != nil {
		h.Errorf("apply: %v", err)
	}
	w.keepsEverything(was)
	touchesOnly(h, made, was, w.trees())
	now := w.trees()
	applied := &appliedOnce{planID: made.ID, local: p.trees[local], options: w.options, before: p.agreed, clean: true}
	for i := range r.Results {
		applied.clean = applied.clean && r.Results[i].Outcome == apply.Done
	}
	applied.was, applied.after = facing([2]nodes(was), local), facing([2]nodes(now), local)
	var restored func(tree.Path) bool
	if o == nil {
		o = &oracle{base: p.agreed.facing(local), ignored: ignoredBy(w.options.Ignore)}
		restored = undoneBy(made, r)
		o.former = p.last.before.facing(local)
	} else {
		o.came(w, made, now, whole)
	}
	p.agreed = o.agree([2]nodes(now), restored).facing(local)
	p.last = applied
	if restored == nil && whole && applied.clean && len(o.kept) == 0 {
		h.settled(p, w)
	}
}

// drift changes something after the plan was made: it is refused as a whole.
func (h *history) drift(w *world, request apply.Request) {
	side := plan.BothSides[rapid.IntRange(0, 1).Draw(h.T, "drifts")]
	at := w.place(side)
	at.write(h, nodes{"drift": node{kind: tree.File, content: "drift", mtime: epoch, mode: tree.Perm(0o600)}})
	before := w.trees()
	if r, err := apply.Apply(context.Background(), request); r != nil || !errors.Is(err, apply.ErrStale) {
		h.Errorf("drift: %v", err)
	}
	if now := w.trees(); !now[0].equal(before[0]) || !now[1].equal(before[1]) {
		h.Errorf("a refused apply changed something")
	}
	at.remove(h, "drift")
}

// settled is invariant 4.
func (h *history) settled(p *partners, w *world) {
	for local := range p.trees {
		again := h.world(p, local)
		again.options = w.options
		if next := again.paired((*apply.Pair).Plan); !next.Empty() {
			h.Errorf("the next plan is not empty:\n%s", describe(next))
		}
	}
}

func ignoredBy(patterns []string) func(tree.Path) bool {
	return func(path tree.Path) bool {
		for ; path != tree.Root; path = path.Parent() {
			name := path.Base()
			if strings.HasSuffix(name, ".tmp") || isLitter(name) || slices.Contains(patterns, name) {
				return true
			}
		}
		return false
	}
}
