package conclude

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"time"

	"treaty/apply/internal/ends"
	"treaty/apply/internal/execute"
	"treaty/apply/internal/mandate"
	"treaty/apply/internal/settle"
	"treaty/apply/internal/sources"
	"treaty/apply/paper"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// Conclusion is the end of an apply that was carried out, or settled: what lasts of it. Where one tree is not there,
// nothing new is agreed.
type Conclusion struct {
	*mandate.Mandate
	Ends     *ends.Ends
	Journals *ends.Journals
	Receipt  *paper.Receipt
	// Execution is held until all that is told of it is written.
	Execution *execute.Execution
	// Listed are both trees as they were before the first write, nil where that is not known.
	Listed plan.Sides[*sources.Pass]
	// former is what the old baseline held of the paths that the steps change.
	former *former
	// Shift is by how much the times of the volumes are off in total.
	Shift plan.Sides[time.Duration]
	Now   func() time.Time
	// Tell is told, in words, what a person should know; nil where nobody asks.
	Tell func(words string)
	// Texts are those that are kept to merge by.
	Texts Texts
	// copied tells that there may be copies of what was displaced.
	copied bool
}

// Count has the receipt make its results of what the execution came to.
func (c *Conclusion) Count() {
	c.Receipt.MadeOf(c.Execution.Results())
	c.Receipt.Totals.Bytes = c.Execution.Bytes()
	c.Receipt.Count()
}

// Conclude writes what lasts of a counted receipt: the baseline, the receipt with the history, and both trees' own
// files; then it closes the journal. The baseline counts only once both of these name its plan. Where an earlier run
// was interrupted in the midst of it, what that one has archived stands.
func (c *Conclusion) Conclude(ctx context.Context) error {
	if err := c.Journals.GiveBack(); err != nil {
		return err
	}
	told := c.besides()
	head, err := c.Ends[plan.Local].Store.Concluded(c.Plan.ID, c.Receipt)
	switch {
	case err != nil:
	case head == nil:
		err = c.record(ctx)
	case c.Ends.Both():
		c.Texts.home = c.Ends.Home().Side
	}
	if err := cmp.Or(told(), err); err != nil {
		return err
	}
	if head == nil {
		head, err = c.archive()
	}
	if err != nil {
		return err
	}
	release := c.releasing()
	c.Execution, c.former = nil, nil // of many steps they take more room than all that is left to do
	named := c.namedBases()
	err = c.rememberEach(head)
	kept, unread := named()
	if err != nil {
		return err
	}
	if err := release(); err != nil {
		return err
	}
	c.bases(kept, unread)
	return c.Journals.Close()
}

// releasing is what drops the copies that there may be of what was displaced. It does not hold the execution.
func (c *Conclusion) releasing() func() error {
	left, in := c.Ends.Left(plan.Local), c.Execution.Ends
	copies := c.Execution.Copies(left)
	c.copied = true
	if len(copies) == 0 && left == nil && !in[plan.Local].FAT && !in[plan.Remote].FAT {
		c.copied = false
		return func() error { return nil }
	}
	return func() error { return settle.Release(copies, in) }
}

// record writes the baseline, if anything is agreed.
func (c *Conclusion) record(ctx context.Context) error {
	var err error
	if c.former, err = newFormer(c.Execution, c.Plan, c.Ends.IDs()); err != nil || !c.agreed() {
		return err
	}
	if err := c.remember(ctx); err != nil {
		return fmt.Errorf("the baseline was not written: %w", err)
	}
	return nil
}

// archive writes the receipt into the history, whose new head it returns.
func (c *Conclusion) archive() (*store.Head, error) {
	c.complete()
	files, err := c.files()
	if err != nil {
		return nil, err
	}
	last, err := c.last()
	if err != nil {
		return nil, err
	}
	head, err := c.Ends[plan.Local].Store.Archive(c.Plan.ID, c.Receipt, files, last)
	return &head, err
}

// files are those that the history keeps beside the receipt.
func (c *Conclusion) files() (map[string]store.Content, error) {
	files := map[string]store.Content{"plan.json": c.Content(c.Ends[plan.Local].Store)}
	if c.Approval.Of(c.Ref) {
		sum := tree.Hash(sha256.Sum256(c.ApprovalText))
		c.Receipt.ApprovalSHA256 = &sum
		files["approval.json"] = store.Exactly(c.ApprovalText)
	}
	if err := c.former.out.Close(); err != nil {
		return nil, err
	}
	files[store.ReversalFile] = func(to io.Writer) error { return plan.WriteOperations(to, c.Execution.Reversal()) }
	files[store.FormerFile] = store.Exactly(c.former.buf.Bytes())
	return files, nil
}

// rememberEach writes into the trees' own files what the history's head is, and with which tree each agreed, and makes
// that durable.
func (c *Conclusion) rememberEach(head *store.Head) error {
	head.History, head.Plan = c.Ends[plan.Local].File.ID, c.Plan.ID
	var superseded plan.Sides[string]
	there := c.Ends.There()
	for _, e := range there {
		e.File.Head = head
		if c.agreed() {
			other := c.Ends[e.Side.Other()]
			superseded[e.Side] = e.File.Synced[other.File.ID]
			e.File.Synced[other.File.ID] = c.Plan.ID
			e.File.Partners[other.File.ID] = store.Partner{Host: other.Host().Name(), Root: other.Root()}
		}
	}
	// An old baseline is forgotten once both files are written.
	last := len(there) - 1
	for _, e := range there[:last] {
		if err := e.Store.SaveIdentity(e.File); err != nil {
			return err
		}
	}
	for n, e := range slices.Backward(there) {
		if far := parting(c); far != nil && e.Side == plan.Remote {
			if err := partFrom(e, far, c.Journals); err != nil {
				return err
			}
			continue
		}
		if err := c.rememberOn(e, n == last, superseded[e.Side]); err != nil {
			return err
		}
	}
	return nil
}

// partFrom has a tree's own file written, makes that durable, closes the journal there and releases the lock: all of it
// crosses together, each where all before it came to no error. The errors are of the former two; what else is not done,
// whoever waits for that does.
func partFrom(e *ends.End, from volume.Following, journals *ends.Journals) (err error) {
	var undone error
	const last = 3
	from.Follow(context.Background(), last, last+1, func(i int, as volume.Changer) {
		switch on := e.Store.On(as); i {
		case 0:
			err = on.SaveIdentity(e.File)
		case 1:
			undone = as.Barrier()
		case 2:
			_ = journals.CloseOn(e, on)
		case last:
			_ = on.Unlock()
		}
	})
	return cmp.Or(err, undone)
}

// parting is what lets go of REMOTE with its own file, where nothing more is to be done there; nil where something is,
// or that cannot cross together.
func parting(c *Conclusion) volume.Following {
	e := c.Ends[plan.Remote]
	if !c.Ends.Both() || c.copied || c.Texts.home != plan.Local || e.Baselines || !volume.Follows(e.Disk) {
		return nil
	}
	return e.Disk.(volume.Following)
}

// rememberOn has a tree's own file written where that is due, forgets its superseded baseline, and makes that durable:
// over a line all of it crosses together.
func (c *Conclusion) rememberOn(e *ends.End, due bool, superseded string) (err error) {
	var undone error
	volume.Together(context.Background(), e.Disk, 3, func(i int, as volume.Changer) {
		switch on := e.Store.On(as); {
		case i == 0 && due:
			err = on.SaveIdentity(e.File)
		case i == 1 && c.Ends.Both():
			c.forget(on, e.File, superseded, func() bool { return err == nil })
		case i == 2:
			undone = as.Barrier()
		}
	})
	return cmp.Or(err, undone)
}

// agreed tells, of a receipt that is counted, whether its trees are recorded with each other. Trees that were planned
// as never synced, and of which nothing was done, are not: a baseline of what lies there anyway would make two
// versions of each file that was to be updated. It is by what lasts, so that whoever goes on with the conclusion
// decides alike.
func (c *Conclusion) agreed() bool {
	nothing := c.Receipt.Outcome != paper.Complete && c.Receipt.Totals.Done == 0
	return c.Ends.Both() && (c.Plan.Baseline != nil || !nothing)
}

// complete completes the receipt.
func (c *Conclusion) complete() {
	c.Receipt.FinishedAt = c.Now().UTC()
	c.Receipt.Count()
	for _, side := range plan.BothSides {
		switch e, told := c.Ends[side], &c.Receipt.Durability[side]; {
		case e == nil:
			*told = "the tree was not there"
		case *told == "":
			*told = e.Disk.Durability()
		}
	}
}

// forget removes, of the baselines in a store, those that this pair of trees made and refers to no more, the superseded
// one among them: whatever else lies there is not treaty's to remove. What stays because it cannot be removed is told,
// and harms nothing.
func (c *Conclusion) forget(in *store.Store, file *store.TreeFile, superseded string, written func() bool) {
	err := in.ForgetBaselines(file, c.Ends.IDs(), superseded, written)
	if err != nil && c.Tell != nil {
		c.Tell(err.Error())
	}
}

// Postpone leaves the journals open, with a receipt of what is done so far.
func (c *Conclusion) Postpone() {
	_ = c.Journals.GiveBack() // what is owed still is in the journal
	c.complete()
	// It is for people; all that counts is in the journal.
	_ = c.Ends[plan.Local].Store.KeepReceipt(c.Plan.ID, c.Receipt)
}
