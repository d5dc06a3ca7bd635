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
	return plan.Sides[time.Duration]{s.total[plan.Local] - s.since[plan.Local], s.total[plan.Remote] - s.since[plan.Remote]}
}

// seconds is the total as receipts have it.
func (s *shift) seconds() plan.Sides[int64] {
	return plan.Sides[int64]{int64(s.total[plan.Local] / time.Second), int64(s.total[plan.Remote] / time.Second)}
}

// measure looks for a shift where the plan tells of one. What it tells is not relied on: a summary decides
// nothing.
func (r *run) measure(ctx context.Context) error {
	if r.plan.Summary.TimeShiftSeconds == (plan.Sides[int64]{}) {
		return nil
	}
	return r.gauge(ctx)
}

// gauge compares the times of both trees with those on record, or, where there is no record, with each
// other. That needs no sample of content: a shift counts only if the digests of both trees, or all that
// the plan expects of them, are as planned once it is made up for.
func (r *run) gauge(ctx context.Context) error {
	memory, err := r.recall()
	if err != nil {
		return err
	}
	defer memory.Close()
	err = r.gaugeAgainst(ctx, memory)
	if store.Forgotten(err) != nil {
		return r.gaugeAgainst(ctx, nil)
	}
	return err
}

// recall opens the baseline of the two trees, nil where the plan was made without one.
func (r *run) recall() (*store.Memory, error) {
	if r.plan.Baseline == nil {
		return nil, nil
	}
	memory, _ := store.Recall(r.ends.readers(), r.ends.files())
	return memory, nil
}

// gaugeAgainst is gauge against a memory, nil for none.
func (r *run) gaugeAgainst(ctx context.Context, memory *store.Memory) error {
	in := r.input(memory)
	listing := list(ctx, r.ends.sources(), &in, false, nil)
	defer listing.close()
	seen, err := plan.Survey(ctx, in, func(*plan.Name) error { return nil })
	if err := vanished(listing.finish(err)); err != nil {
		return err
	}
	r.shift.measured = true
	for _, side := range plan.BothSides {
		r.shifted(side, seen.Shift[side])
	}
	return nil
}

// regauge looks for a shift where an apply is taken up. What it has done already may have made unclear what
// was clear: then nothing is taken to have changed.
func (r *run) regauge(ctx context.Context) error {
	if err := r.gauge(ctx); err != nil {
		return err
	}
	for _, side := range plan.BothSides {
		if r.shift.total[side] == 0 {
			r.shifted(side, time.Duration(r.plan.Summary.TimeShiftSeconds[side])*time.Second)
		}
	}
	return nil
}

// shifted takes a side's times to be off by that much in total.
func (r *run) shifted(side plan.Side, total time.Duration) {
	r.shift.total[side] = total
	r.shift.since[side] = total - time.Duration(r.plan.Summary.TimeShiftSeconds[side])*time.Second
	r.ends[side].disk.Shifted(r.shift.since[side])
}
