package apply

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"treaty/apply/internal/settle"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
)

// conclude writes what lasts of a counted receipt: the baseline, the receipt with the history, and both trees' own
// files; then it closes the journal. The baseline counts only once both of these name its plan. Where an earlier run
// was interrupted in the midst of it, what that one has archived stands.
func (r *run) conclude(ctx context.Context, e *execution) error {
	if err := r.journals.giveBack(); err != nil {
		return err
	}
	head, err := r.ends[plan.Local].store.Concluded(r.plan.ID, r.receipt)
	if err != nil {
		return err
	}
	if head == nil {
		if r.agreed() {
			if err := r.remember(ctx, e); err != nil {
				return fmt.Errorf("the baseline was not written: %w", err)
			}
		}
		r.complete()
		files, err := r.archived(e)
		if err != nil {
			return err
		}
		last, err := r.last()
		if err != nil {
			return err
		}
		written, err := r.ends[plan.Local].store.Archive(r.plan.ID, r.receipt, files, last)
		if err != nil {
			return err
		}
		head = &written
	}
	head.History, head.Plan = r.ends[plan.Local].file.ID, r.plan.ID
	var superseded plan.Sides[string]
	for _, e := range r.ends.there() {
		e.file.Head = head
		if r.agreed() {
			other := r.ends[e.side.Other()]
			superseded[e.side] = e.file.Synced[other.file.ID]
			e.file.Synced[other.file.ID] = r.plan.ID
			e.file.Partners[other.file.ID] = store.Partner{Host: store.ThisHost(), Root: other.Root()}
		}
		if err := e.store.SaveIdentity(e.file); err != nil {
			return err
		}
	}
	for _, e := range r.ends.there() {
		if r.ends.both() {
			r.forget(e, superseded[e.side])
		}
		if err := e.disk.Barrier(); err != nil {
			return err
		}
	}
	if err := settle.Release(e.Copies(r.ends.left(plan.Local)), r.settling()); err != nil {
		return err
	}
	return r.closeJournals()
}

// agreed tells, of a receipt that is counted, whether its trees are recorded with each other. Trees that were planned
// as never synced, and of which nothing was done, are not: a baseline of what lies there anyway would make two
// versions of each file that was to be updated. It is by what lasts, so that whoever goes on with the conclusion
// decides alike.
func (r *run) agreed() bool {
	nothing := r.receipt.Outcome != Complete && r.receipt.Totals.Done == 0
	return r.ends.both() && (r.plan.Baseline != nil || !nothing)
}

// complete completes the receipt.
func (r *run) complete() {
	r.receipt.FinishedAt = r.request.Now().UTC()
	r.receipt.Count()
	r.receipt.Durability = plan.Sides[string]{"the tree was not there", "the tree was not there"}
	for _, e := range r.ends.there() {
		r.receipt.Durability[e.side] = e.disk.Durability()
	}
}

// forget removes the baselines that this pair of trees made and refers to no more, the superseded one among them:
// whatever else lies there is not treaty's to remove. What stays because it cannot be removed is told, and harms nothing.
func (r *run) forget(e *end, superseded string) {
	err := e.store.ForgetBaselines(e.file, r.ends.ids(), superseded)
	if err != nil && r.request.Tell != nil {
		r.request.Tell("warning: " + err.Error())
	}
}

// archived are the files that the history keeps beside the receipt.
func (r *run) archived(e *execution) (map[string][]byte, error) {
	files := map[string][]byte{"plan.json": r.text}
	if r.approval.Of(r.ref) {
		sum := tree.Hash(sha256.Sum256(r.approvalText))
		r.receipt.ApprovalSHA256 = &sum
		files["approval.json"] = r.approvalText
	}
	reversal, err := plan.Indented(e.Reversal())
	if err != nil {
		return nil, err
	}
	if err := e.former.out.Close(); err != nil {
		return nil, err
	}
	files[store.ReversalFile], files[store.FormerFile] = reversal, e.former.buf.Bytes()
	return files, nil
}

// partial says what was not done, by reason. What was not reached is one of them, however much it is.
func (r *run) partial(ctx context.Context, e *execution) error {
	t := r.receipt.Totals
	why := refusal.Because(refusal.CausePartial, "applied in part: %d done, %d skipped, %d drifted, %d failed", t.Done, t.Skipped, t.Drifted, t.Failed)
	if r.unfinished(ctx, e) {
		why.Cause, why.Root = refusal.CauseUnfinished, r.ends[plan.Local].Root()
	}
	why.Failures = r.failures(ctx, e)
	if err := ctx.Err(); err != nil {
		why.Why, why.Err = "interrupted; "+why.Why, err
	}
	return why
}

// failures are what drifted or failed, by reason, in the order of the first of each.
func (r *run) failures(ctx context.Context, e *execution) []Failure {
	stopped := ""
	if halted := e.Halted(ctx); halted != nil {
		stopped = halted.Error()
	}
	var out []Failure
	for i := range r.receipt.Results {
		result := &r.receipt.Results[i]
		if result.Outcome != Drifted && result.Outcome != Failed {
			continue
		}
		at := slices.IndexFunc(out, func(f Failure) bool { return f.Outcome == result.Outcome && f.Why == result.Error })
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

// unfinished tells whether the same apply can do more.
func (r *run) unfinished(ctx context.Context, e *execution) bool {
	return r.receipt.Totals.Failed > 0 || e.Halted(ctx) != nil
}
