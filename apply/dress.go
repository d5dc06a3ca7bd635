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

// sharing is a task's file, as it was found, that is to get another time or mode.
type sharing struct {
	*task
	at tree.State
}

// dress gives the file of a task, which was moved or is where it was, its new time and mode. result is what is
// known of it so far.
func (e *executor) dress(t *task, result disk.Result) {
	at := *t.Before
	var err error
	if t.After.Type == tree.File && t.After.Mtime != at.Mtime {
		if result, err = t.disk.Touch(t.Path, &at, t.After.Mtime); err == nil {
			at.Mtime = result.Entry.Mtime.Add(-e.run.shift.since[t.Side])
		}
	}
	if err == nil && t.After.Mode.Known() && t.After.Mode != at.Mode {
		result, err = t.disk.Chmod(t.Path, &at, t.After.Mode)
	}
	if errors.Is(err, disk.ErrShared) {
		e.shared = append(e.shared, sharing{t, at})
		return
	}
	t.noteResult(result, err)
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
	for i := range group {
		f := &group[i]
		if e.halted() != nil {
			break
		}
		if f.noted() {
			continue
		}
		result, err := f.disk.Replace(f.Path, &f.at, f.staged, f.place)
		f.noteResult(result, err)
		if err != nil {
			e.installed(f.task)
		}
	}
	e.barrier()
}

// preserveShared puts out of reach what is to be displaced on a volume that may lose what is renamed. A moved
// file was put there before.
func (e *executor) preserveShared(group []sharing) {
	var list plan.Sides[[]endangered]
	for i := range group {
		f := &group[i]
		if f.copy == nil && e.run.fat[f.Side] {
			list[f.Side] = append(list[f.Side], endangered{task: f.task, at: f.Path, state: &f.at, twins: e.tasks.counterpart(f.task)})
		}
	}
	for _, side := range plan.BothSides {
		e.keep(side, list[side])
	}
}

// counterpart is the file of the same path on the other side, unless the plan changes it: most probably it has
// the same content.
func (ts *tasks) counterpart(t *task) []tree.Path {
	if ts.about(t.Side.Other(), t.Path) != nil {
		return nil
	}
	return []tree.Path{t.Path}
}

// stageShared stages the copies, and tells whether they are durable.
func (e *executor) stageShared(group []sharing) bool {
	var staged []*task
	for i := range group {
		f := &group[i]
		if f.noted() {
			continue
		}
		var err error
		if f.staged, err = f.disk.StageCopy(e.ctx, f.Path, &f.at, f.After); err != nil {
			f.noteError(err)
		}
		staged = append(staged, f.task)
	}
	return e.durable(staged)
}

// announceShared writes down that the copies are about to get the names.
func (e *executor) announceShared(group []sharing) bool {
	var records []journal.Record
	for i := range group {
		f := &group[i]
		if f.noted() {
			continue
		}
		place, err := f.disk.Place(f.Path)
		if err != nil {
			f.noteError(err)
			continue
		}
		f.place = place
		was := hashed(&f.at, &tree.State{Type: tree.File, SHA256: f.staged.Hash})
		becoming := *was
		becoming.Mtime, becoming.Mode = f.After.Mtime, f.After.Mode
		in := f.intent(journal.Replace, was, &becoming)
		in.Staged, in.Place = f.staged.Name, place
		records = append(records, journal.Record{Intent: &in})
	}
	return e.record(records)
}

// dresses tells of a task that gives a file another time or mode, and where that file is before.
func (t *task) dresses() (tree.Path, bool) {
	if t.Before.Of() != tree.File || t.After.Of() != tree.File {
		return "", false
	}
	differs := t.After.Mtime != t.Before.Mtime || t.After.Mode.Known() && t.After.Mode != t.Before.Mode
	switch t.Action {
	case plan.Move:
		return t.From, differs
	case plan.Touch, plan.Chmod:
		return t.Path, differs
	}
	return "", false
}
