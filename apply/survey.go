package apply

import (
	"context"
	"errors"
	"time"

	"treaty/apply/internal/execute"
	"treaty/apply/internal/journal"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/scan"
)

// survey is what is found out about both trees before the first write.
type survey struct {
	gauge
	// scanned counts what is seen of both trees, from nothing; it returns nil where nobody asks.
	scanned func() *plan.Sides[scan.Progress]
	// allowUnrelated lets pass what changed on paths that the plan has nothing to do with.
	allowUnrelated bool
	// seen are the directories that the trees had.
	seen   *store.Digests
	stamps *execute.Stamps
}

// steps are what is to be carried out: as the journal has them, or as the plan says, if the trees are what
// the plan saw.
func (s *survey) steps(ctx context.Context) ([]plan.Step, error) {
	if j := s.ends.resumed(); j != nil {
		return s.recall(ctx, j)
	}
	x, err := s.expectations(ctx)
	if err != nil {
		return nil, err
	}
	steps, err := s.plan.Steps(lookup{s.ends, x}, s.shift.planned())
	x.respellSteps(steps)
	for _, o := range x.occupied {
		for i := range steps {
			if steps[i].Operation == o.op {
				steps[i].Skipped = plan.NotVacated + plan.Why(": "+o.why)
			}
		}
	}
	return steps, err
}

// recall is what an earlier run has found out, by its journal.
func (s *survey) recall(ctx context.Context, j *journal.Journal) ([]plan.Step, error) {
	s.seen = s.ends[plan.Local].store.Digests(s.plan.ID)
	if err := s.readAnew(ctx); err != nil {
		return nil, err
	}
	steps := recorded(s.plan, j.Steps)
	s.stamps = execute.NewStamps(s.plan, s.shift.since, s.shift.total)
	s.stamps.Recall(steps, j.Steps.Sources)
	return steps, nil
}

// expectations reads both trees again, with the options of the plan, and refuses with ErrStale what is not
// as planned; a shift of a whole volume's times is no drift. It returns with what is in the directories
// in conflict.
func (s *survey) expectations(ctx context.Context) (*expectations, error) {
	if err := s.readWhereTold(ctx); err != nil {
		return nil, err
	}
	x := expect(s.plan, s.shift.planned())
	err := s.compare(ctx, x)
	if !errors.Is(err, ErrStale) || s.shift.measured {
		return x, err
	}
	// What looks like drift may be a shift: only now is that worth another walk.
	if failed := s.read(ctx); failed != nil {
		return nil, failed
	}
	if s.shift.since == (plan.Sides[time.Duration]{}) {
		return x, err
	}
	x = expect(s.plan, s.shift.planned())
	return x, s.compare(ctx, x)
}

// compare reads both trees once, with the shift made up for as far as it is known. It takes out the operations
// whose name the plan leaves to something else. What was in scope when the plan was made depends on the record of
// the last sync too: a file of rules that only one side changed holds on both.
func (s *survey) compare(ctx context.Context, x *expectations) error {
	memory := s.ends.recall(s.plan)
	defer memory.Close()
	err := s.compareAgainst(ctx, x, memory)
	if store.Forgotten(err) != nil {
		*x = *expect(s.plan, s.shift.planned()) // some were met already
		return s.compareAgainst(ctx, x, nil)
	}
	return err
}

// compareAgainst is compare with a memory, nil for none.
func (s *survey) compareAgainst(ctx context.Context, x *expectations, memory *store.Memory) error {
	s.seen, s.stamps = &store.Digests{}, execute.NewStamps(s.plan, s.shift.since, s.shift.total)
	c := &comparison{survey: s, x: x, unlisted: newUnlisted(s.plan),
		before: s.ends[plan.Local].store.Digests(s.plan.ID)}
	if err := c.read(ctx, memory); err != nil {
		return err
	}
	c.miss()
	c.occupied()
	related := len(c.drifted) > 0
	if !related && s.allowUnrelated {
		return nil
	}
	c.elsewhere()
	return c.refusal(related)
}
