package sources

import (
	"context"
	"errors"

	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/scan"
)

// Apart refuses trees of which one is the other, or in it.
func Apart(trees plan.Sides[volume.Source]) error {
	relation, err := relate(trees[plan.Local], trees[plan.Remote])
	if err != nil {
		return err
	}
	local, remote := trees[plan.Local].Root(), trees[plan.Remote].Root()
	switch relation {
	case scan.Same:
		return refusal.Because(refusal.CauseNotApart, "both trees are the same: %s", local)
	case scan.Inside:
		return refusal.Because(refusal.CauseNotApart, "the local tree %s lies inside the remote tree %s", local, remote)
	case scan.Around:
		return refusal.Because(refusal.CauseNotApart, "the remote tree %s lies inside the local tree %s", remote, local)
	}
	return nil
}

// relate tells how the first tree lies to the second. What is known of one that is read from a file, that tells itself.
func relate(local, remote volume.Source) (scan.Relation, error) {
	if file, ok := remote.(volume.FromFile); ok {
		relation, err := file.Relate(local)
		return relation.Reversed(), err
	}
	return local.Relate(remote)
}

// Listing is both trees being listed, for one pass over them.
type Listing plan.Sides[volume.Walk]

// List begins to list both sources for in, whose options and traits are those of the listing, and gives it the streams.
// With whole, times are not cut to what a volume can tell apart. progress is what has been seen, nil where nobody asks.
// The caller closes the listing.
func List(ctx context.Context, sources plan.Sides[volume.Source], in *plan.Input, whole bool,
	progress *plan.Sides[scan.Progress]) *Listing {
	l := &Listing{}
	for _, side := range plan.BothSides {
		traits := &in.Trees[side].Traits
		options := scan.Options{Patterns: in.Options.Ignore, DefaultIgnores: in.Options.DefaultIgnores,
			Granularity: traits.MtimeGranularity, Modes: traits.Modes}
		if whole {
			options.Granularity = 1
		}
		if progress != nil {
			options.Progress = &progress[side]
		}
		l[side] = sources[side].Walk(ctx, options)
		in.Trees[side].Stream = l[side]
	}
	return l
}

// Finish is err, or why what was listed cannot be relied on.
func (l *Listing) Finish(err error) error {
	for _, walk := range l {
		if err == nil {
			err = walk.Finish()
		}
	}
	return err
}

// Close ends the listing.
func (l *Listing) Close() {
	for _, walk := range l {
		walk.Close()
	}
}

// Again is what a plan says of both trees, to look at them again; memory is nil for none.
func Again(p *plan.Plan, memory *store.Memory) plan.Input {
	in := plan.Input{Options: p.Options}
	if memory != nil {
		in.Memory = memory
	}
	for _, side := range plan.BothSides {
		in.Trees[side].Traits = p.Snapshot(side).Filesystem
	}
	return in
}

// Vanished makes a refusal of an error that tells that a tree went away.
func Vanished(err error) error {
	if errors.Is(err, scan.ErrVanished) {
		return &refusal.Refusal{Cause: refusal.CauseVanished, Why: err.Error(), Err: err}
	}
	return err
}
