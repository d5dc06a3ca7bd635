package survey

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"treaty/apply/internal/sources"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
)

// comparison is one reading of both trees, which are held to what a plan saw.
type comparison struct {
	*Survey
	// want is what the plan expects, nil before anything was read.
	want *expectations
	// before are the digests that were kept when the plan was made, nil for none.
	before   *store.Digests
	unlisted *unlisted
	drifted  []refusal.Drift
	// limits are the part that the plan is limited to, and partFits tells on which sides that is as planned.
	limits   plan.Limits
	partFits plan.Sides[bool]
	// namesake is, on each side, the collision key of the name that the other tree's root has.
	namesake plan.Sides[string]
}

func (c *comparison) report(side plan.Side, path tree.Path, why string) {
	c.drifted = append(c.drifted, refusal.Drift{Side: side, Path: path, Why: why})
}

// read reads both trees, and reports what is there and is not as expected. memory is nil for none.
func (c *comparison) read(ctx context.Context, memory *store.Memory) error {
	in := sources.Again(c.Plan, memory)
	in.Observe = c.observe
	from := c.Ends.SourcesOf(c.Plan)
	for _, side := range plan.BothSides {
		c.namesake[side.Other()] = tree.CollisionKey(base(from[side].Root()))
		from[side], c.Listed[side] = sources.Keeping(from[side], c.Now().Add(c.Ends[side].Ahead()))
	}
	listing := sources.List(ctx, from, &in, false, c.Scanned())
	defer listing.Close()
	c.want = expect(c.Plan, c.Shift.planned()) // while both trees are being walked
	for _, side := range plan.BothSides {
		in.Trees[side].Stream = tree.Unshift(listing[side], c.Shift.Since[side])
	}
	found, err := plan.Survey(ctx, in, c.name)
	if err := sources.Vanished(listing.Finish(err)); err != nil {
		return err
	}
	c.Files = found.Files
	for _, side := range plan.BothSides {
		c.Nested[side] = append(c.Nested[side], listing[side].Trees()...)
		planned := c.Plan.Snapshot(side)
		c.Stamps.Fits[side] = found.Digests[side] == planned.Digest
		c.partFits[side] = len(c.Plan.Options.Only) > 0 && found.PartDigests[side] == planned.PartDigest
	}
	return nil
}

// observe takes note of a directory, of which all was read.
func (c *comparison) observe(side plan.Side, dir tree.Path, digest tree.Hash) {
	c.Seen.Observe(side, dir, digest)
	if planned, ok := c.want.subtrees[side][dir]; ok && planned != digest {
		c.report(side, dir, "something in the directory changed")
	}
}

// name holds what has a name to what is expected there.
func (c *comparison) name(n *plan.Name) error {
	c.want.spellings.note(n)
	if c.want.concerns(n) {
		c.Stamps.Note(n, c.want.paths(n), c.want.copying(n))
	} else {
		c.unlisted.note(n, c.limits)
	}
	for _, side := range plan.BothSides {
		path, e := n.Path[side], &n.Entry[side]
		if e.Type == tree.Absent {
			continue
		}
		c.noteNamesake(side, path, e)
		if why := c.want.check(side, n); why != "" {
			c.report(side, path, why)
		}
		c.want.noteOtherSpelling(side, path, e)
		c.want.keepInConflict(side, path, e)
	}
	return nil
}

// mostNamesakes is how many directories are looked at for their name alone.
const mostNamesakes = 64

// noteNamesake notes a directory that has the name of the other tree's root: it may be that, and a mount over a network
// may not show yet what has come to it.
func (c *comparison) noteNamesake(side plan.Side, path tree.Path, e *tree.Entry) {
	if e.Type == tree.Directory && e.Key == c.namesake[side] && len(c.Nested[side]) < mostNamesakes {
		c.Nested[side] = append(c.Nested[side], path)
	}
}

// base is the last name of a root, on whichever system that is.
func base(root string) string { return root[strings.LastIndexAny(root, `/\`)+1:] }

// miss reports what is expected and was not found.
func (c *comparison) miss() {
	c.want.checkRespelled(c.report)
	c.want.missing(c.report)
	c.want.parentless(c.before, c.Seen, c.report)
	c.want.misplaced(c.Ends, c.Seen, c.report)
	for _, side := range plan.BothSides {
		if !c.fitsOn(side) && c.AllowUnrelated && c.Stamps.ReadUnproved(side) {
			c.report(side, tree.Root,
				"something changed, and the plan has no hashes to tell whether that is to be copied")
		}
	}
}

// fits tells whether both trees are, as a whole, what was planned.
func (c *comparison) fits() bool { return c.Stamps.Fits[plan.Local] && c.Stamps.Fits[plan.Remote] }

// fitsOn tells whether a side is what was planned, as a whole or in the part that the plan is limited to.
func (c *comparison) fitsOn(side plan.Side) bool { return c.Stamps.Fits[side] || c.partFits[side] }

// fitsInPart tells whether what the plan is of is what was planned: the part that it is limited to, or both trees.
func (c *comparison) fitsInPart() bool { return c.fitsOn(plan.Local) && c.fitsOn(plan.Remote) }

// occupied reports the names that operations are to take and that something has. Where nothing drifted, such a name is
// taken because a person took the move out that would free it: what is not listed is left alone, and what waits for it
// is skipped.
func (c *comparison) occupied() {
	for _, o := range c.want.occupied {
		if c.fits() && c.Plan.Baseline != nil {
			o.op.Decision = plan.Skip
		} else {
			c.report(o.op.Side, o.op.Path, o.why)
		}
	}
}

// elsewhere reports where else trees changed that are not what was planned. What was approved decides; the digests
// beside the plan only help to say where.
func (c *comparison) elsewhere() {
	for _, side := range plan.BothSides {
		if c.fitsOn(side) {
			continue
		}
		changed := slices.DeleteFunc(c.before.Changed(c.Seen, side),
			func(dir tree.Path) bool { return !c.limits.MayReach(dir) })
		if len(changed) == 0 {
			changed = []tree.Path{tree.Root}
		}
		for _, dir := range store.Deepest(changed) {
			if !mentions(c.drifted, side, dir) {
				c.report(side, dir, "something in this directory changed")
			}
		}
		for _, dir := range changed {
			c.drifted = append(c.drifted, c.unlisted.in(side, dir)...)
		}
	}
}

// refusal is why the trees are not what was planned, nil if they are. related tells that some of it is on paths that
// the plan has to do with.
func (c *comparison) refusal(related bool) error {
	if len(c.drifted) == 0 {
		return nil
	}
	slices.SortFunc(c.drifted, func(a, b refusal.Drift) int {
		return cmp.Or(cmp.Compare(a.Side, b.Side), tree.Compare(a.Path, b.Path), cmp.Compare(a.Why, b.Why))
	})
	why := refusal.Because(refusal.CauseDrift, "the trees are not what they were when the plan was made")
	switch {
	case !related:
		why.Cause = refusal.CauseUnrelated
	case c.fits():
		why = refusal.Because(refusal.CauseUnfit,
			"the plan was edited, and does not fit the trees that it was made from")
	}
	why.Drift = c.drifted
	return why
}

// mentions tells whether something right in dir was reported already.
func mentions(drifted []refusal.Drift, side plan.Side, dir tree.Path) bool {
	return slices.ContainsFunc(drifted, func(d refusal.Drift) bool { return d.Side == side && d.Path.Within(dir) })
}
