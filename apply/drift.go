package apply

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"treaty/apply/internal/execute"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
)

// survey reads both trees again, with the options of the plan, and refuses with ErrStale what is not
// as planned; a shift of a whole volume's times is no drift. It returns with what is in the directories
// in conflict.
func (r *run) survey(ctx context.Context) (*expectations, error) {
	if err := r.measure(ctx); err != nil {
		return nil, err
	}
	x := expect(r.plan, r.shift.planned())
	err := r.compare(ctx, x)
	if !errors.Is(err, ErrStale) || r.shift.measured {
		return x, err
	}
	// What looks like drift may be a shift: only now is that worth another walk.
	if failed := r.gauge(ctx); failed != nil {
		return nil, failed
	}
	if r.shift.since == (plan.Sides[time.Duration]{}) {
		return x, err
	}
	x = expect(r.plan, r.shift.planned())
	return x, r.compare(ctx, x)
}

// compare reads both trees once, with the shift made up for as far as it is known. It takes out the operations
// whose name the plan leaves to something else. What was in scope when the plan was made depends on the record of
// the last sync too: a file of rules that only one side changed holds on both.
func (r *run) compare(ctx context.Context, x *expectations) error {
	memory, err := r.recall()
	if err != nil {
		return err
	}
	defer memory.Close()
	err = r.compareAgainst(ctx, x, memory)
	if store.Forgotten(err) != nil {
		*x = *expect(r.plan, r.shift.planned()) // some were met already
		return r.compareAgainst(ctx, x, nil)
	}
	return err
}

// compareAgainst is compare with a memory, nil for none.
func (r *run) compareAgainst(ctx context.Context, x *expectations, memory *store.Memory) error {
	var drifted []Drift
	report := func(side plan.Side, path tree.Path, why string) {
		drifted = append(drifted, Drift{Side: side, Path: path, Why: why})
	}
	in := r.input(memory)
	now := &store.Digests{}
	r.seen = now
	in.Observe = func(side plan.Side, dir tree.Path, digest tree.Hash) {
		now.Observe(side, dir, digest)
		if planned, ok := x.subtrees[side][dir]; ok && planned != digest {
			report(side, dir, "something in the directory changed")
		}
	}
	listing := list(ctx, r.ends.sources(), &in, false, r.progress.scanned())
	defer listing.close()
	for _, side := range plan.BothSides {
		in.Trees[side].Stream = tree.Unshift(listing[side], r.shift.since[side])
	}
	unlisted := newUnlisted(r.plan)
	r.stamps = execute.NewStamps(r.plan, r.shift.since, r.shift.total)
	seen, err := plan.Survey(ctx, in, func(n *plan.Name) error {
		x.respell(n)
		if x.concerns(n) {
			r.stamps.Note(n)
		}
		unlisted.note(n)
		for _, side := range plan.BothSides {
			e := &n.Entry[side]
			if e.Type == tree.Absent {
				continue
			}
			if why := x.check(side, n.Path[side], e); why != "" {
				report(side, n.Path[side], why)
			}
			x.otherwise(side, n.Path[side], e)
			if x.inConflict(side, n.Path[side]) {
				kept := *e
				kept.Name, kept.Target = strings.Clone(e.Name), strings.Clone(e.Target)
				dir := tree.Path(strings.Clone(string(n.Path[side].Parent())))
				x.listed[side][dir] = append(x.listed[side][dir], kept)
			}
		}
		return nil
	})
	if err := vanished(listing.finish(err)); err != nil {
		return err
	}
	before := r.ends[plan.Local].store.Digests(r.plan.ID)
	x.asSpelled(report)
	x.missing(report)
	x.parentless(before, now, report)
	x.misplaced(&r.ends, now, report)
	for _, side := range plan.BothSides {
		r.stamps.Fits[side] = seen.Digests[side] == r.plan.Snapshot(side).Digest
		if !r.stamps.Fits[side] && r.request.AllowUnrelatedDrift && r.stamps.ReadUnproved(side) {
			report(side, tree.Root, "something changed, and the plan has no hashes to tell whether that is to be copied")
		}
	}
	fits := r.stamps.Fits[plan.Local] && r.stamps.Fits[plan.Remote]
	if fits && r.plan.Baseline != nil {
		// Nothing drifted, so that a name is taken because a person took the move out that would free it:
		// what is not listed is left alone, and what waits for it is skipped.
		for _, o := range x.occupied {
			o.op.Decision = plan.Skip
		}
	} else {
		for _, o := range x.occupied {
			report(o.op.Side, o.op.Path, o.why)
		}
	}
	unrelated := len(drifted) == 0
	if unrelated && r.request.AllowUnrelatedDrift {
		return nil
	}
	for _, side := range plan.BothSides {
		if r.stamps.Fits[side] {
			continue
		}
		// What was approved decides; the digests beside the plan only help to say where.
		places := before.Changed(now, side)
		if len(places) == 0 {
			places = []tree.Path{tree.Root}
		}
		for _, dir := range places {
			if !mentions(drifted, side, dir) {
				report(side, dir, "something in this directory changed")
				drifted = append(drifted, unlisted.in(side, dir)...)
			}
		}
	}
	if len(drifted) == 0 {
		return nil
	}
	slices.SortFunc(drifted, func(a, b Drift) int {
		return cmp.Or(cmp.Compare(a.Side, b.Side), tree.Compare(a.Path, b.Path), cmp.Compare(a.Why, b.Why))
	})
	why := refusal.Because(refusal.CauseDrift, "the trees are not what they were when the plan was made")
	switch {
	case unrelated:
		why.Cause = refusal.CauseUnrelated
	case fits:
		why = refusal.Because(refusal.CauseUnfit, "the plan was edited, and does not fit the trees that it was made from")
	}
	why.Drift = drifted
	return why
}

// concerns tells whether something is expected of a name on either side.
func (x *expectations) concerns(n *plan.Name) bool {
	for _, side := range plan.BothSides {
		if _, expected := x.at[side][n.Path[side]]; expected || x.inConflict(side, n.Path[side]) {
			return true
		}
	}
	return false
}

// mentions tells whether something right in dir was reported already.
func mentions(drifted []Drift, side plan.Side, dir tree.Path) bool {
	return slices.ContainsFunc(drifted, func(d Drift) bool { return d.Side == side && d.Path.Within(dir) })
}

// inConflict tells whether a path lies in a directory that is in conflict.
func (x *expectations) inConflict(side plan.Side, path tree.Path) bool {
	if len(x.subtrees[side]) == 0 {
		return false
	}
	for dir := path.Parent(); dir != tree.Root; dir = dir.Parent() {
		if _, ok := x.subtrees[side][dir]; ok {
			return true
		}
	}
	return false
}
