package plan

// Step is one operation to carry out: a plan's own, or part of what settles a conflict.
type Step struct {
	*Operation
	// Conflict is the id of the conflict that the step settles, 0 for the plan's own operations. The
	// ID of the operation then means nothing.
	Conflict int
	// Skipped is why the step is not carried out, "" where it is.
	Skipped Why
}
