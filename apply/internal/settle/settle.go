package settle

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"treaty/apply/internal/journal"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// End is one end of a plan. The zero value is one that is not there.
type End struct {
	// Looker looks at the tree, for copies of the other end's content too; nil where that is not there.
	volume.Looker
	// Disk changes the tree, nil where that is not to be changed.
	Disk volume.Changer
	// FAT tells that the volume may lose what was renamed.
	FAT bool
	// Since is by how much more its times are off than when the plan was made.
	Since time.Duration
}

// Ends are both.
type Ends plan.Sides[End]

// Present is why the tree of a side is not there any more, nil where it is, or where it never was.
func (e *Ends) Present(side plan.Side) error {
	if e[side].Looker == nil {
		return nil
	}
	return e[side].Looker.Present()
}

// SourceError says of an error of opening a source that is not there, or is something else now, that it is not as
// planned: it wraps volume.ErrSource then.
func SourceError(err error) error {
	for _, kind := range []error{fs.ErrNotExist, scan.ErrNotRegular, scan.ErrSymlink, scan.ErrNotDirectory} {
		if errors.Is(err, kind) {
			return fmt.Errorf("%w: %w", volume.ErrSource, err)
		}
	}
	return err
}

// Owe takes over the directories that an earlier run has made workable on a side, as far as its steps did not give them
// that very mode in the end.
func Owe(disk volume.Changer, side plan.Side, j *journal.Journal) {
	for _, loan := range j.Loans {
		if loan.Side == side {
			disk.Owe(volume.Loan{Path: loan.Path, Mode: loan.Mode})
		}
	}
	for _, in := range j.Closed {
		if in.Side == side && in.Kind == journal.Chmod && in.After.Of() == tree.Directory {
			disk.Decided(in.Path, in.After.Mode)
		}
	}
}
