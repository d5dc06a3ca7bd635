package survey

import (
	"context"
	"time"

	"treaty/apply/internal/ends"
	"treaty/apply/internal/sources"
	"treaty/apply/store"
	"treaty/plan"
)

// shift is by how much the times of the volumes are off as a whole.
type shift struct {
	// measured tells that both trees were looked at for it.
	measured bool
	// Since is by how much more than when the plan was made: all that a plan says of a volume's times is
	// off by that.
	Since plan.Sides[time.Duration]
	// Total is by how much more than on record, or, where there is no record, between the sides.
	Total plan.Sides[time.Duration]
}

// planned is by how much the times were off when the plan was made.
func (s *shift) planned() plan.Sides[time.Duration] {
	return plan.Sides[time.Duration]{
		s.Total[plan.Local] - s.Since[plan.Local],
		s.Total[plan.Remote] - s.Since[plan.Remote],
	}
}

// Seconds is the total as receipts have it.
func (s *shift) Seconds() plan.Sides[int64] {
	return plan.Sides[int64]{int64(s.Total[plan.Local] / time.Second), int64(s.Total[plan.Remote] / time.Second)}
}

// Gauge finds out by how much the times of the volumes are off.
type Gauge struct {
	Plan  *plan.Plan
	Ends  *ends.Ends
	Shift shift
}

// measureWhereTold looks for a shift where the plan tells of one. What it tells is not relied on: a summary decides
// nothing.
func (g *Gauge) measureWhereTold(ctx context.Context) error {
	if g.Plan.Summary.TimeShiftSeconds == (plan.Sides[int64]{}) {
		return nil
	}
	return g.measure(ctx)
}

// measure compares the times of both trees with those on record, or, where there is no record, with each
// other. That needs no sample of content: a shift counts only if the digests of both trees, or all that
// the plan expects of them, are as planned once it is made up for.
func (g *Gauge) measure(ctx context.Context) error {
	memory := g.Ends.Recall(g.Plan)
	defer memory.Close()
	err := g.measureAgainst(ctx, memory)
	if store.Forgotten(err) != nil {
		return g.measureAgainst(ctx, nil)
	}
	return err
}

// measureAgainst is measure against a memory, nil for none.
func (g *Gauge) measureAgainst(ctx context.Context, memory *store.Memory) error {
	in := sources.Again(g.Plan, memory)
	listing := sources.List(ctx, g.Ends.Sources(), &in, false, nil)
	defer listing.Close()
	seen, err := plan.Survey(ctx, in, func(*plan.Name) error { return nil })
	if err := sources.Vanished(listing.Finish(err)); err != nil {
		return err
	}
	g.Shift.measured = true
	for _, side := range plan.BothSides {
		g.shifted(side, seen.Shift[side])
	}
	return nil
}

// measureAnew looks for a shift where an apply is taken up. What it has done already may have made unclear what
// was clear: then nothing is taken to have changed.
func (g *Gauge) measureAnew(ctx context.Context) error {
	if err := g.measure(ctx); err != nil {
		return err
	}
	for _, side := range plan.BothSides {
		if g.Shift.Total[side] == 0 {
			g.shifted(side, time.Duration(g.Plan.Summary.TimeShiftSeconds[side])*time.Second)
		}
	}
	return nil
}

// shifted takes a side's times to be off by that much in total.
func (g *Gauge) shifted(side plan.Side, total time.Duration) {
	g.Shift.Total[side] = total
	g.Shift.Since[side] = total - time.Duration(g.Plan.Summary.TimeShiftSeconds[side])*time.Second
	g.Ends[side].Disk.Shifted(g.Shift.Since[side])
}
