package store

import (
	"errors"
	"io/fs"
	"slices"
	"time"

	"treaty/plan"
	"treaty/plan/tree"
)

// Version is an entry as it was before an apply replaced or deleted it.
type Version struct {
	plan.Displaced
	// Number is that of the apply in the log, At when it ended.
	Number int
	At     time.Time
}

// Versions are what the applies of the history displaced, the newest first, then by path. Those of an apply of which
// nobody kept how to undo it are not known; errors are of a history that cannot be read.
func (s *history) Versions() ([]Version, error) {
	list, err := s.History()
	if err != nil {
		return nil, err
	}
	var found []Version
	for _, archived := range slices.Backward(list) {
		versions, err := s.displacedBy(archived)
		if err != nil {
			return nil, err
		}
		found = append(found, versions...)
	}
	return found, nil
}

// displacedBy are what one apply displaced, by path.
func (s *history) displacedBy(archived Archived) ([]Version, error) {
	reversal, err := s.Reversal(archived)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	receipt, _, err := s.Receipt(archived)
	if err != nil {
		return nil, err
	}
	var found []Version
	for i := range reversal {
		if d, displaced := displacedAs(&reversal[i]); displaced {
			found = append(found, Version{Displaced: d, Number: archived.Number, At: receipt.FinishedAt})
		}
	}
	slices.SortFunc(found, func(a, b Version) int { return tree.Compare(a.Path, b.Path) })
	return found, nil
}

// displacedAs is what an apply displaced by which this operation of its reversal puts back; false for one that takes
// away, moves or dresses what is there.
func displacedAs(op *plan.Operation) (plan.Displaced, bool) {
	if op.After == nil || op.Action != plan.Create && op.Action != plan.Update {
		return plan.Displaced{}, false
	}
	return plan.Displaced{Side: op.Side, Path: op.Path, Was: op.After, Kept: op.Source(), Left: op.Before}, true
}
