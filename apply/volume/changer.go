package volume

import (
	"context"
	"io"
	"time"

	"treaty/plan/tree"
)

// Changer changes a tree for one run. Each method is one whole change, checked against what a plan saw: errors wrap
// ErrDrift, as a *Drift, where the tree is not that, and then nothing was changed, or it was put back. Its methods
// may be called by many goroutines at once, for different paths.
//
// States are as the plan has them; what is at a place is named relative to the root.
type Changer interface {
	Private
	Examiner
	Stage
	Swapper
	Copies
	Lender
	// Shifted says that all times of the volume are off by that much from those that the plan names.
	Shifted(by time.Duration)
	// Stopped is why the volume takes no further change, nil as long as it does: after a sync that failed, success
	// means nothing. It wraps ErrStopped.
	Stopped() error
	// Durability is how Barrier makes things durable, for receipts; Unprovable, where nothing proves that it does.
	Durability() string
	// Space is what the volume has to give.
	Space() (Space, error)
	// MayChange tells whether entries may be created and renamed in a directory, or could be once its owner lets
	// that. It is a courtesy: the change itself decides. Errors are fs.ErrPermission, or say why not.
	MayChange(dir tree.Path) error
}

// Examiner looks at what is at a name now, of the user's or in the trash or the stage.
type Examiner interface {
	// At is what is there; Type Absent for nothing.
	At(name string) (tree.Entry, error)
	// Holds tells whether what is there is what state says, modes aside: by stat, and by hash where that is known. What
	// cannot be read is judged by its stat.
	Holds(name string, state *tree.State) (bool, error)
	// Spelled tells whether a directory lists a name in exactly this spelling.
	Spelled(path tree.Path) (bool, error)
	// Waiting is what lies at a name in the trash, to be installed again, nil where there is nothing.
	Waiting(name string) (*Staged, error)
	// ReadBack reads a file from the device, where the platform lets it, and returns what it is now with its hash.
	ReadBack(name string) (tree.Entry, tree.Hash, error)
	// Changed tells whether somebody has written to what lies at a place in the trash since it was what before says.
	Changed(place string, before *tree.State) (bool, error)
	// Granularity is that of the volume's times, in nanoseconds.
	Granularity() int64
	// Exchanges tells whether the volume can exchange names.
	Exchanges() bool
}

// Stage holds what waits to be put in place. It is durable after the next Barrier that it is given to.
type Stage interface {
	// Stage copies src, which must be size bytes and have the hash want (if known), with mode (if known) and mtime.
	// Errors wrap ErrSource where src is not as told, and ErrUnreadable where its volume cannot read it.
	Stage(ctx context.Context, src io.Reader, size int64, want tree.Hash, mtime tree.Time, mode tree.Mode) (Staged, error)
	// StageLink stages a symbolic link with target, verbatim.
	StageLink(target string) (Staged, error)
	// StageCopy stages a copy of the file at a path, if it is what before says, with the time and the mode of after.
	StageCopy(ctx context.Context, path tree.Path, before, after *tree.State) (Staged, error)
	// Discard removes what was staged and nobody installed. Errors wrap ErrSource where the name has something else.
	Discard(Staged) error
	// ClearStage removes what a run has left in the stage.
	ClearStage(run string) error
}

// Swapper changes what has a user's name. What is displaced goes to a place in the trash, nothing is ever replaced
// that is not what before says, and what came out is what was looked at.
type Swapper interface {
	// Place hands out, for this run alone, the name in the trash that the content of a path will get. A caller
	// journals it before it gives it to another method; these choose one themselves if given "".
	Place(path tree.Path) (string, error)
	// Create gives a path to what is staged. Errors wrap ErrTaken where it is taken.
	Create(path tree.Path, staged Staged) (Result, error)
	// Replace gives a path to what is staged, and moves what is there to place.
	Replace(path tree.Path, before *tree.State, staged Staged, place string) (Result, error)
	// ReplaceAs is Replace for another spelling of the name.
	ReplaceAs(path, as tree.Path, before *tree.State, staged Staged, place string) (Result, error)
	// Move gives what is at from the name to. It may pass place.
	Move(from, to tree.Path, before *tree.State, place string) (Result, error)
	// Park moves what is at a path to place, where it waits to be installed again.
	Park(path tree.Path, before *tree.State, place string) (Staged, error)
	// Trash moves what is at a path to place.
	Trash(path tree.Path, before *tree.State, place string) (Result, error)
	// Mkdir makes a directory with exactly mode (if known). With existing, one that is there already is fine.
	Mkdir(path tree.Path, mode tree.Mode, existing bool) (Result, error)
	// Rmdir removes a directory if nothing is in it but names of litter, which go to the trash first and whose places
	// are returned. A *NotEmpty says what is left.
	Rmdir(path tree.Path, litter ...string) (trashed []string, err error)
	// Chmod sets a mode. Errors wrap ErrShared for a file that has other names, which is left alone.
	Chmod(path tree.Path, before *tree.State, mode tree.Mode) (Result, error)
	// Touch sets a file's time. Errors are as of Chmod.
	Touch(path tree.Path, before *tree.State, mtime tree.Time) (Result, error)
	// Surface copies what lies at a place in the trash to a visible name beside a path, and returns that.
	Surface(place string, path tree.Path) (tree.Path, error)
	// Single takes a name in the trash away from a file that has the name path too: what is left of an install by link
	// that was interrupted.
	Single(place string, path tree.Path) error
}

// Copies keeps content of the other end out of reach of its volume, and brings content back that was lost here.
type Copies interface {
	// Content opens a file for reading, if its stat is what before says.
	Content(path tree.Path, before *tree.State) (Content, error)
	// Preserve copies src, content that is at path on the other end, into this end's trash. Errors wrap ErrSource
	// where it is not what state says.
	Preserve(ctx context.Context, path tree.Path, src io.Reader, state *tree.State) (Staged, error)
	// ClearCopies removes the copies of this run but for those to keep, by their names.
	ClearCopies(keep map[string]bool) error
	// Restore gives what is staged a name in the trash that nothing has.
	Restore(staged Staged, place string) error
	// Quarantine moves a file, named relative to the root, to a place of its own in the trash that is named after path,
	// if it is still what it was found to be.
	Quarantine(name string, path tree.Path, found tree.Entry) (place string, err error)
}

// Lender makes directories workable for the while that do not let their owner write in them.
type Lender interface {
	// Owe takes over loans that an earlier run has left.
	Owe(loans ...Loan)
	// Decided says that mode is what a directory is to have, whatever it had before: a loan under which it has just
	// that is none.
	Decided(path tree.Path, mode tree.Mode)
	// GiveBack gives directories the modes that they are owed, and returns the loans that are settled by that. After an
	// error the rest are owed still.
	GiveBack() (settled []Loan, err error)
}
