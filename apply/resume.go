package apply

import (
	"errors"
	"fmt"
	"slices"

	"treaty/apply/internal/disk"
	"treaty/apply/internal/journal"
	"treaty/plan"
	"treaty/plan/tree"
)

// takeUp brings the executor to where an interrupted run was: what was done stays done, what is open and
// came to its end is done too, and what is open and did not is settled back, to be done anew.
func (e *executor) takeUp(j *journal.Journal) error {
	open := j.Open
	for i := range e.steps {
		done := j.Done[i]
		if done == nil || e.settled[i] {
			continue
		}
		if e.run.left[e.steps[i].Side] == nil && Outcome(done.Outcome) == Done {
			// The other side was settled by itself meanwhile, and knew less.
			open = append(of(j.Closed, i), open...)
			continue
		}
		e.restore(i, done)
	}
	for i := range open {
		if in := &open[i]; in.Step >= len(e.steps) || in.Side != e.steps[in.Step].Side {
			return fmt.Errorf("%w: its journal does not fit the plan", ErrOpen)
		}
	}
	if err := e.settleOpen(open, true); err != nil {
		return err
	}
	for _, in := range slices.Concat(j.Closed, open) {
		made := func(r revived) bool { return r.side == in.Side && r.path == in.Path }
		if at, err := e.run.disks[in.Side].At(string(in.Path)); in.Kind == journal.Revive && err == nil && at.Type == tree.Directory &&
			!slices.ContainsFunc(e.revived, made) {
			e.revived = append(e.revived, revived{in.Step, in.Side, in.Path, in.After.Mode})
		}
	}
	for _, side := range plan.BothSides {
		if err := e.run.disks[side].ClearStage(e.run.plan.ID); err != nil {
			return err
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
	if (step.Action == plan.Create || step.Action == plan.Update) && step.After.Type == tree.File {
		e.bytes.Add(step.After.Size)
	}
}

// settleOpen examines the open intents. With forward, steps all of whose changes were made are done. The
// others are settled back, the last first.
func (e *executor) settleOpen(open []journal.Intent, forward bool) error {
	found := make([]finding, len(open))
	whole, odd := map[int]bool{}, map[int]bool{}
	for n := range open {
		in := &open[n]
		d := e.run.disks[in.Side]
		if d == nil || e.over(in.Step) {
			continue
		}
		var err error
		if found[n], err = examine(d, in); err != nil {
			return err
		}
		// What is revived only makes room for what the step is about.
		if before, known := whole[in.Step]; in.Kind != journal.Revive {
			whole[in.Step] = found[n] == carried && (before || !known)
		}
		odd[in.Step] = odd[in.Step] || found[n] == strange
	}
	wrong := map[int]*disk.Drift{}
	for n, in := range slices.Backward(open) {
		d := e.run.disks[in.Side]
		if d == nil || e.over(in.Step) || whole[in.Step] && forward {
			continue
		}
		if forward && odd[in.Step] {
			continue // nothing of it is touched
		}
		err := back(d, &in, found[n])
		var drift *disk.Drift
		switch {
		case errors.As(err, &drift):
			wrong[in.Step] = drift
			if drift.Trash == "" && in.Place != "" {
				if at, err := d.At(in.Place); err == nil && at.Type != tree.Absent {
					drift.Trash = in.Place
				}
			}
		case err != nil:
			return err
		}
	}
	for _, d := range e.run.disks {
		if d == nil {
			continue
		}
		if err := d.Barrier(); err != nil {
			return err
		}
	}
	var records []journal.Record
	for n := range open {
		in := &open[n]
		i := in.Step
		if e.run.disks[in.Side] == nil || e.over(i) || e.settled[i] {
			continue
		}
		switch {
		case whole[i] && forward:
			if err := e.wasDone(i, of(open, i)); err != nil {
				return err
			}
		case wrong[i] != nil:
			e.finish(i, disk.Result{}, wrong[i])
		case odd[i]:
			e.finish(i, disk.Result{}, &disk.Drift{Path: in.Path, Trash: in.Place, Why: "it is neither what it was nor what it was to become"})
		case forward:
			records = append(records, journal.Record{Done: &journal.Done{Step: i, Side: in.Side, Outcome: journal.Undone}})
		}
	}
	if !forward {
		return nil
	}
	if err := e.run.write(false, records...); err != nil {
		return err
	}
	e.note()
	return e.run.broken
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
	e.isDone(i)
	e.finish(i, result, nil)
	return nil
}
