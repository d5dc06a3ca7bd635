package execute

import (
	"context"
	"errors"
	"time"

	"treaty/apply/internal/journal"
	"treaty/apply/internal/settle"
	"treaty/apply/paper"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// Site is what all parts of an execution work with: the plan, both ends, and the journals.
type Site struct {
	Plan *plan.Plan
	Ends *settle.Ends
	// Write adds records to the journals, for good where sync says so. An error ends the run, since nothing may be done
	// that is not written down; without records it is the one that has ended it, nil for none. It keeps no record.
	Write func(sync bool, records ...journal.Record) error
	// Announce is Write of what is about to be done, for good. Where it returns a function that is called before the first
	// of that is done on a side that is far away, by what does that, which adds to the journal there.
	Announce func(records ...journal.Record) (crossing func(as volume.Changer) error, err error)
	// Texts keeps texts that are put in place, nil where none are kept.
	Texts *Texts
	// Now is the clock by which it is measured what the disks bear.
	Now func() time.Time
}

// halted is why the run goes no further, nil as long as it does.
func (s *Site) halted(ctx context.Context) error {
	if ctx.Err() != nil {
		return errors.New(paper.NotReached)
	}
	for _, e := range s.Ends {
		if err := e.Disk.Stopped(); err != nil {
			return err
		}
	}
	return s.Write(false)
}

// barrier makes durable what was done on both sides, where it is not already, and tells whether it is. An error stops
// the disk that it happened on.
func (s *Site) barrier(durable sides) bool {
	whole := true
	for side, e := range s.Ends {
		if !durable[side] && (e.Disk.Stopped() != nil || e.Disk.Barrier() != nil) {
			whole = false
		}
	}
	return whole
}

// durable makes what tasks have staged durable, where it is not already, those left out that came to nothing. It tells
// whether it is.
func (s *Site) durable(group []*task, already sides) bool {
	of := staged(group, already)
	for _, side := range plan.BothSides {
		if len(of[side]) > 0 && s.Ends[side].Disk.Barrier(of[side]...) != nil {
			return false
		}
	}
	return true
}

// staged is what tasks have staged on sides where it is not durable already, those left out that came to nothing.
func staged(group []*task, already sides) (of plan.Sides[[]volume.Staged]) {
	for _, t := range group {
		if !t.noted() && !already[t.Side] {
			if of[t.Side] == nil {
				of[t.Side] = make([]volume.Staged, 0, len(group))
			}
			of[t.Side] = append(of[t.Side], t.staged())
		}
	}
	return of
}

// traits are those that a side was planned with.
func (s *Site) traits(side plan.Side) *tree.Traits { return &s.Plan.Snapshot(side).Filesystem }

// fat tells which volumes may lose what was renamed.
func (s *Site) fat() sides { return sides{s.Ends[plan.Local].FAT, s.Ends[plan.Remote].FAT} }
