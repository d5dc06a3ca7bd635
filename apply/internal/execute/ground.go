package apply

import (
	"context"
	"errors"

	"treaty/apply/internal/journal"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// ground is what all parts of an execution stand on: the plan, both ends, and the journals.
type ground struct {
	plan *plan.Plan
	ends *ends
	// copies are where copies of the other side's content may lie, nil where nothing is there.
	copies plan.Sides[volume.Looker]
	// shift is by how much the times of the volumes are off from those of the plan.
	shift shift
	// write adds records to the journals, for good where sync says so. An error ends the run, since nothing may be done
	// that is not written down; without records it is the one that has ended it, nil for none.
	write func(sync bool, records ...journal.Record) error
}

// ground is what parts of an execution are given of a run.
func (r *run) ground() *ground {
	g := &ground{plan: r.plan, ends: &r.ends, shift: r.shift, write: r.journals.write}
	for _, side := range plan.BothSides {
		switch {
		case r.ends[side] != nil:
			g.copies[side] = r.ends[side]
		case r.idle[side] != nil:
			g.copies[side] = r.idle[side]
		}
	}
	return g
}

// NotReached is the error of a result that an interrupt came before.
const NotReached = "not reached before the interrupt"

// halted is why the run goes no further, nil as long as it does.
func (g *ground) halted(ctx context.Context) error {
	if ctx.Err() != nil {
		return errors.New(NotReached)
	}
	for _, e := range g.ends {
		if err := e.disk.Stopped(); err != nil {
			return err
		}
	}
	return g.write(false)
}

// barrier makes durable what was done on both sides, and tells whether it is. An error stops the disk that it happened
// on.
func (g *ground) barrier() bool {
	whole := true
	for _, e := range g.ends {
		if e.disk.Stopped() != nil || e.disk.Barrier() != nil {
			whole = false
		}
	}
	return whole
}

// durable makes what tasks have staged durable, those left out that came to nothing. It tells whether it is.
func (g *ground) durable(group []*task) bool {
	var of plan.Sides[[]volume.Staged]
	for _, t := range group {
		if !t.noted() {
			of[t.Side] = append(of[t.Side], t.staged)
		}
	}
	for _, side := range plan.BothSides {
		if len(of[side]) > 0 && g.ends[side].disk.Barrier(of[side]...) != nil {
			return false
		}
	}
	return true
}

// traits are those that a side was planned with.
func (g *ground) traits(side plan.Side) *tree.Traits { return &g.plan.Snapshot(side).Filesystem }
