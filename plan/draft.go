package plan

import (
	"context"
	"fmt"
	"slices"

	"treaty/plan/tree"
)

// draft is a plan in the making: what differs, in the order of the walk, with what lies below a directory before it.
type draft struct {
	policy  *policy
	readers Sides[Reader]

	differences []*difference
	problems
	shifting shifting
	// agreed counts the names on both sides that need nothing.
	agreed int
	// news tells of something both sides agree on that the baseline does not know.
	news bool
	// barred are the entries that the other side cannot hold, and kept the names that entries keep for that.
	barred []barredEntry
	kept   []keptName
	// lost are the records of files that neither side has under their names any more.
	lost []tree.Agreed
	// portion is nil where the plan is of the whole trees.
	portion *portion
}

func newDraft(in *Input, p *policy) *draft {
	return &draft{policy: p, problems: slices.Clone(in.Problems), shifting: shifting{policy: p, given: in.Shift != nil},
		readers: Sides[Reader]{in.Trees[Local].Reader, in.Trees[Remote].Reader}, portion: portionOf(&in.Options)}
}

// keep takes out the differences of which kept does not hold. It is asked of each once, in order.
func (dr *draft) keep(kept func(*difference) bool) {
	all := dr.differences
	dr.differences = all[:0]
	for i := range all {
		if kept(all[i]) {
			dr.differences = append(dr.differences, all[i])
		}
	}
	clear(all[len(dr.differences):])
}

// drop takes out the differences that are marked so.
func (dr *draft) drop() {
	dr.keep(func(d *difference) bool { return !d.dropped })
}

// agree counts a name that needs nothing.
func (dr *draft) agree(t *trio) {
	dr.news = dr.news || dr.policy.isNews(t)
	if t.has(Local) && t.has(Remote) {
		dr.agreed++
	}
}

// decideAgain decides a difference anew, and tells whether it still is one.
func (dr *draft) decideAgain(d *difference) bool {
	warned := d.verdict.modesDiffer
	dr.policy.judge(d)
	if d.verdict.modesDiffer && !warned {
		dr.modesDiffer(d)
	}
	if d.verdict.agreed() && !dr.policy.asked(d) {
		dr.agree(&d.trio)
		return false
	}
	return !dr.refused(d)
}

// refused blocks a difference whose change a side cannot hold, and tells whether it did.
func (dr *draft) refused(d *difference) bool {
	for _, c := range d.verdict.changes {
		if code, why := dr.policy.cannotHold(d, c); code != "" {
			dr.block(code, c.side, d.path[c.side.Other()], why)
			return true
		}
	}
	return false
}

func (dr *draft) modesDiffer(d *difference) {
	dr.warn(ModeDiffers, nil, &d.path[Local],
		fmt.Sprintf("the modes differ (%s on local, %s on remote), and nothing tells which is right",
			d.now(Local).Mode, d.now(Remote).Mode))
}

// decideEarly decides what it can in the middle of the walk, so that less waits.
func (dr *draft) decideEarly(ctx context.Context) error {
	if err := findShift(ctx, dr, earlyShifted); err != nil {
		return err
	}
	return dr.readUndecided(ctx)
}

// state fills in the plan's operations and conflicts, and lets the differences go. It returns remote's own spelling
// of a conflict's path, where that is not the conflict's.
func (dr *draft) state(p *Plan) (spelled map[tree.Path]tree.Path) {
	spelled = map[tree.Path]tree.Path{}
	warnOfLosses(dr)
	p.Operations = slices.Grow(p.Operations, dr.changes())
	for i := range dr.differences {
		d := dr.differences[i]
		dr.differences[i] = nil // as one grows the other shrinks
		if d.verdict.kind == "" {
			for _, c := range d.verdict.changes {
				p.Operations = append(p.Operations, operationOf(dr.policy, d, c))
			}
			continue
		}
		c := conflictOf(dr.policy, d)
		if path := d.path[Remote]; c.PathOn(Remote) != path && c.Remote != nil {
			spelled[c.Path] = path
		}
		p.Conflicts = append(p.Conflicts, c)
	}
	dr.differences = nil
	p.Sort()
	p.Number()
	return spelled
}

// changes are how many operations the differences come to.
func (dr *draft) changes() (n int) {
	for _, d := range dr.differences {
		if d.verdict.kind == "" {
			n += len(d.verdict.changes)
		}
	}
	return n
}

// document fills in what the plan says besides.
func (dr *draft) document(p *Plan, ignored int) {
	for _, side := range BothSides {
		if why := p.deletesTooMuch(side); why != "" {
			dr.warn(ManyDeletes, &side, nil, why)
		}
	}
	p.Summary = Summary{Agreed: dr.agreed, Ignored: ignored}
	warnOfShift(dr, &p.Summary)
	p.Problems = append(p.Problems, dr.problems...)
	sortProblems(p.Problems)
	p.Summarize()
	p.News = dr.news
}

// keepParents drops deletes of directories in which something is blocked, or keeps its name.
func keepParents(dr *draft) {
	stays := Sides[map[tree.Path]bool]{{}, {}}
	above := func(side Side, path tree.Path) {
		for dir := path.Parent(); dir != tree.Root && !stays[side][dir]; dir = dir.Parent() {
			stays[side][dir] = true
		}
	}
	for i := range dr.problems {
		if p := &dr.problems[i]; p.Severity == Blocked && p.Path != nil {
			above(Local, *p.Path)
			above(Remote, *p.Path)
		}
	}
	for _, k := range dr.kept {
		above(k.side, k.path)
	}
	dr.keep(func(d *difference) bool {
		side, deletes := d.deletes()
		return !deletes || d.now(side).Type != tree.Directory || !stays[side][d.path[side]]
	})
}
