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
	// Pair is two trees, open to be compared: see Open.
	Pair = pair.Pair
	// Planning is how a plan is made, and by whom.
	Planning = pair.Planning
	// Planned is a plan that was made, and what is to be kept beside it.
	Planned = pair.Planned
	// Progress is what was done so far of making or applying a plan. A nil one is told nothing.
	Progress = pair.Progress
	// Opener opens the tree that a root names, for who asked to close.
	Opener = reach.Opener

	// Policy is what a tree's config demands of approvals. The zero value is content with anybody's word.
	Policy = policy.Policy
	// Config is what a tree's config demands and gives.
	Config = policy.Config

	// Approval is the word of persons on the exact bytes of one plan file.
	Approval = paper.Approval
	// Signoff is one person's word.
	Signoff = paper.Signoff
	// PlanRef names a plan file by its id and the hash of its exact bytes.
	PlanRef = paper.PlanRef
	// Receipt records what an apply did.
	Receipt = paper.Receipt
	// Result is what became of one operation, or of one step that settled a conflict.
	Result = paper.Result
	// Outcome is what became of a plan, or of one of its operations.
	Outcome = paper.Outcome
	// Totals counts results, and the bytes written.
	Totals = paper.Totals

	// Refusal is why treaty will not go on, as facts: errors.As finds it in the errors of this package.
	Refusal = refusal.Refusal
	// Drift is a path that is not as planned, and how.
	Drift = refusal.Drift
	// Failure is why operations were not done, and which.
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

// Why nothing, or not everything, was applied, for errors.Is.
var (
	// ErrInvalid: the file is not a valid plan, approval or config.
	ErrInvalid = refusal.ErrInvalid
	// ErrConflicts: conflicts are unresolved.
	ErrConflicts = refusal.ErrConflicts
	// ErrStale: a tree drifted since the plan was made, or the plan was applied already.
	ErrStale = refusal.ErrStale
	// ErrNotApproved: no approval of exactly this file, or not enough valid signatures.
	ErrNotApproved = refusal.ErrNotApproved
	// ErrOpen: an earlier apply was interrupted and is not settled.
	ErrOpen = refusal.ErrOpen
	// ErrSafety: a tree is missing, empty or another one; too many deletes or updates; no space.
	ErrSafety = refusal.ErrSafety
	// ErrLocked: another treaty works on one of the trees.
	ErrLocked = refusal.ErrLocked
	// ErrPartial: some of the plan was not carried out. The receipt that comes with it says what.
	ErrPartial = refusal.ErrPartial
)

// Open opens two directories of this machine, for the caller to close. Errors are those of scan.Open, or wrap
// ErrInvalid where one is the other, or in it.
func Open(local, remote string) (*Pair, error) { return pair.Open(local, remote) }

// PairOf is the pair of two trees that are open, of which the remote one need only be one that can be read; whoever
// closes the pair closes both. Errors wrap ErrInvalid where one tree is the other, or in it: then both are closed.
func PairOf(local *store.Store, remote *store.Reader) (*Pair, error) { return pair.Of(local, remote) }
