package wire

import (
	"context"
	"errors"
	"io/fs"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// facts are what callers test errors for, by the names that they have on the wire.
var facts = []struct {
	name string
	is   error
}{
	{"not-exist", fs.ErrNotExist}, {"exist", fs.ErrExist}, {"permission", fs.ErrPermission},
	{"unsupported", errors.ErrUnsupported}, {"canceled", context.Canceled},
	{"drift", volume.ErrDrift}, {"taken", volume.ErrTaken}, {"busy", volume.ErrBusy}, {"shared", volume.ErrShared},
	{"not-empty", volume.ErrNotEmpty}, {"source", volume.ErrSource}, {"stopped", volume.ErrStopped},
	{"unfit", volume.ErrUnfit}, {"full", volume.ErrFull}, {"read-only", volume.ErrReadOnly},
	{"unreadable", volume.ErrUnreadable}, {"not-served", volume.ErrNotServed},
	{"nothing-served", volume.ErrNothingServed},
	{"not-directory", scan.ErrNotDirectory}, {"symlink", scan.ErrSymlink}, {"other-device", scan.ErrOtherDevice},
	{"not-regular", scan.ErrNotRegular}, {"name", scan.ErrName}, {"closed", scan.ErrClosed},
	{"vanished", scan.ErrVanished}, {"dataless", scan.ErrDataless}, {"in-use", scan.ErrInUse},
	{"no-room", scan.ErrFull},
	{"too-large", scan.ErrTooLarge}, {"cannot-read", scan.ErrUnreadable}, {"changed", tree.ErrChanged},
	{"path", tree.ErrPath}, {"later", ErrLater}, {"not-tried", volume.ErrNotTried},
}

// Fault is an error on its way.
type Fault struct {
	Words string `json:"words"`
	// Facts are what it can be tested for.
	Facts []string `json:"facts,omitempty"`
	// Last is the innermost error's words, "" where there is one only.
	Last string `json:"last,omitempty"`

	About *About    `json:"about,omitempty"`
	Drift *Drift    `json:"drift,omitempty"`
	Left  *NotEmpty `json:"left,omitempty"`
	// Loan is of a change that needs a directory to be made workable, which the one who asked has to write down first.
	Loan *Loan `json:"loan,omitempty"`
}

// About is a *tree.PathError: all of the fault, or, Within, something in it.
type About struct {
	Path   Text  `json:"path"`
	Err    Fault `json:"err"`
	Within bool  `json:"within,omitempty"`
}

// Drift is a *volume.Drift.
type Drift struct {
	Path     Text   `json:"path"`
	Why      string `json:"why"`
	Found    Entry  `json:"found"`
	Cause    string `json:"cause,omitempty"`
	Trash    Text   `json:"trash,omitempty"`
	Conflict Text   `json:"conflict,omitempty"`
	Within   bool   `json:"within,omitempty"`
}

// NotEmpty is a *volume.NotEmpty, with at most maxLeft names.
type NotEmpty struct {
	Path   Text   `json:"path"`
	Names  []Text `json:"names"`
	Within bool   `json:"within,omitempty"`
}

const maxLeft = 1000

// NeedLoan is the error of a change that needs a directory to be made workable.
type NeedLoan struct{ Loan volume.Loan }

func (*NeedLoan) Error() string { return "a directory has to be made workable first" }

// ErrLater: of several changes one before needs a loan first, so that this one was not tried.
var ErrLater = errors.New("a change before it was not made yet")

// maxWords is how many bytes of an error's words are sent.
const maxWords = 4 << 10

// FaultOf puts an error on its way; nil for nil.
func FaultOf(err error) *Fault {
	if err == nil {
		return nil
	}
	f := &Fault{Words: shortened(err.Error())}
	for _, fact := range facts {
		if errors.Is(err, fact.is) {
			f.Facts = append(f.Facts, fact.name)
		}
	}
	if scan.Unplugged(err) && !errors.Is(err, scan.ErrVanished) {
		f.Facts = append(f.Facts, "vanished")
	}
	if scan.Full(err) && !errors.Is(err, scan.ErrFull) {
		f.Facts = append(f.Facts, "no-room")
	}
	if last := innermost(err).Error(); last != f.Words {
		f.Last = shortened(last)
	}
	f.add(err)
	return f
}

// add takes in what an error is beside its facts.
func (f *Fault) add(err error) {
	var about *tree.PathError
	var drift *volume.Drift
	var left *volume.NotEmpty
	var need *NeedLoan
	switch {
	case errors.As(err, &need):
		loan := LoanOf(need.Loan)
		f.Loan = &loan
	case errors.As(err, &drift):
		f.Drift = &Drift{Path: Text(drift.Path), Why: shortened(drift.Why), Found: EntryOf(&drift.Found),
			Cause: nameOf(drift.Cause), Trash: Text(drift.Trash), Conflict: Text(drift.Conflict), Within: error(drift) != err}
	case errors.As(err, &left):
		f.Left = &NotEmpty{Path: Text(left.Path), Within: error(left) != err}
		for _, name := range left.Names[:min(len(left.Names), maxLeft)] {
			f.Left.Names = append(f.Left.Names, Text(name))
		}
	case errors.As(err, &about):
		f.About = &About{Text(about.Path), *FaultOf(about.Err), error(about) != err}
	}
}

func shortened(words string) string {
	if len(words) > maxWords {
		return words[:maxWords] + "…"
	}
	return words
}

func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

func nameOf(err error) string {
	for _, fact := range facts {
		if err == fact.is {
			return fact.name
		}
	}
	return ""
}

func factOf(name string) error {
	for _, fact := range facts {
		if name == fact.name {
			return fact.is
		}
	}
	return nil
}

// Err is the error that was put on its way, as far as a caller can tell; nil for nil. What is broken in it is told as
// the error.
func (f *Fault) Err() error { return f.err(0) }

// deepest is how many errors lie in each other at most.
const deepest = 8

func (f *Fault) err(depth int) error {
	if f == nil {
		return nil
	}
	if depth > deepest {
		return broken("errors within errors without end")
	}
	far := &Far{words: f.Words}
	for _, name := range f.Facts {
		if fact := factOf(name); fact != nil {
			far.facts = append(far.facts, fact)
		}
	}
	if f.Last != "" && f.Last != f.Words {
		far.cause = errors.New(f.Last)
	}
	known, within := f.known(depth)
	if known == nil {
		return far
	}
	if !within {
		return known
	}
	far.cause = known
	return far
}

// known is the fault as an error of a type that callers know, nil for none, and whether it is only within another.
func (f *Fault) known(depth int) (known error, within bool) {
	switch {
	case f.Loan != nil:
		return &NeedLoan{volume.Loan{Path: tree.Path(f.Loan.Path), Mode: f.Loan.Mode}}, false
	case f.Drift != nil:
		d := f.Drift
		found, err := d.Found.Checked()
		if err != nil {
			return err, false
		}
		return &volume.Drift{Path: tree.Path(d.Path), Why: d.Why, Found: found, Cause: factOf(d.Cause),
			Trash: string(d.Trash), Conflict: tree.Path(d.Conflict)}, d.Within
	case f.Left != nil:
		left := &volume.NotEmpty{Path: tree.Path(f.Left.Path)}
		for _, name := range f.Left.Names {
			left.Names = append(left.Names, string(name))
		}
		return left, f.Left.Within
	case f.About != nil:
		return &tree.PathError{Path: tree.Path(f.About.Path), Err: f.About.Err.err(depth + 1)}, f.About.Within
	}
	return nil, false
}

// Far is an error that happened at the other end.
type Far struct {
	words string
	facts []error
	cause error
}

func (f *Far) Error() string { return f.words }

// Is tells whether it was that there.
func (f *Far) Is(target error) bool {
	for _, fact := range f.facts {
		if fact == target {
			return true
		}
	}
	return false
}

func (f *Far) Unwrap() error { return f.cause }
