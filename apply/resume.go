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
	if err := e.fits(j); err != nil {
		return err
	}
	for _, side := range plan.BothSides {
		e.run.owe(side, j)
	}
	mended, err := e.run.mend(ctx, j)
	if err != nil {
		return err
	}
	e.run.adopt(j.Copies)
	if e.run.request.Tell != nil {
		for _, words := range mended.words {
			e.run.request.Tell(words)
		}
	}
	reopened := map[int]bool{}
	for i := range e.steps {
		done := j.Done[i]
		if done == nil || e.settled[i] {
			continue
		}
		// Without a journal, the other side was settled by itself meanwhile, and may have known less.
		if reopened[i] = mended.undone[i] || e.run.left[e.steps[i].Side] == nil && Outcome(done.Outcome) == Done; !reopened[i] {
			e.restore(i, done)
		}
	}
	open := slices.DeleteFunc(slices.Clone(j.Closed), func(in journal.Intent) bool { return !reopened[in.Step] })
	open = append(open, j.Open...)
	if err := e.settleOpen(open); err != nil {
		return err
	}
	for _, in := range slices.Concat(j.Closed, open) {
		made := func(r revived) bool { return r.side == in.Side && r.path == in.Path }
		if at, err := e.run.disks[in.Side].At(string(in.Path)); in.Kind == journal.Revive && err == nil && at.Type == tree.Directory &&
			!slices.ContainsFunc(e.revived, made) {
			e.revived = append(e.revived, revived{in.Step, in.Side, in.Path, in.After.Mode})
		}
	}
	for i := range e.steps {
		// One that widens may have done so before the directory was needed, or just that may have been a loan.
		if step := &e.steps[i]; e.over(i) && widens(step) {
			e.disk(i).Decided(step.Path, step.After.Mode)
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
func (e *executor) fits(j *journal.Journal) error {
	for _, in := range slices.Concat(j.Closed, j.Open) {
		if in.Step >= len(e.steps) || in.Side != e.steps[in.Step].Side {
			return fmt.Errorf("%w: its journal does not fit the plan", ErrOpen)
		}
	}
	for step, c := range j.Copies {
		if step >= len(e.steps) || c.Side != e.steps[step].Side {
			return fmt.Errorf("%w: its journal does not fit the plan", ErrOpen)
		}
	}
	return nil
}

func of(intents []journal.Intent, step int) []journal.Intent {
	return slices.DeleteFunc(slices.Clone(intents), func(in journal.Intent) bool { return in.Step != step })
}

// restore takes over what became of a step.
func (e *executor) restore(i int, done *journal.Done) {
	switch outcome := Outcome(done.Outcome); outcome {
	case Done, Skipped, Drifted:
		e.settle(i, outcome, done.Error)
		e.fresh = e.fresh[:len(e.fresh)-1] // it is written down
		e.results[i].SHA256, e.results[i].Trash = done.SHA256, done.Trash
		if s := done.After; s != nil {
			e.after[i] = tree.Entry{Name: e.steps[i].Path.Base(), Type: s.Type, Size: s.Size, Mtime: s.Mtime, Mode: s.Mode, Target: s.Target}
		}
		if outcome == Done {
			e.isDone(i)
		}
	}
}

// isDone takes note of a step that an earlier run carried out.
func (e *executor) isDone(i int) {
	step := &e.steps[i]
	if step.Action == plan.Move {
		e.moved[step.Side][step.From] = step.Path
	}
	e.displaced(i, disk.Result{Trash: e.results[i].Trash})
	if (step.Action == plan.Create || step.Action == plan.Update) && step.After.Type == tree.File {
		e.bytes.Add(step.After.Size)
	}
}

// settleOpen examines the open intents. Steps all of whose changes were made are done, those at whose
// paths somebody else was are drifted, moves whose files wait in the trash go on from there, since in a
// circle their old names have gone to others, and all else is settled back, the last first.
func (e *executor) settleOpen(open []journal.Intent) error {
	if err := e.refill(open); err != nil {
		return err
	}
	whole, odd := map[int]bool{}, map[int]bool{}
	for n := range open {
		in := &open[n]
		if e.over(in.Step) {
			continue
		}
		found, err := examine(e.run.disks[in.Side], in)
		if err != nil {
			return err
		}
		odd[in.Step] = odd[in.Step] || found == strange
		if found == halfway && in.Kind == journal.Move {
			waiting, err := e.disk(in.Step).Waiting(in.Place)
			if err != nil {
				return err
			}
			if waiting != nil {
				e.parked[in.Step], e.place[in.Step], e.announced[in.Step] = *waiting, in.Place, true
			}
		}
		// What is revived only makes room for what the step is about.
		if before, known := whole[in.Step]; in.Kind != journal.Revive {
			whole[in.Step] = found == carried && (before || !known)
		}
	}
	wrong, err := settleBack(e.run.disks, slices.DeleteFunc(slices.Clone(open), func(in journal.Intent) bool {
		_, waits := e.parked[in.Step]
		return e.over(in.Step) || whole[in.Step] || odd[in.Step] || waits
	}))
	if err != nil {
		return err
	}
	var records []journal.Record
	for n := range open {
		in := &open[n]
		i := in.Step
		_, waits := e.parked[i]
		switch {
		case e.settled[i], waits:
		case whole[i]:
			if err := e.wasDone(i, of(open, i)); err != nil {
				return err
			}
		case odd[i]:
			e.finish(i, disk.Result{}, &disk.Drift{Path: in.Path, Trash: in.Place, Why: neither})
		case wrong[i] != nil:
			e.finish(i, disk.Result{}, wrong[i])
		default:
			records = append(records, journal.Record{Done: &journal.Done{Step: i, Side: in.Side, Outcome: journal.Undone}})
		}
	}
	if err := e.run.write(false, records...); err != nil {
		return err
	}
	e.note()
	return e.run.broken
}

// refill gives names back what was taken from them to be replaced, and was not. That comes first: a file that was
// moved, and was then to be replaced by a copy with another mode, is at neither end of its move otherwise.
func (e *executor) refill(open []journal.Intent) error {
	for n := range open {
		in := &open[n]
		if in.Kind != journal.Replace || e.over(in.Step) {
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

// over tells of a step that is settled, and of which only the mode of what it made was open: that is set
// in the end.
func (e *executor) over(i int) bool { return e.settled[i] && e.results[i].Outcome == Done }

// wasDone settles a step that an earlier run carried out without writing it down.
func (e *executor) wasDone(i int, intents []journal.Intent) error {
	result := disk.Result{}
	for _, in := range intents {
		if in.Kind == journal.Trash || in.Kind == journal.Replace {
			result.Trash = in.Place
		}
	}
	var err error
	if result.Entry, err = e.disk(i).At(string(e.steps[i].Path)); err != nil {
		return err
	}
	e.finish(i, result, nil)
	e.isDone(i)
	return nil
}
