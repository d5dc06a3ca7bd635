package plan

import (
	"context"
	"fmt"
	"slices"

	"treaty/plan/tree"
)

// draft is a plan in the making, of values each with an idea of its own: what differs, what is to be said, what both
// sides agree on, what one of them cannot hold, how times are off. Passes go through all of it.
type draft struct {
	policy  *policy
	readers Sides[Reader]

	differences
	problems
	accord
	barring
	shifting shifting
	// lost are the records of files that neither side has under their names any more.
	lost []tree.Agreed
	// base is the text that both sides agreed on with a hash, nil for none.
	base   func(tree.Hash) []byte
	wholes wholes
	// portion is nil where the plan is of the whole trees.
	portion *portion
}

func newDraft(in *Input, p *policy) *draft {
	return &draft{policy: p, problems: slices.Clone(in.Problems), accord: accord{policy: p},
		shifting: shifting{policy: p, given: in.Shift != nil},
		readers:  Sides[Reader]{in.Trees[Local].Reader, in.Trees[Remote].Reader}, portion: portionOf(&in.Options),
		base: in.Base, wholes: wholesOf(&in.Options)}
}

// decideAgain decides a difference anew, and tells whether it still is one.
func (dr *draft) decideAgain(d *difference) bool {
	warned := d.verdict.modesDiffer
	t := trioOf(d)
	dr.policy.judge(d, &t)
	if d.verdict.modesDiffer && !warned {
		dr.modesDiffer(d)
	}
	if d.verdict.agreed() && !dr.policy.asked(d) {
		dr.agree(&t)
		return false
	}
	return !dr.refused(d) || d.rare.all().against.giveUp(d)
}

// refused blocks a difference whose change a side cannot hold, and tells whether it did.
func (dr *draft) refused(d *difference) bool {
	return slices.ContainsFunc(d.verdict.changes, func(c change) bool { return dr.refuses(c.side, c.action, d) })
}

// refuses blocks what a side cannot get from the other by an action, and tells whether it did.
func (dr *draft) refuses(side Side, action Action, d *difference) bool {
	code, why := dr.policy.capacity(side).forbids(action, d)
	if code == "" {
		return false
	}
	dr.block(code, side, d.at(side.Other()), why)
	return true
}

func (dr *draft) modesDiffer(d *difference) {
	path := d.at(Local)
	dr.warn(ModeDiffers, nil, &path,
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
