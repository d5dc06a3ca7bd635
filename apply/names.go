package apply

import (
	"treaty/apply/paper"
	"treaty/apply/refusal"
)

// What an apply is asked with and answers with has its home in packages that more than this one need. Whoever embeds
// it finds all of that here.
type (
	Approval = paper.Approval
	Signoff  = paper.Signoff
	PlanRef  = paper.PlanRef
	Receipt  = paper.Receipt
	Result   = paper.Result
	Outcome  = paper.Outcome
	Totals   = paper.Totals

	Refusal = refusal.Refusal
	Drift   = refusal.Drift
	Failure = refusal.Failure
)

// The outcomes of a plan, and of one of its operations.
const (
	Complete = paper.Complete
	Partial  = paper.Partial

	Done    = paper.Done
	Skipped = paper.Skipped
	Drifted = paper.Drifted
	Failed  = paper.Failed
)

// Why nothing, or not everything, was applied: see package refusal.
var (
	ErrInvalid     = refusal.ErrInvalid
	ErrConflicts   = refusal.ErrConflicts
	ErrStale       = refusal.ErrStale
	ErrNotApproved = refusal.ErrNotApproved
	ErrOpen        = refusal.ErrOpen
	ErrSafety      = refusal.ErrSafety
	ErrLocked      = refusal.ErrLocked
	ErrPartial     = refusal.ErrPartial
)
