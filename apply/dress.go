package apply

import (
	"errors"

	"treaty/apply/internal/disk"
	"treaty/apply/internal/journal"
	"treaty/plan"
	"treaty/plan/tree"
)

// A file that has other names (hard links) shares its time and its mode with them, wherever they are. So such a
// file is replaced by a copy with the attributes that it is to get, and the old file, which the other names
// are of, goes to the trash. How many names a file has is only known when it is open; the intents to touch and
// to chmod are in the journal by then, and are joined by one to replace.

// sharing is a step's file, as it was found, that is to get another time or mode.
type sharing struct {
	step int
	at   tree.State
}

// dress gives the file of a step, which was moved or is where it was, its new time and mode. result is what is
// known of it so far.
func (e *executor) dress(i int, result disk.Result) {
	step, at := &e.steps[i], *e.steps[i].Before
	var err error
	if step.After.Type == tree.File && step.After.Mtime != at.Mtime {
		if result, err = e.disk(i).Touch(step.Path, &at, step.After.Mtime); err == nil {
			at.Mtime = result.Entry.Mtime.Add(-e.run.shift.since[step.Side])
		}
	}
	if err == nil && step.After.Mode.Known() && step.After.Mode != at.Mode {
		result, err = e.disk(i).Chmod(step.Path, &at, step.After.Mode)
	}
	if errors.Is(err, disk.ErrShared) {
		e.shared = append(e.shared, sharing{i, at})
		return
	}
	e.finish(i, result, err)
}

// redress replaces the files that were found to have other names: staged, durable, announced and exchanged as
// contents are.
func (e *executor) redress() {
	group := e.shared
	e.shared = nil
	if len(group) == 0 || e.halted() != nil {
		return
	}
	e.preserveShared(group)
	if !e.stageShared(group) || !e.announceShared(group) {
		return
	}
	for _, f := range group {
		if e.halted() != nil {
			break
		}
		if i := f.step; !e.settled[i] {
			result, err := e.disk(i).Replace(e.steps[i].Path, &f.at, e.staged[i], e.place[i])
			e.finish(i, result, err)
			if err != nil {
				e.installed(i, e.staged[i])
			}
		}
	}
	e.barrier()
}

// preserveShared puts out of reach what is to be displaced on a volume that may lose what is renamed. A moved
// file was put there before.
func (e *executor) preserveShared(group []sharing) {
	var list plan.Sides[[]endangered]
	for _, f := range group {
		step := &e.steps[f.step]
		if _, kept := e.run.copies[f.step]; !kept && e.run.fat[step.Side] {
			list[step.Side] = append(list[step.Side], endangered{step: f.step, at: step.Path, state: &f.at, twins: e.counterpart(step)})
		}
	}
	for _, side := range plan.BothSides {
		e.keep(side, list[side])
	}
}

// counterpart is the file of the same path on the other side, unless the plan changes it: most probably it has
// the same content.
func (e *executor) counterpart(step *plan.Step) []tree.Path {
	other := step.Side.Other()
	_, changes := e.planned[other][step.Path]
	_, leaves := e.vacating[other][step.Path]
	if changes || leaves {
		return nil
	}
	return []tree.Path{step.Path}
}

// stageShared stages the copies, and tells whether they are durable.
func (e *executor) stageShared(group []sharing) bool {
	var of plan.Sides[[]disk.Staged]
	for _, f := range group {
		i := f.step
		if e.settled[i] {
			continue
		}
		staged, err := e.disk(i).StageCopy(e.ctx, e.steps[i].Path, &f.at, e.steps[i].After)
		if err != nil {
			e.finish(i, disk.Result{}, err)
			continue
		}
		e.staged[i] = staged
		of[e.steps[i].Side] = append(of[e.steps[i].Side], staged)
	}
	for _, side := range plan.BothSides {
		if len(of[side]) > 0 && e.run.disks[side].Barrier(of[side]...) != nil {
			return false
		}
	}
	return true
}

// announceShared writes down that the copies are about to get the names.
func (e *executor) announceShared(group []sharing) bool {
	var records []journal.Record
	for _, f := range group {
		i := f.step
		if e.settled[i] {
			continue
		}
		place, err := e.disk(i).Place(e.steps[i].Path)
		if err != nil {
			e.finish(i, disk.Result{}, err)
			continue
		}
		e.place[i] = place
		was := hashed(&f.at, &tree.State{Type: tree.File, SHA256: e.staged[i].Hash})
		becoming := *was
		becoming.Mtime, becoming.Mode = e.steps[i].After.Mtime, e.steps[i].After.Mode
		records = append(records, journal.Record{Intent: &journal.Intent{Step: i, Kind: journal.Replace, Side: e.steps[i].Side,
			Path: e.steps[i].Path, Staged: e.staged[i].Name, Place: place, Before: was, After: &becoming}})
	}
	return e.record(records)
}

// dresses tells of a step that gives a file another time or mode, and where that file is before.
func dresses(step *plan.Step) (tree.Path, bool) {
	if step.Before.Of() != tree.File || step.After.Of() != tree.File {
		return "", false
	}
	differs := step.After.Mtime != step.Before.Mtime || step.After.Mode.Known() && step.After.Mode != step.Before.Mode
	switch step.Action {
	case plan.Move:
		return step.From, differs
	case plan.Touch, plan.Chmod:
		return step.Path, differs
	}
	return "", false
}
