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
	result
	// left is what it left behind at its path, read back from the disk; nil for nothing, and before it is done. Of its
	// hash nothing is said here.
	left *tree.State
	// waiting is what is staged, nil before that, and when it is put in place.
	waiting *volume.Staged
	// displacement is nil of most that displace nothing.
	displacement *displacement
	// number is its place among the steps, by which journals name it.
	number int32
	// sourceRead is how its source was read.
	sourceRead sourceRead
	// announced tells that the journals have what it is about to do.
	announced bool
}

// result is what became of a task.
type result struct {
	// shared is nil before an outcome is noted. Tasks that ended alike may share it, so nobody writes to it.
	shared *ending
	// sum is the hash of the content written or displaced, nil for none.
	sum *tree.Hash
}

// ending is how a task ended.
type ending struct {
	outcome paper.Outcome // "" before one is noted
	// why is why it was not done, in words, "" where it was.
	why string
	// trash is where in the trash that lies which the task displaced, "" for nothing.
	trash string
}

// plainlyDone is how most tasks end: done, with nothing displaced.
var plainlyDone = &ending{outcome: paper.Done}

// ending is how the task ended, with no outcome before one is noted.
func (r *result) ending() ending {
	if r.shared == nil {
		return ending{}
	}
	return *r.shared
}

// end notes how the task ended.
func (r *result) end(as ending) {
	if r.shared = plainlyDone; as != *plainlyDone {
		r.shared = &as
	}
}

// noteTrash notes where in the trash that lies which the task displaced.
func (r *result) noteTrash(trash string) {
	if e := r.ending(); e.trash != trash {
		e.trash = trash
		r.end(e)
	}
}

// noteHash notes the hash of the content. Mostly one of the planned states, of which any may be nil, has it.
func (r *result) noteHash(sum tree.Hash, planned ...*tree.State) {
	r.sum = nil
	for _, s := range planned {
		if s != nil && s.SHA256 == sum && sum.Known() {
			r.sum = &s.SHA256
			return
		}
	}
	if sum.Known() {
		r.sum = &sum
	}
}

// hash is that of the content written or displaced, zero for none.
func (r *result) hash() tree.Hash {
	if r.sum == nil {
		return tree.Hash{}
	}
	return *r.sum
}

// sourceRead tells how a source that is of the planned size was read.
type sourceRead struct {
	mtime tree.Time // the time that it had
	was   bool      // false where it was not read
}

// stamp is that of the source of a size, zero where it was not read.
func (r sourceRead) stamp(size int64) stamp {
	if !r.was {
		return stamp{}
	}
	return stamp{size, r.mtime}
}

// displacement is where that is which a task moves out of the way, and what is kept of it.
type displacement struct {
	// place is where in the trash of its volume it is moved, "" before that is chosen.
	place string
	// copy is the copy of it out of reach of its volume, nil where none was made.
	copy *journal.Copy
	// parked is the file of a move that waits in the trash for its new name to be free, nil for none.
	parked *volume.Staged
}

// all is the displacement, zero where there is none.
func (d *displacement) all() displacement {
	if d == nil {
		return displacement{}
	}
	return *d
}

// ownDisplacement is the task's displacement, to be written to; it is made where there is none yet.
func (t *task) ownDisplacement() *displacement {
	if t.displacement == nil {
		t.displacement = &displacement{}
	}
	return t.displacement
}

// parked is the file of a move that waits in the trash for its new name to be free, nil for none. Of what is no move
// this may be asked while its place is chosen.
func parked(t *task) *volume.Staged {
	if t.Action != plan.Move {
		return nil
	}
	return t.displacement.all().parked
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
	t.end(ending{outcome, why, t.ending().trash})
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
func (t *task) noted() bool { return t.ending().outcome != "" }

// done tells whether it was carried out.
func (t *task) done() bool { return t.ending().outcome == paper.Done }

// noteResult notes what a change of its disk came to.
func (t *task) noteResult(result volume.Result, err error) {
	var drift *volume.Drift
	switch {
	case err == nil:
		t.note(paper.Done, "")
		t.leave(&result.Entry)
		t.noteTrash(result.Trash)
		t.noteHash(t.hashOf(result), t.After, t.Before)
	case errors.Is(err, volume.ErrNotTried): // what the run is halted for is noted of it in the end
	case errors.As(err, &drift):
		t.note(paper.Drifted, drift.Without(t.Path))
		t.noteTrash(drift.Trash)
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
		return paper.NotReached
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
