package apply

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"time"

	"treaty/apply/internal/execute"
	"treaty/apply/internal/settle"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
)

// conclusion is the end of an apply that was carried out, or settled: what lasts of it. Where one tree is not there,
// nothing new is agreed.
type conclusion struct {
	*papers
	ends      *ends
	journals  *journals
	receipt   *Receipt
	execution *execute.Execution
	// former is what the old baseline held of the paths that the steps change.
	former *former
	// shift is by how much the times of the volumes are off in total.
	shift plan.Sides[time.Duration]
	now   func() time.Time
	// tell is told, in words, what a person should know; nil where nobody asks.
	tell func(words string)
}

// count takes the results over into the receipt.
func (c *conclusion) count() {
	c.receipt.Results = c.execution.Results()
	c.receipt.Totals.Bytes = c.execution.Bytes()
	c.receipt.Count()
}

// conclude writes what lasts of a counted receipt: the baseline, the receipt with the history, and both trees' own
// files; then it closes the journal. The baseline counts only once both of these name its plan. Where an earlier run
// was interrupted in the midst of it, what that one has archived stands.
func (c *conclusion) conclude(ctx context.Context) error {
	if err := c.journals.giveBack(); err != nil {
		return err
	}
	head, err := c.ends[plan.Local].store.Concluded(c.plan.ID, c.receipt)
	if err == nil && head == nil {
		head, err = c.archive(ctx)
	}
	if err != nil {
		return err
	}
	if err := c.rememberEach(head); err != nil {
		return err
	}
	left := c.ends.left(plan.Local)
	if err := settle.Release(c.execution.Copies(left), c.execution.Ends); err != nil {
		return err
	}
	return c.journals.close()
}

// archive writes the baseline, and then the receipt into the history, whose new head it returns.
func (c *conclusion) archive(ctx context.Context) (*store.Head, error) {
	var err error
	if c.former, err = newFormer(c.execution.Steps(), c.plan, c.ends.ids()); err != nil {
		return nil, err
	}
	if c.agreed() {
		if err := c.remember(ctx); err != nil {
			return nil, fmt.Errorf("the baseline was not written: %w", err)
		}
	}
	c.complete()
	files, err := c.files()
	if err != nil {
		return nil, err
	}
	last, err := c.last()
	if err != nil {
		return nil, err
	}
	head, err := c.ends[plan.Local].store.Archive(c.plan.ID, c.receipt, files, last)
	return &head, err
}

// files are those that the history keeps beside the receipt.
func (c *conclusion) files() (map[string]store.Content, error) {
	files := map[string]store.Content{"plan.json": c.content(c.ends[plan.Local].store)}
	if c.approval.Of(c.ref) {
		sum := tree.Hash(sha256.Sum256(c.approvalText))
		c.receipt.ApprovalSHA256 = &sum
		files["approval.json"] = store.Exactly(c.approvalText)
	}
	if err := c.former.out.Close(); err != nil {
		return nil, err
	}
	files[store.ReversalFile] = func(to io.Writer) error { return plan.WriteOperations(to, c.execution.Reversal()) }
	files[store.FormerFile] = store.Exactly(c.former.buf.Bytes())
	return files, nil
}

// rememberEach writes into the trees' own files what the history's head is, and with which tree each agreed, and makes
// that durable.
func (c *conclusion) rememberEach(head *store.Head) error {
	head.History, head.Plan = c.ends[plan.Local].file.ID, c.plan.ID
	var superseded plan.Sides[string]
	for _, e := range c.ends.there() {
		e.file.Head = head
		if c.agreed() {
			other := c.ends[e.side.Other()]
			superseded[e.side] = e.file.Synced[other.file.ID]
			e.file.Synced[other.file.ID] = c.plan.ID
			e.file.Partners[other.file.ID] = store.Partner{Host: store.ThisHost(), Root: other.Root()}
		}
		if err := e.store.SaveIdentity(e.file); err != nil {
			return err
		}
	}
	for _, e := range c.ends.there() {
		if c.ends.both() {
			c.forget(e, superseded[e.side])
		}
		if err := e.disk.Barrier(); err != nil {
			return err
		}
	}
	return nil
}

// agreed tells, of a receipt that is counted, whether its trees are recorded with each other. Trees that were planned
// as never synced, and of which nothing was done, are not: a baseline of what lies there anyway would make two
// versions of each file that was to be updated. It is by what lasts, so that whoever goes on with the conclusion
// decides alike.
func (c *conclusion) agreed() bool {
	nothing := c.receipt.Outcome != Complete && c.receipt.Totals.Done == 0
	return c.ends.both() && (c.plan.Baseline != nil || !nothing)
}

// complete completes the receipt.
func (c *conclusion) complete() {
	c.receipt.FinishedAt = c.now().UTC()
	c.receipt.Count()
	c.receipt.Durability = plan.Sides[string]{"the tree was not there", "the tree was not there"}
	for _, e := range c.ends.there() {
		c.receipt.Durability[e.side] = e.disk.Durability()
	}
}

// forget removes the baselines that this pair of trees made and refers to no more, the superseded one among them:
// whatever else lies there is not treaty's to remove. What stays because it cannot be removed is told, and harms
// nothing.
func (c *conclusion) forget(e *end, superseded string) {
	err := e.store.ForgetBaselines(e.file, c.ends.ids(), superseded)
	if err != nil && c.tell != nil {
		c.tell("warning: " + err.Error())
	}
}

// postpone leaves the journals open, with a receipt of what is done so far.
func (c *conclusion) postpone() {
	_ = c.journals.giveBack() // what is owed still is in the journal
	c.complete()
	// It is for people; all that counts is in the journal.
	_ = c.ends[plan.Local].store.KeepReceipt(c.plan.ID, c.receipt)
}
