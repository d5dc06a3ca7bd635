package execute

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"treaty/apply/internal/journal"
	"treaty/apply/internal/settle"
	"treaty/apply/paper"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// task is a step that is carried out: an operation, or part of what resolves a conflict. It has how far the step is,
// and what became of it. A plan may have a million: what few have lies apart.
type task struct {
	Step
	notes *notes
	came
	// left is what it left behind at its path, read back from the disk; nil for nothing, and before it is done. Of its
	// hash nothing is said here.
	left *tree.State
	// waiting is what is staged, nil before that, and when it is put in place.
	waiting *volume.Staged
	// aside is nil of most that displace nothing.
	aside *aside
	// number is its place among the steps, by which journals name it.
	number int32
	// read is of its source.
	read read
	// announced tells that the journals have what it is about to do.
	announced bool
}

// came is what came of a task.
type came struct {
	// to is nil before anything is noted. Those to which the same came may share it, so nobody writes to it.
	to *result
	// sum is of the content written, or moved aside; nil for none.
	sum *tree.Hash
}

// result is the rest of what came of a task.
type result struct {
	outcome paper.Outcome // "" before one is noted
	// why is why it was not done, in words.
	why string
	// trash is where what was at its path is now.
	trash string
}

// plainly is what came of most.
var plainly = &result{outcome: paper.Done}

// all is what there is, with no outcome before one is noted.
func (c *came) all() result {
	if c.to == nil {
		return result{}
	}
	return *c.to
}

func (c *came) note(r result) {
	if c.to = plainly; r != *plainly {
		c.to = &r
	}
}

// displacedTo notes where what was at the path is now.
func (c *came) displacedTo(trash string) {
	if r := c.all(); r.trash != trash {
		r.trash = trash
		c.note(r)
	}
}

// has notes the hash of the content. Mostly one of the planned states, of which any may be nil, has it.
func (c *came) has(sum tree.Hash, planned ...*tree.State) {
	c.sum = nil
	for _, s := range planned {
		if s != nil && s.SHA256 == sum && sum.Known() {
			c.sum = &s.SHA256
			return
		}
	}
	if sum.Known() {
		c.sum = &sum
	}
}

// hash is that of the content, zero for none.
func (c *came) hash() tree.Hash {
	if c.sum == nil {
		return tree.Hash{}
	}
	return *c.sum
}

// read tells how a source that is of the planned size was read.
type read struct {
	at  tree.Time // the time that it had
	was bool      // false where it was not read
}

// stamp is that of the source of a size, zero where it was not read.
func (r read) stamp(size int64) stamp {
	if !r.was {
		return stamp{}
	}
	return stamp{size, r.at}
}

// aside is what is put aside for a task.
type aside struct {
	// place is where in the trash it moves what it displaces, "" before that is chosen.
	place string
	// copy is where that is out of reach of its volume, nil where no such copy was made.
	copy *journal.Copy
	// parked is the file of a move that waits in the trash for its new name to be free, nil for none.
	parked *volume.Staged
}

// all is what there is.
func (a *aside) all() aside {
	if a == nil {
		return aside{}
	}
	return *a
}

// puts is what is put aside, to be written to.
func (t *task) puts() *aside {
	if t.aside == nil {
		t.aside = &aside{}
	}
	return t.aside
}

// parked is the file of a move that waits in the trash for its new name to be free, nil for none. Of what is no move
// this may be asked while its place is chosen.
func parked(t *task) *volume.Staged {
	if t.Action != plan.Move {
		return nil
	}
	return t.aside.all().parked
}

// disk changes its side, nil where that tree is not there.
func (t *task) disk() volume.Changer {
	if as, together := t.notes.through.Load(t); together {
		return as.(volume.Changer)
	}
	return t.notes.ends[t.Side].Disk
}

// leave keeps what was read back. Mostly that is as planned and takes no room of its own: a plan may have a million
// steps.
func (t *task) leave(e *tree.Entry) {
	as := t.After
	if as != nil && as.Type == e.Type && as.Size == e.Size && as.Mtime == e.Mtime && as.Mode == e.Mode &&
		as.Target() == e.Target {
		t.left = as
		return
	}
	t.left = e.State()
}

// remains are what is left, where that is not nothing, without a hash.
func (t *task) remains() tree.State {
	s := *t.left
	s.SHA256 = tree.Hash{}
	s.LeaveSubtree()
	return s
}

// staged is what waits to be put in place, the zero value for nothing.
func (t *task) staged() volume.Staged {
	if t.waiting == nil {
		return volume.Staged{}
	}
	return *t.waiting
}

// notes are what was noted of tasks.
type notes struct {
	// fresh are the tasks of which an outcome was noted since the journals were last told.
	fresh []*task
	// bytes are how many were put in place.
	bytes int64
	ends  *settle.Ends
	units units
	// broken are the units of which something drifted.
	broken map[string]bool
	// through is what changes a side for a task that asks it together with others.
	through sync.Map
	// over counts the tasks that were to be carried out and have an outcome, nil where nobody asks.
	over *atomic.Int64
}

// note notes an outcome, and why it is that one, "" where it is Done. Where a tree is not there any more, what seems to
// have drifted failed instead, so that the same apply goes on once the tree is back.
func (t *task) note(outcome paper.Outcome, why string) {
	if outcome == paper.Drifted {
		if err := t.treesThere(); err != nil {
			outcome, why = paper.Failed, err.Error()
		}
	}
	t.came.note(result{outcome, why, t.came.all().trash})
	if unit := t.notes.unitOf(t); outcome == paper.Drifted && unit != "" {
		t.notes.broken[unit] = true
	}
	t.notes.fresh = append(t.notes.fresh, t)
	if t.notes.over != nil && t.Skipped == "" {
		t.notes.over.Add(1)
	}
}

// treesThere is why a tree that it changes or reads is not there any more, nil where all are.
func (t *task) treesThere() error {
	err := t.notes.ends.Present(t.Side)
	if err == nil && t.Source() != nil && !t.Source().InPlan() {
		err = t.notes.ends.Present(t.Source().Tree)
	}
	return err
}

// noted tells whether it has an outcome: nothing more is to be done then.
func (t *task) noted() bool { return t.came.all().outcome != "" }

// done tells whether it was carried out.
func (t *task) done() bool { return t.came.all().outcome == paper.Done }

// noteResult notes what a change of its disk came to.
func (t *task) noteResult(result volume.Result, err error) {
	var drift *volume.Drift
	switch {
	case err == nil:
		t.note(paper.Done, "")
		t.leave(&result.Entry)
		t.displacedTo(result.Trash)
		t.has(t.hashOf(result), t.After, t.Before)
	case errors.Is(err, volume.ErrNotTried): // what the run is halted for is noted of it in the end
	case errors.As(err, &drift):
		t.note(paper.Drifted, drift.Without(t.Path))
		t.displacedTo(drift.Trash)
	case isDrift(err):
		t.note(paper.Drifted, t.why(err))
	default:
		t.note(paper.Failed, t.why(err))
	}
}

// isDrift tells of errors that mean that somebody else was there.
func isDrift(err error) bool {
	return errors.Is(err, volume.ErrDrift) || errors.Is(err, volume.ErrSource) || errors.Is(err, volume.ErrUnfit) ||
		errors.Is(err, scan.ErrChanged)
}

// noteError notes that it came to an error before anything was changed.
func (t *task) noteError(err error) { t.noteResult(volume.Result{}, err) }

// why is an error in words that stand beside its path, "" for none.
func (t *task) why(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, context.Canceled):
		return "the interrupt came before it was done"
	}
	return tree.Why(err, t.Path)
}

// hashOf is the hash of the content that it has written or moved aside, zero where there is none. What a plan moves
// without having read it is read now; what cannot be read goes without, as all does on a tree that is not there.
func (t *task) hashOf(result volume.Result) tree.Hash {
	s, at := t.After, string(t.Path)
	if s == nil {
		s, at = t.Before, result.Trash
	}
	switch {
	case s.Of() != tree.File:
		return tree.Hash{}
	case s.SHA256.Known(), t.copies():
		return s.SHA256
	case t.disk() == nil:
		return tree.Hash{}
	}
	_, sum, err := t.disk().ReadBack(at)
	if err != nil {
		return tree.Hash{}
	}
	return sum
}
