package execute

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"treaty/apply/internal/journal"
	"treaty/apply/internal/settle"
	"treaty/apply/paper"
	"treaty/apply/refusal"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// resumption takes up an apply that was interrupted.
type resumption struct {
	*Site
	groups  *groups
	tasks   *tasks
	footing *footing
	left    plan.Sides[*journal.Journal]
	// tell is told, in words, what a person should know of it; nil where nobody asks.
	tell func(words string)
}

// TakeUp brings the tasks to where an interrupted run was that has left journals, nil for none; that of LOCAL has
// everything. tell is told, in words, what a person should know of it; it may be nil. Errors wrap refusal.ErrOpen where
// the journal is of other steps.
func (e *Execution) TakeUp(ctx context.Context, left plan.Sides[*journal.Journal], tell func(string)) error {
	r := resumption{e.Site, e.groups, e.tasks, e.footing, left, tell}
	return r.takeUp(ctx)
}

// takeUp brings the tasks to where an interrupted run was: what was done stays done, what is open and
// came to its end is done too, and what is open and did not is rolled back, to be done anew. Before that,
// what a power cut may have done is mended.
func (r *resumption) takeUp(ctx context.Context) error {
	j := r.left[plan.Local]
	if err := r.tasks.fits(j); err != nil {
		return err
	}
	for _, side := range plan.BothSides {
		settle.Owe(r.Ends[side].Disk, side, j)
	}
	mended, err := settle.Mend(ctx, r.Ends, j)
	if err != nil {
		return err
	}
	r.tasks.adopt(j.Copies, r.Ends)
	if r.tell != nil {
		for _, words := range mended.Words {
			r.tell(words)
		}
	}
	open := append(j.ClosedOf(r.restore(j, mended.Undone)), j.Open...)
	if err := r.examineOpen(open); err != nil {
		return err
	}
	r.recallRevived(slices.Concat(j.Closed, open))
	for _, t := range r.tasks.all {
		// One that widens may have done so before the directory was needed, or just that may have been a loan.
		if t.done() && t.Widens() {
			t.disk().Decided(t.Path, t.After.Mode)
		}
	}
	for _, side := range plan.BothSides {
		if err := r.Ends[side].Disk.ClearStage(r.Plan.ID); err != nil {
			return err
		}
	}
	return nil
}

// restore takes over what the journal has of tasks, and returns which of them, by number, are open again: those that
// were undone.
func (r *resumption) restore(j *journal.Journal, undone map[int]bool) map[int]bool {
	reopened := map[int]bool{}
	for _, t := range r.tasks.all {
		outcome := j.Done[int(t.number)]
		if outcome == nil || t.noted() {
			continue
		}
		// Without a journal, the other side was settled by itself meanwhile, and may have known less.
		unknown := r.left[t.Side] == nil && paper.Outcome(outcome.Outcome) == paper.Done
		reopened[int(t.number)] = undone[int(t.number)] || unknown
		if !reopened[int(t.number)] {
			r.tasks.restore(t, outcome)
		}
	}
	return reopened
}

// recallRevived finds the directories that were made for what a resolution brings back, and are there.
func (r *resumption) recallRevived(intents []journal.Intent) {
	for n := range intents {
		in := &intents[n]
		if in.Kind != journal.Revive || r.footing.revives(in.Side, in.Path) {
			continue
		}
		if at, err := r.Ends[in.Side].Disk.At(string(in.Path)); err == nil && at.Type == tree.Directory {
			r.footing.revived = append(r.footing.revived, revived{r.tasks.all[in.Step], in.Path, in.After.Mode})
		}
	}
}

// fits tells whether the journal is of these steps.
func (ts *tasks) fits(j *journal.Journal) error {
	for _, in := range slices.Concat(j.Closed, j.Open) {
		if in.Step >= len(ts.all) || in.Side != ts.all[in.Step].Side {
			return fmt.Errorf("%w: its journal does not fit the plan", refusal.ErrOpen)
		}
	}
	for step, c := range j.Copies {
		if step >= len(ts.all) || c.Side != ts.all[step].Side {
			return fmt.Errorf("%w: its journal does not fit the plan", refusal.ErrOpen)
		}
	}
	return nil
}

// restore takes over what an earlier run has written down of a task.
func (ts *tasks) restore(t *task, was *journal.Done) {
	switch outcome := paper.Outcome(was.Outcome); outcome {
	case paper.Done, paper.Skipped, paper.Drifted:
		t.note(outcome, was.Error)
		ts.fresh = ts.fresh[:len(ts.fresh)-1] // it is written down
		t.noteHash(was.SHA256, t.After, t.Before)
		t.noteTrash(was.Trash)
		t.left = was.After
		if outcome == paper.Done {
			ts.wasDone(t)
		}
	}
}

// wasDone takes note of a task that an earlier run carried out.
func (ts *tasks) wasDone(t *task) {
	if t.Action == plan.Move {
		ts.moved[t.Side][t.From()] = t.Path
	}
	ts.displaced(t, t.ending().trash)
	if t.copies() && t.After.Type == tree.File {
		ts.bytes += t.After.Size
	}
}

// found is what became of an open task.
type found struct {
	// whole: all of its changes were made; odd: somebody else was at one of its paths.
	whole, odd bool
	seen       bool
}

// examineOpen examines the open intents. Tasks all of whose changes were made are done, those at whose
// paths somebody else was are drifted, moves whose files wait in the trash go on from there, since in a
// circle their old names have gone to others, and all else is rolled back, the last first.
func (r *resumption) examineOpen(open []journal.Intent) error {
	if err := r.refill(open); err != nil {
		return err
	}
	found, err := r.find(open)
	if err != nil {
		return err
	}
	wrong, err := settle.RollBack(r.Ends, slices.DeleteFunc(slices.Clone(open), func(in journal.Intent) bool {
		t := r.tasks.all[in.Step]
		return t.done() || found[t].whole || found[t].odd || parked(t) != nil
	}))
	if err != nil {
		return err
	}
	var records []journal.Record
	for n := range open {
		in := &open[n]
		t := r.tasks.all[in.Step]
		switch {
		case t.noted(), parked(t) != nil:
		case found[t].whole:
			if err := r.tasks.noteCarriedOut(t, open); err != nil {
				return err
			}
		case found[t].odd:
			t.noteError(&volume.Drift{Path: in.Path, Trash: in.Place, Why: settle.Neither})
		case wrong[in.Step] != nil:
			t.noteError(wrong[in.Step])
		default:
			undone := journal.Done{Step: in.Step, Side: in.Side, Outcome: journal.Undone}
			records = append(records, journal.Record{Done: &undone})
		}
	}
	if err := r.Write(false, records...); err != nil {
		return err
	}
	r.groups.writeDown()
	return r.Write(false)
}

// find finds out how far the open tasks got.
func (r *resumption) find(open []journal.Intent) (map[*task]found, error) {
	all := map[*task]found{}
	for n := range open {
		in := &open[n]
		t := r.tasks.all[in.Step]
		if t.done() {
			continue
		}
		got, err := settle.Examine(t.disk(), in)
		if err != nil {
			return nil, err
		}
		if got == settle.Halfway && in.Kind == journal.Move {
			if err := findParked(t, in.Place); err != nil {
				return nil, err
			}
		}
		f := all[t]
		f.odd = f.odd || got == settle.Strange
		// What is revived only makes room for what the task is about.
		if in.Kind != journal.Revive {
			f.whole, f.seen = got == settle.Carried && (f.whole || !f.seen), true
		}
		all[t] = f
	}
	return all, nil
}

// findParked finds the file of a move that was announced and that waits in its place in the trash, if it does.
func findParked(t *task, place string) error {
	waiting, err := t.disk().Waiting(place)
	if err == nil && waiting != nil {
		d := t.ownDisplacement()
		d.parked, d.place, t.announced = waiting, place, true
	}
	return err
}

// noteCarriedOut notes a task that an earlier run carried out without writing that down, and which was to come to some
// of the intents.
func (ts *tasks) noteCarriedOut(t *task, intents []journal.Intent) error {
	result := volume.Result{}
	for n := range intents {
		in := &intents[n]
		if in.Step == int(t.number) && (in.Kind == journal.Trash || in.Kind == journal.Replace) {
			result.Trash = in.Place
		}
	}
	var err error
	if result.Entry, err = t.disk().At(string(t.Path)); err != nil {
		return err
	}
	t.noteResult(result, nil)
	ts.wasDone(t)
	return nil
}

// refill gives names back what was taken from them to be replaced, and was not. That comes first: a file that was
// moved, and was then to be replaced by a copy with another mode, is at neither end of its move otherwise.
func (r *resumption) refill(open []journal.Intent) error {
	for n := range open {
		in := &open[n]
		if in.Kind != journal.Replace || r.tasks.all[in.Step].done() {
			continue
		}
		found, err := settle.Examine(r.Ends[in.Side].Disk, in)
		if err == nil && found == settle.Halfway {
			err = settle.Back(r.Ends[in.Side].Disk, in, found)
		}
		if err != nil && !errors.Is(err, volume.ErrDrift) {
			return err
		}
	}
	return nil
}
