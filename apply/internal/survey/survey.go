package survey

import (
	"context"
	"errors"
	"time"

	"treaty/apply/internal/ends"
	"treaty/apply/internal/execute"
	"treaty/apply/internal/journal"
	"treaty/apply/internal/sources"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Survey is what is found out about both trees before the first write.
type Survey struct {
	Gauge
	// Scanned counts what is seen of both trees, from nothing; it returns nil where nobody asks.
	Scanned func() *plan.Sides[scan.Progress]
	// AllowUnrelated lets pass what changed on paths that the plan has nothing to do with.
	AllowUnrelated bool
	// Now is the clock.
	Now func() time.Time
	// Listed are both trees as they were found, nil where an interrupted run is taken up.
	Listed plan.Sides[*sources.Pass]
	// Nested are directories in the trees that are, or may be, trees of their own.
	Nested plan.Sides[[]tree.Path]
	// Home is the end at which the baseline lies that the trees were read with, nil for none.
	Home *ends.End
	// Seen are the directories that the trees had.
	Seen *store.Digests
	// Files is how many files they had.
	Files  plan.Sides[int]
	Stamps *execute.Stamps
}

// Steps are what is to be carried out: as the journal has them, or as the plan says, if the trees are what
// the plan saw.
func (s *Survey) Steps(ctx context.Context) ([]plan.Step, error) {
	if j := s.Ends.Resumed(); j != nil {
		return s.resume(ctx, j)
	}
	want, err := s.holdToPlan(ctx)
	if err != nil {
		return nil, err
	}
	steps, err := s.Plan.Steps(lookup{s.Ends, want}, s.Shift.planned())
	want.respellSteps(steps)
	for _, o := range want.occupied {
		for i := range steps {
			if steps[i].Operation == o.op {
				steps[i].Skipped = plan.NotVacated + plan.Why(": "+o.why)
			}
		}
	}
	return steps, err
}

// resume returns the steps of an earlier run, by its journal, and what that has found out.
func (s *Survey) resume(ctx context.Context, j *journal.Journal) ([]plan.Step, error) {
	s.Seen = s.Ends[plan.Local].Store.Digests(s.Plan.ID)
	if err := s.measureAnew(ctx); err != nil {
		return nil, err
	}
	steps := Recorded(s.Plan, j.Steps)
	s.Stamps = execute.NewStamps(s.Plan, s.Shift.Since, s.Shift.Total)
	s.Stamps.Recall(steps, j.Steps.Sources)
	return steps, nil
}

// holdToPlan reads both trees again, with the options of the plan, and refuses with ErrStale what is not as planned; a
// shift of a whole volume's times is no drift. It returns what was expected, with what was found in the directories in
// conflict.
func (s *Survey) holdToPlan(ctx context.Context) (*expectations, error) {
	if err := s.measureWhereTold(ctx); err != nil {
		return nil, err
	}
	want, err := s.compare(ctx)
	if !errors.Is(err, refusal.ErrStale) || s.Shift.measured {
		return want, err
	}
	// What looks like drift may be a shift: only now is that worth another walk.
	if failed := s.measure(ctx); failed != nil {
		return nil, failed
	}
	if s.Shift.Since == (plan.Sides[time.Duration]{}) {
		return want, err
	}
	return s.compare(ctx)
}

// compare reads both trees once, with the shift made up for as far as it is known. It takes out the operations
// whose name the plan leaves to something else. What was in scope when the plan was made depends on the record of
// the last sync too: a file of rules that only one side changed holds on both.
func (s *Survey) compare(ctx context.Context) (*expectations, error) {
	memory := s.Ends.Recall(s.Plan)
	defer memory.Close()
	if memory != nil {
		s.Home = s.Ends[memory.Home]
	}
	want, err := s.compareAgainst(ctx, memory)
	if store.Forgotten(err) != nil {
		return s.compareAgainst(ctx, nil)
	}
	return want, err
}

// compareAgainst is compare with a memory, nil for none.
func (s *Survey) compareAgainst(ctx context.Context, memory *store.Memory) (*expectations, error) {
	s.Seen, s.Stamps = &store.Digests{}, execute.NewStamps(s.Plan, s.Shift.Since, s.Shift.Total)
	c := &comparison{Survey: s, unlisted: &unlisted{plan: s.Plan}, limits: s.Plan.Options.Limits(),
		before: s.Ends[plan.Local].Store.Digests(s.Plan.ID)}
	if err := c.read(ctx, memory); err != nil {
		return nil, err
	}
	c.miss()
	c.occupied()
	related := len(c.drifted) > 0
	if !related && (s.AllowUnrelated || c.fitsInPart()) {
		return c.want, nil
	}
	c.elsewhere()
	return c.want, c.refusal(related)
}
