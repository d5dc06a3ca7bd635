package apply

import (
	"treaty/apply/pair"
	"treaty/apply/paper"
	"treaty/apply/policy"
	"treaty/apply/reach"
	"treaty/apply/refusal"
	"treaty/apply/store"
)

// What an apply is asked with and answers with has its home in packages that more than this one need. Whoever embeds
// it finds all of that here.
type (
	Pair     = pair.Pair
	Planning = pair.Planning
	Planned  = pair.Planned
	Progress = pair.Progress
	Opener   = reach.Opener

	Policy = policy.Policy
	Config = policy.Config

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

// Open opens two directories of this machine: see pair.Open.
func Open(local, remote string) (*Pair, error) { return pair.Open(local, remote) }

// PairOf is the pair of two trees that are open: see pair.Of.
func PairOf(local *store.Store, remote *store.Reader) (*Pair, error) { return pair.Of(local, remote) }
