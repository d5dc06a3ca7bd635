package apply

import (
	"errors"
	"fmt"
)

// Why nothing, or not everything, was applied. Callers test for these; every Refusal is one.
var (
	// ErrInvalid: the file is not a valid plan, approval or config.
	ErrInvalid = errors.New("not valid")
	// ErrConflicts: conflicts are unresolved.
	ErrConflicts = errors.New("unresolved conflicts")
	// ErrStale: a tree drifted since the plan was made, or the plan was applied already.
	ErrStale = errors.New("the plan is stale")
	// ErrNotApproved: no approval of exactly this file, or not enough valid signatures.
	ErrNotApproved = errors.New("not approved")
	// ErrOpen: an earlier apply was interrupted and is not settled.
	ErrOpen = errors.New("an interrupted apply is open")
	// ErrSafety: a tree is missing, empty or another one; too many deletes; no space.
	ErrSafety = errors.New("safety stop")
	// ErrLocked: another treaty works on one of the trees.
	ErrLocked = errors.New("another treaty is at work")
	// ErrPartial: some of the plan was not carried out.
	ErrPartial = errors.New("applied in part")
)

// Refusal is why treaty will not go on, and what to do about it.
type Refusal struct {
	// Cause is one of the sentinels above.
	Cause error
	// Why is one line for a person.
	Why string
	// Details are further lines, such as every path that drifted.
	Details []string
	// Hint is what to type, "" where there is nothing.
	Hint string
}

func (r *Refusal) Error() string { return r.Why }

func (r *Refusal) Unwrap() error { return r.Cause }

func refuse(cause error, hint, why string, args ...any) error {
	return &Refusal{Cause: cause, Why: fmt.Sprintf(why, args...), Hint: hint}
}
