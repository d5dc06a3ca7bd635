package apply

import (
	"fmt"
	"slices"

	"treaty/apply/refusal"
	"treaty/plan"
)

// partial says what was not done, by reason. What was not reached is one of them, however much it is. halted is why the
// execution went no further, nil where it came to its end, and interrupt the one that it was told of, nil for none.
func (r *run) partial(halted, interrupt error) *Refusal {
	t := r.receipt.Totals
	why := refusal.Because(refusal.CausePartial, "applied in part: %s", r.receipt.Sums())
	if unfinished(r.receipt, halted) {
		why.Cause, why.Root = refusal.CauseUnfinished, r.ends[plan.Local].Root()
	}
	if halted != nil && t.Failed == 0 {
		why.Why = fmt.Sprintf("not finished: %d done, %d skipped, %d drifted", t.Done, t.Skipped, t.Drifted)
	}
	why.Failures = failures(r.receipt, halted)
	if interrupt != nil {
		why.Why, why.Err = "interrupted; "+why.Why, interrupt
	}
	return why
}

// unfinished tells, of a receipt that is counted, whether the same apply can do more.
func unfinished(receipt *Receipt, halted error) bool {
	return receipt.Totals.Failed > 0 || halted != nil
}

// failures are what drifted or failed, by reason, in the order of the first of each. Paths that were not reached are
// left out.
func failures(receipt *Receipt, halted error) []Failure {
	stopped := ""
	if halted != nil {
		stopped = halted.Error()
	}
	var out []Failure
	for result := range receipt.All() {
		if result.Outcome != Drifted && result.Outcome != Failed {
			continue
		}
		at := slices.IndexFunc(out, func(f Failure) bool {
			return f.Outcome == result.Outcome && f.Why == result.Error
		})
		if at < 0 {
			at, out = len(out), append(out, Failure{Outcome: result.Outcome, Why: result.Error})
		}
		out[at].Count++
		if result.Error != stopped {
			out[at].Paths = append(out[at].Paths, result.Path)
		}
	}
	return out
}
