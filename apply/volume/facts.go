package volume

import (
	"errors"
	"fmt"

	"treaty/plan/tree"
)

// Facts that a caller can test for.
var (
	// ErrDrift: the tree is not what the plan saw. Every *Drift is one.
	ErrDrift = errors.New("not as planned")
	// ErrTaken: there is something where nothing was expected.
	ErrTaken = errors.New("the name is taken")
	// ErrBusy: another program has the file open for writing, or on Windows in any way that does not
	// share renaming.
	ErrBusy = errors.New("another program has it open")
	// ErrShared: a file's attributes were left alone, since it has other names, which would share them.
	ErrShared = errors.New("the file has other names (hard links)")
	// ErrNotEmpty: a directory to be removed still holds something.
	ErrNotEmpty = errors.New("the directory is not empty")
	// ErrSource: what was to be copied is not what the plan saw. What could not be read is none.
	ErrSource = errors.New("the source is not as planned")
	// ErrStopped: a write or a sync failed in a way after which success means nothing. The tree takes
	// no further change in this run.
	ErrStopped = errors.New("stopped after an I/O error")
	// ErrNotTried: what has to be done before it came to an error.
	ErrNotTried = errors.New("it was not tried, since what comes before it was not done")
	// ErrUnfit: the way to a path leads through a link, a file or another volume, or its name stands
	// for something else on this volume.
	ErrUnfit = errors.New("the path does not lead through plain directories of this tree")
	// ErrReadOnly: nothing can be written to the volume. A directory that does not let this process is
	// fs.ErrPermission.
	ErrReadOnly = errors.New("the volume cannot be written to")
	// ErrFull: the volume has no room, or no name, for even a small file.
	ErrFull = errors.New("the volume is full")
)

// Drift says what was found instead of what was planned, and where everything is now. Nothing is
// overwritten; nothing is lost.
type Drift struct {
	Path  tree.Path
	Why   string
	Found tree.Entry // Type Absent where there is nothing
	// Cause is ErrTaken, ErrBusy or ErrShared where it is one of them.
	Cause error
	// Trash is where what was at the path is now, relative to the root, "" if it is still in place.
	Trash string
	// Conflict is the visible name given to a second version of the user's, "" if there is none.
	Conflict tree.Path
}

func (d *Drift) Error() string { return fmt.Sprintf("%q: %s", string(d.Path), d.found()) }

func (d *Drift) found() string {
	if d.Conflict == "" {
		return d.Why
	}
	return fmt.Sprintf("%s; another version is kept as %q", d.Why, string(d.Conflict))
}

// Without is the drift without the path, if it is that one.
func (d *Drift) Without(path tree.Path) string {
	if d.Path == path {
		return d.found()
	}
	return d.Error()
}

func (d *Drift) Is(target error) bool { return target == ErrDrift }

func (d *Drift) Unwrap() error { return d.Cause }

// NotEmpty is what Rmdir returns for a directory with something left in it.
type NotEmpty struct {
	Path  tree.Path
	Names []string // sorted
}

func (e *NotEmpty) Error() string { return fmt.Sprintf("%q: %s", string(e.Path), e.holds()) }

func (e *NotEmpty) holds() string { return fmt.Sprintf("%v: it holds %q", ErrNotEmpty, e.Names) }

// Without is the error without the path, if it is that one.
func (e *NotEmpty) Without(path tree.Path) string {
	if e.Path == path {
		return e.holds()
	}
	return e.Error()
}

func (e *NotEmpty) Is(target error) bool { return target == ErrNotEmpty }

// ErrNotServed: a tree lies outside of the directory that the agent of another machine serves. To whoever asks, none is
// there.
var ErrNotServed = errors.New("no tree that is served")

// ErrNothingServed: there is no such directory, so that no tree is served.
var ErrNothingServed = errors.New("nothing is served")

// ErrUnreadable: the volume holds what cannot be read: a chain of clusters that leads nowhere, a bad sector.
var ErrUnreadable = errors.New("the volume cannot read it")

// Unreadable is an error of reading what the volume cannot read. It is ErrUnreadable, in the words of Err.
type Unreadable struct{ Err error }

func (u *Unreadable) Error() string { return u.Err.Error() }

func (u *Unreadable) Is(target error) bool { return target == ErrUnreadable }

func (u *Unreadable) Unwrap() error { return u.Err }
