// Package refusal says why nothing, or not everything, was applied: as facts. What to say and to type about each is for
// the program that asked.
package refusal

import (
	"errors"
	"fmt"

	"treaty/apply/paper"
	"treaty/plan"
	"treaty/plan/tree"
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
	// ErrSafety: a tree is missing, empty or another one; too many deletes or updates; no space.
	ErrSafety = errors.New("safety stop")
	// ErrLocked: another treaty works on one of the trees.
	ErrLocked = errors.New("another treaty is at work")
	// ErrPartial: some of the plan was not carried out.
	ErrPartial = errors.New("applied in part")
)

// Cause is why treaty refuses, as finely as what a person can do about it differs. It is an error that wraps
// one of the sentinels above. What to type is for the program that asked: it knows how it was called.
type Cause int

const (
	// CauseTreeFile: a tree's own file is not what treaty wrote. Root.
	CauseTreeFile Cause = iota
	// CauseHistory: a file of the history is not what treaty wrote. Root.
	CauseHistory
	// CauseForeign: something lies in treaty's own folder that treaty cannot have put there. Root.
	CauseForeign
	// CauseNotApart: the trees are the same, or one lies in the other.
	CauseNotApart
	// CauseCopied: both trees have one id, so that one is a copy of the other. Side, Root, of the remote tree.
	CauseCopied
	// CauseInside: what is named as a tree lies in the folder of treaty's own in one. Root, of the tree that has it.
	CauseInside
	// CauseConflicts: conflicts are unresolved.
	CauseConflicts
	// CauseDrift: the trees are not what they were when the plan was made. Drift.
	CauseDrift
	// CauseUnrelated: so it is, but only on paths that the plan has nothing to do with. Drift.
	CauseUnrelated
	// CauseUnfit: the trees are what they were, and the plan was edited so that it does not fit them. Drift.
	CauseUnfit
	// CauseApplied: the plan was applied already. Number.
	CauseApplied
	// CauseWeaker: a volume can do less than was planned with. Side.
	CauseWeaker
	// CauseUnapproved: nobody approved exactly this plan.
	CauseUnapproved
	// CauseSigners: the allowed signers that the config names cannot be used.
	CauseSigners
	// CausePolicy: nobody can tell what approvals a tree's config asks for. Root.
	CausePolicy
	// CauseSignatures: fewer valid signatures than the config asks for. Details, Signed.
	CauseSignatures
	// CauseInterrupted: an apply was interrupted. Root, Plan.
	CauseInterrupted
	// CauseEdited: the plan was edited after an apply of it was interrupted. Root.
	CauseEdited
	// CausePartner: what a power cut has damaged, only the other tree has whole. Root, Plan, Details.
	CausePartner
	// CauseMissing: a tree is not where it was. Side, Root.
	CauseMissing
	// CauseElsewhere: a tree was planned from a snapshot of another machine, and nobody says where it is. Side, Root.
	CauseElsewhere
	// CauseOther: what lies there is not the tree that was planned. Side, Root.
	CauseOther
	// CauseNewTree: what was no tree yet became one after the plan was made. Side, Root.
	CauseNewTree
	// CauseEmptied: a tree has lost everything: its volume may not be mounted. Side, Root.
	CauseEmptied
	// CauseTooMuch: the plan deletes or replaces too many files of a side. Side.
	CauseTooMuch
	// CauseVanished: a tree went away while it was read.
	CauseVanished
	// CauseSpace: a volume is too full. Side, Root.
	CauseSpace
	// CauseForbidden: a directory takes no change. Side, Root, Path.
	CauseForbidden
	// CauseReadOnly: a tree cannot be written to. Side, Root.
	CauseReadOnly
	// CauseSlots: a directory of FAT cannot hold so many names. Side, Path.
	CauseSlots
	// CauseJournal: an open journal is of another tree than the one that it lies in. Root.
	CauseJournal
	// CausePair: where a known tree was there is none now, or another. Side, Root.
	CausePair
	// CauseNotUndone: the tree that an apply changed is not where it was, but another one is. Side, Root.
	CauseNotUndone
	// CauseLocked: another treaty works on a tree. Root.
	CauseLocked
	// CausePartial: some of the plan was not done, and the plan is closed. Failures.
	CausePartial
	// CauseUnfinished: some of the plan was not done yet, and the same apply goes on with it. Root, of the local
	// tree; Failures.
	CauseUnfinished
	// CauseUnsettled: an interrupted apply was begun to be settled, and is open still. Plan, Err.
	CauseUnsettled
)

// sentinels are what the causes wrap.
var sentinels = [...]error{
	CauseTreeFile: ErrInvalid, CauseHistory: ErrInvalid, CauseForeign: ErrInvalid, CauseNotApart: ErrInvalid,
	CauseCopied: ErrInvalid, CauseInside: ErrInvalid,
	CauseConflicts: ErrConflicts,
	CauseDrift:     ErrStale, CauseUnrelated: ErrStale, CauseUnfit: ErrStale,
	CauseApplied: ErrStale, CauseWeaker: ErrStale,
	CauseUnapproved: ErrNotApproved, CauseSigners: ErrNotApproved, CausePolicy: ErrNotApproved,
	CauseSignatures:  ErrNotApproved,
	CauseInterrupted: ErrOpen, CauseEdited: ErrOpen, CausePartner: ErrOpen,
	CauseUnsettled: ErrOpen,
	CauseElsewhere: ErrSafety,
	CauseMissing:   ErrSafety, CauseOther: ErrSafety, CauseNewTree: ErrSafety,
	CauseEmptied: ErrSafety, CauseTooMuch: ErrSafety,
	CauseVanished: ErrSafety, CauseSpace: ErrSafety, CauseForbidden: ErrSafety,
	CauseReadOnly: ErrSafety, CauseSlots: ErrSafety,
	CauseJournal: ErrSafety, CausePair: ErrSafety, CauseNotUndone: ErrSafety,
	CauseLocked:  ErrLocked,
	CausePartial: ErrPartial, CauseUnfinished: ErrPartial,
}

func (c Cause) Error() string { return c.Unwrap().Error() }

// Unwrap is the sentinel that the cause is an example of.
func (c Cause) Unwrap() error { return sentinels[c] }

// Causes are all causes, for whoever has something to say about each.
func Causes() []Cause {
	all := make([]Cause, len(sentinels))
	for i := range all {
		all[i] = Cause(i)
	}
	return all
}

// Refusal is why treaty will not go on. Which of the facts are there is said at the causes.
type Refusal struct {
	Cause Cause
	// Why is one line for a person.
	Why string
	// Side and Root are of the tree in question, the root absolute; Path is in that tree.
	Side plan.Side
	Root string
	Path tree.Path
	// Plan is the id of a plan, and Number what it is in the history.
	Plan   string
	Number int
	// Signed is how many persons have signed validly.
	Signed int
	// Drift is what is not as planned, sorted by side and path.
	Drift []Drift
	// Failures are what was not done, one for each reason.
	Failures []Failure
	// Details are further lines for a person.
	Details []string
	// Err is the error that led to it, nil where none did. Callers may test for it too.
	Err error
}

func (r *Refusal) Error() string { return r.Why }

func (r *Refusal) Unwrap() []error {
	if r.Err == nil {
		return []error{r.Cause}
	}
	return []error{r.Cause, r.Err}
}

// Drift is a path that is not as planned, and how. Of a directory something right in it may be meant.
type Drift struct {
	Side plan.Side
	Path tree.Path
	Why  string
}

// Failure is why operations were not done, and the paths of those, none where the run ended before them.
type Failure struct {
	Outcome paper.Outcome
	Why     string
	Paths   []tree.Path
	// Count is how many operations it is.
	Count int
}

// Room is what a volume has free and what a plan needs there, in bytes: the Err of a refusal for which there is too
// little.
type Room struct {
	// Free is what the volume has, Writes what the plan writes there, and Reserve what has to stay free beside that.
	Free, Writes, Reserve int64
	// Copies are how many of Writes are copies of what changes on the other side.
	Copies int64
}

func (r *Room) Error() string { return "no room" }

// Because is a refusal for a cause, with a line for a person as fmt.Sprintf makes it.
func Because(cause Cause, why string, args ...any) *Refusal {
	return &Refusal{Cause: cause, Why: fmt.Sprintf(why, args...)}
}

// At says which tree it is about, by its root.
func (r *Refusal) At(root string) *Refusal {
	r.Root = root
	return r
}

// On says which tree it is about.
func (r *Refusal) On(side plan.Side, root string) *Refusal {
	r.Side, r.Root = side, root
	return r
}

// Innermost is the innermost error, without the paths that a person has read already: of several the last, which is
// what the others are made of.
func Innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if several, is := err.(interface{ Unwrap() []error }); is && len(several.Unwrap()) > 0 {
			inner = several.Unwrap()[len(several.Unwrap())-1]
		}
		if inner == nil {
			return err
		}
		err = inner
	}
}
