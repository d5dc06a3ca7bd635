package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"treaty/apply/internal/disk"
	"treaty/apply/internal/journal"
	"treaty/plan"
	"treaty/plan/tree"
)

// takeUp brings the executor to where an interrupted run was: what was done stays done, what is open and
// came to its end is done too, and what is open and did not is settled back, to be done anew. Before that,
// what a power cut may have done is mended.
func (e *executor) takeUp(ctx context.Context, j *journal.Journal) error {
	if err := e.tasks.fits(j); err != nil {
		return err
	}
	for _, side := range plan.BothSides {
		e.run.owe(side, j)
	}
	mended, err := e.run.mend(ctx, j)
	if err != nil {
		return err
	}
	e.tasks.adopt(j.Copies, e.run.disks)
	if e.run.request.Tell != nil {
		for _, words := range mended.words {
			e.run.request.Tell(words)
		}
	}
	reopened := map[int]bool{}
	for _, t := range e.tasks.all {
		outcome := j.Done[t.number]
		if outcome == nil || t.noted() {
			continue
		}
		// Without a journal, the other side was settled by itself meanwhile, and may have known less.
		reopened[t.number] = mended.undone[t.number] || e.run.left[t.Side] == nil && Outcome(outcome.Outcome) == Done
		if !reopened[t.number] {
			e.tasks.restore(t, outcome)
		}
	}
	open := append(j.ClosedOf(reopened), j.Open...)
	if err := e.settleOpen(open); err != nil {
		return err
	}
	for _, in := range slices.Concat(j.Closed, open) {
		made := func(r revived) bool { return r.task.Side == in.Side && r.path == in.Path }
		if at, err := e.run.disks[in.Side].At(string(in.Path)); in.Kind == journal.Revive && err == nil && at.Type == tree.Directory &&
			!slices.ContainsFunc(e.revived, made) {
			e.revived = append(e.revived, revived{e.tasks.all[in.Step], in.Path, in.After.Mode})
		}
	}
	for _, t := range e.tasks.all {
		// One that widens may have done so before the directory was needed, or just that may have been a loan.
		if t.done() && t.widens() {
			t.disk.Decided(t.Path, t.After.Mode)
		}
	}
	for _, side := range plan.BothSides {
		if err := e.run.disks[side].ClearStage(e.run.plan.ID); err != nil {
			return err
		}
	}
	return nil
}

// fits tells whether the journal is of these steps.
func (ts *tasks) fits(j *journal.Journal) error {
	for _, in := range slices.Concat(j.Closed, j.Open) {
		if in.Step >= len(ts.all) || in.Side != ts.all[in.Step].Side {
			return fmt.Errorf("%w: its journal does not fit the plan", ErrOpen)
		}
	}
	for step, c := range j.Copies {
		if step >= len(ts.all) || c.Side != ts.all[step].Side {
			return fmt.Errorf("%w: its journal does not fit the plan", ErrOpen)
		}
	}
	return nil
}

// restore takes over what an earlier run has written down of a task.
func (ts *tasks) restore(t *task, was *journal.Done) {
	switch outcome := Outcome(was.Outcome); outcome {
	case Done, Skipped, Drifted:
		t.note(outcome, was.Error)
		ts.fresh = ts.fresh[:len(ts.fresh)-1] // it is written down
		t.result.SHA256, t.result.Trash = was.SHA256, was.Trash
		if s := was.After; s != nil {
			t.left = tree.Entry{Name: t.Path.Base(), Type: s.Type, Size: s.Size, Mtime: s.Mtime, Mode: s.Mode, Target: s.Target}
		}
		if outcome == Done {
			ts.wasDone(t)
		}
	}
}

// wasDone takes note of a task that an earlier run carried out.
func (ts *tasks) wasDone(t *task) {
	if t.Action == plan.Move {
		ts.moved[t.Side][t.From] = t.Path
	}
	ts.displaced(t, t.result.Trash)
	if (t.Action == plan.Create || t.Action == plan.Update) && t.After.Type == tree.File {
		ts.bytes += t.After.Size
	}
}

// settleOpen examines the open intents. Steps all of whose changes were made are done, those at whose
// paths somebody else was are drifted, moves whose files wait in the trash go on from there, since in a
// circle their old names have gone to others, and all else is settled back, the last first.
func (e *executor) settleOpen(open []journal.Intent) error {
	if err := e.refill(open); err != nil {
		return err
	}
	whole, odd := map[*task]bool{}, map[*task]bool{}
	for n := range open {
		in := &open[n]
		t := e.tasks.all[in.Step]
		if t.done() {
			continue
		}
		found, err := examine(t.disk, in)
		if err != nil {
			return err
		}
		odd[t] = odd[t] || found == strange
		if found == halfway && in.Kind == journal.Move {
			if err := t.waits(in.Place); err != nil {
				return err
			}
		}
		// What is revived only makes room for what the step is about.
		if before, known := whole[t]; in.Kind != journal.Revive {
			whole[t] = found == carried && (before || !known)
		}
	}
	wrong, err := settleBack(e.run.disks, slices.DeleteFunc(slices.Clone(open), func(in journal.Intent) bool {
		t := e.tasks.all[in.Step]
		return t.done() || whole[t] || odd[t] || t.parked != nil
	}))
	if err != nil {
		return err
	}
	var records []journal.Record
	for n := range open {
		in := &open[n]
		t := e.tasks.all[in.Step]
		switch {
		case t.noted(), t.parked != nil:
		case whole[t]:
			if err := e.tasks.carried(t, open); err != nil {
				return err
			}
		case odd[t]:
			t.noteError(&disk.Drift{Path: in.Path, Trash: in.Place, Why: neither})
		case wrong[in.Step] != nil:
			t.noteError(wrong[in.Step])
		default:
			records = append(records, journal.Record{Done: &journal.Done{Step: in.Step, Side: in.Side, Outcome: journal.Undone}})
		}
	}
	if err := e.run.write(false, records...); err != nil {
		return err
	}
	e.writeDown()
	return e.run.broken
}

// waits finds the file of a move that was announced and that waits in its place in the trash, if it does.
func (t *task) waits(place string) error {
	waiting, err := t.disk.Waiting(place)
	if err == nil && waiting != nil {
		t.parked, t.place, t.announced = waiting, place, true
	}
	return err
}

// carried notes a task that an earlier run carried out without writing that down, and which was to come to some of the
// intents.
func (ts *tasks) carried(t *task, intents []journal.Intent) error {
	result := disk.Result{}
	for n := range intents {
		in := &intents[n]
		if in.Step == t.number && (in.Kind == journal.Trash || in.Kind == journal.Replace) {
			result.Trash = in.Place
		}
	}
	var err error
	if result.Entry, err = t.disk.At(string(t.Path)); err != nil {
		return err
	}
	t.noteResult(result, nil)
	ts.wasDone(t)
	return nil
}

// refill gives names back what was taken from them to be replaced, and was not. That comes first: a file that was
// moved, and was then to be replaced by a copy with another mode, is at neither end of its move otherwise.
func (e *executor) refill(open []journal.Intent) error {
	for n := range open {
		in := &open[n]
		if in.Kind != journal.Replace || e.tasks.all[in.Step].done() {
			continue
		}
		found, err := examine(e.run.disks[in.Side], in)
		if err == nil && found == halfway {
			err = back(e.run.disks[in.Side], in, found)
		}
		if err != nil && !errors.Is(err, disk.ErrDrift) {
			return err
		}
	}
	return nil
}

const neither = "it is neither what it was nor what it was to become"

// settleBack brings back what was there before open intents, the last first, and makes that durable. It
// returns what could not be brought back, by step, because somebody else was there. Sides without a disk are
// left.
func settleBack(disks plan.Sides[*disk.Tree], open []journal.Intent) (map[int]*disk.Drift, error) {
	wrong := map[int]*disk.Drift{}
	for _, in := range slices.Backward(open) {
		d := disks[in.Side]
		if d == nil {
			continue
		}
		found, err := examine(d, &in)
		if err == nil {
			err = back(d, &in, found)
		}
		var drift *disk.Drift
		if err != nil && !errors.As(err, &drift) {
			return nil, err
		}
		if drift == nil {
			continue
		}
		wrong[in.Step] = drift
		if at, err := d.At(in.Place); drift.Trash == "" && in.Place != "" && err == nil && at.Type != tree.Absent {
			drift.Trash = in.Place
		}
	}
	for _, d := range disks {
		if d != nil {
			if err := d.Barrier(); err != nil {
				return nil, err
			}
		}
	}
	return wrong, nil
}
