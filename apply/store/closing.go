package store

import (
	"errors"
	"fmt"
	"io/fs"

	"treaty/apply/paper"
	"treaty/apply/refusal"
	"treaty/schema"
)

// Closing is how a plan came to its end, after which it is never applied again.
type Closing struct {
	// Number is what it is in the history, 0 where the history has it no more, and only a tree remembers it.
	Number int
	// Outcome and Done, how many operations were done, are of its receipt; "" and 0 where that cannot be read.
	Outcome paper.Outcome
	Done    int
}

func (c *Closing) String() string {
	switch {
	case c.Number == 0:
		return "was applied already; its history is gone"
	case c.Outcome == paper.Partial && c.Done == 0:
		return fmt.Sprintf("is closed, as number %d, with nothing of it done", c.Number)
	case c.Outcome == paper.Partial:
		return fmt.Sprintf("was applied already, as number %d, in part", c.Number)
	}
	return fmt.Sprintf("was applied already, as number %d", c.Number)
}

// Refusal refuses to apply the plan again.
func (c *Closing) Refusal() *refusal.Refusal {
	refusal := refusal.Because(refusal.CauseApplied, "this plan %s", c)
	refusal.Number = c.Number
	return refusal
}

// Unapplied refuses with ErrStale a plan that came to its end, as far as this tree knows, unless a journal says that
// the end is still missing.
func (s *history) Unapplied(id string) error {
	closing, err := s.Closing(id)
	if err != nil || closing == nil {
		return err
	}
	if j, err := s.Journal(id); err != nil || j != nil {
		return err
	}
	return closing.Refusal()
}

// Closing tells how the plan with this id came to its end, by the history or, where that has it no more, by what the
// tree itself remembers; nil where it did not, or neither knows it.
func (s *history) Closing(id string) (*Closing, error) {
	archived, err := s.Applied(id)
	if err != nil {
		return nil, err
	}
	if archived == nil {
		mine, err := s.Identity()
		if err != nil || !mine.names(id) {
			// A file that cannot be read remembers nothing; whoever relies on it refuses it.
			return nil, ignoreInvalid(err)
		}
		return &Closing{}, nil
	}
	c := &Closing{Number: archived.Number}
	r, _, err := s.Receipt(*archived)
	var invalid schema.Errors
	switch {
	case err == nil:
		c.Outcome, c.Done = r.Outcome, r.Totals.Done
	case !errors.Is(err, fs.ErrNotExist) && !Foreign(err) && !errors.As(err, &invalid):
		return nil, err
	}
	return c, nil
}

// ignoreInvalid is err unless it tells of a file that is not what treaty wrote.
func ignoreInvalid(err error) error {
	if notOurs(err) {
		return nil
	}
	return err
}
