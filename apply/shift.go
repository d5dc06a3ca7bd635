package apply

import (
	"context"
	"time"

	"treaty/apply/store"
	"treaty/plan"
)

// shift is by how much the times of the volumes are off as a whole.
type shift struct {
	// measured tells that both trees were looked at for it.
	measured bool
	// since is by how much more than when the plan was made: all that a plan says of a volume's times is
	// off by that.
	since plan.Sides[time.Duration]
	// total is by how much more than on record, or, where there is no record, between the sides.
	total plan.Sides[time.Duration]
}

// planned is by how much the times were off when the plan was made.
func (s *shift) planned() plan.Sides[time.Duration] {
	return plan.Sides[time.Duration]{
		s.total[plan.Local] - s.since[plan.Local],
		s.total[plan.Remote] - s.since[plan.Remote],
	}
}

// seconds is the total as receipts have it.
func (s *shift) seconds() plan.Sides[int64] {
	return plan.Sides[int64]{int64(s.total[plan.Local] / time.Second), int64(s.total[plan.Remote] / time.Second)}
}

// gauge finds out by how much the times of the volumes are off.
type gauge struct {
	plan  *plan.Plan
	ends  *ends
	shift shift
}

// readWhereTold looks for a shift where the plan tells of one. What it tells is not relied on: a summary decides
// nothing.
func (g *gauge) readWhereTold(ctx context.Context) error {
	if g.plan.Summary.TimeShiftSeconds == (plan.Sides[int64]{}) {
		return nil
	}
	return g.read(ctx)
}

// read compares the times of both trees with those on record, or, where there is no record, with each
// other. That needs no sample of content: a shift counts only if the digests of both trees, or all that
// the plan expects of them, are as planned once it is made up for.
func (g *gauge) read(ctx context.Context) error {
	memory := g.ends.recall(g.plan)
	defer memory.Close()
	err := g.readAgainst(ctx, memory)
	if store.Forgotten(err) != nil {
		return g.readAgainst(ctx, nil)
	}
	return err
}

// readAgainst is read against a memory, nil for none.
func (g *gauge) readAgainst(ctx context.Context, memory *store.Memory) error {
	in := again(g.plan, memory)
	listing := list(ctx, g.ends.sources(), &in, false, nil)
	defer listing.close()
	seen, err := plan.Survey(ctx, in, func(*plan.Name) error { return nil })
	if err := vanished(listing.finish(err)); err != nil {
		return err
	}
	g.shift.measured = true
	for _, side := range plan.BothSides {
		g.shifted(side, seen.Shift[side])
	}
	return nil
}

// readAnew looks for a shift where an apply is taken up. What it has done already may have made unclear what
// was clear: then nothing is taken to have changed.
func (g *gauge) readAnew(ctx context.Context) error {
	if err := g.read(ctx); err != nil {
		return err
	}
	for _, side := range plan.BothSides {
		if g.shift.total[side] == 0 {
			g.shifted(side, time.Duration(g.plan.Summary.TimeShiftSeconds[side])*time.Second)
		}
	}
	return nil
}

// shifted takes a side's times to be off by that much in total.
func (g *gauge) shifted(side plan.Side, total time.Duration) {
	g.shift.total[side] = total
	g.shift.since[side] = total - time.Duration(g.plan.Summary.TimeShiftSeconds[side])*time.Second
	g.ends[side].disk.Shifted(g.shift.since[side])
}
