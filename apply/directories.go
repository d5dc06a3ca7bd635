package apply

import (
	"errors"
	"slices"

	"treaty/apply/internal/disk"
	"treaty/apply/internal/journal"
	"treaty/plan"
	"treaty/plan/tree"
)

// directories makes what becomes a directory.
func (e *executor) directories(on sides) {
	list := e.tasks.choose(on, (*task).makesDirectory)
	for _, t := range list {
		if before := e.tasks.occupies(t); before != nil && !before.noted() && !e.announce(before) {
			return
		}
	}
	e.batch(on, list, func(t *task) {
		if e.orphaned(t) {
			return
		}
		if before := e.tasks.occupies(t); before != nil && !before.noted() {
			if before.park(); e.orphaned(t) {
				return
			}
		}
		t.makeDirectory()
	})
}

// makeDirectory makes the directory of a task. A file or link that makes way for it goes to the trash.
func (t *task) makeDirectory() {
	var aside disk.Result
	if t.Action == plan.Update {
		var err error
		if aside, err = t.disk.Trash(t.Path, t.Before, t.place); err != nil {
			t.noteError(err)
			return
		}
	}
	result, err := t.disk.Mkdir(t.Path, disk.Workable(t.After.Mode), false)
	result.Trash = aside.Trash
	if t.noteResult(result, err); err != nil {
		t.result.Trash = aside.Trash
	}
}

// emptied removes directories, deepest first, and puts in place what takes the name of one.
func (e *executor) emptied(on sides) {
	doomed := e.tasks.choose(on, (*task).takesDirectory)
	slices.SortStableFunc(doomed, func(a, b *task) int { return tree.Compare(b.Path, a.Path) })
	for group := range slices.Chunk(doomed, e.groupSize(on)) {
		puts := slices.DeleteFunc(slices.Clone(group), func(t *task) bool { return t.After == nil })
		if !e.stageAll(puts) || !e.announce(group...) {
			return
		}
		e.perform(group, func(t *task) {
			result, err := e.rmdir(t)
			switch {
			case err == nil && t.After != nil:
				put, err := t.disk.Create(t.Path, t.staged)
				put.Trash = result.Trash
				t.noteResult(put, err)
			case errors.Is(err, disk.ErrNotEmpty):
				t.note(e.remains(t, err), t.why(err))
			default:
				t.noteResult(result, err)
			}
			if t.After != nil {
				e.installed(t)
			}
		})
	}
}

// rmdir removes the emptied directory of a task. Litter in it goes to the trash.
func (e *executor) rmdir(t *task) (disk.Result, error) {
	litter, err := t.disk.Rmdir(t.Path, e.litter)
	e.run.roots[t.Side].Forget(t.Path)
	var result disk.Result
	if len(litter) > 0 {
		result.Trash = string(tree.Path(litter[0]).Parent())
	}
	return result, err
}

// look notes what is in the directories that are to go.
func (e *executor) look() {
	e.held = map[*task]map[string]bool{}
	for _, t := range e.tasks.choose(sides{true, true}, (*task).takesDirectory) {
		e.held[t] = map[string]bool{}
		d, err := e.run.roots[t.Side].Dir(t.Path)
		if err != nil {
			continue // what is wrong with it shows when it is to go
		}
		names, _ := d.Names()
		d.Release()
		for _, name := range names {
			e.held[t][name] = true
		}
	}
}

// remains is what became of a directory that is not empty: the worst of what became of what is left in
// it. Something new is drift; the rest stays because the plan does not list it, or it is ignored.
func (e *executor) remains(t *task, err error) Outcome {
	var left *disk.NotEmpty
	if !errors.As(err, &left) || len(left.Names) == 0 {
		return Drifted
	}
	outcome := Skipped
	for _, name := range left.Names {
		was := Outcome("")
		if in := e.tasks.about(t.Side, t.Path.Join(name)); in != nil {
			was = in.result.Outcome
		}
		switch {
		case was == Failed:
			return Failed
		case was == Drifted, !e.held[t][name]:
			outcome = Drifted
		}
	}
	return outcome
}

// widens tells of a change of mode that lets the owner work in a directory.
func (t *task) widens() bool {
	return t.Action == plan.Chmod && t.After.Type == tree.Directory && t.Before.Mode.Known() && t.Before.Mode != disk.Workable(t.Before.Mode) &&
		t.After.Mode == disk.Workable(t.After.Mode)
}

// widen lets the owner work in the directories in which the plan lets them, parents first.
func (e *executor) widen(on sides) {
	e.batch(on, e.tasks.choose(on, (*task).widens), e.chmod)
}

func (e *executor) chmod(t *task) {
	result, err := t.disk.Chmod(t.Path, t.Before, t.After.Mode)
	if errors.Is(err, disk.ErrShared) {
		e.shared = append(e.shared, sharing{t, *t.Before})
		return
	}
	t.noteResult(result, err)
}

// due is a mode that a directory is to have when all is done in it: its own of a task, or of one that was revived for it.
type due struct {
	task *task
	journal.Intent
}

// directoryModes sets the exact modes of directories, deepest first: those that the plan changes, and
// those that were made workable while there was work in them. The latter get theirs also when the run was
// interrupted: nothing else would tell that they have another.
func (e *executor) directoryModes(on sides) {
	all := e.due(on)
	slices.SortStableFunc(all, func(a, b due) int { return tree.Compare(b.Path, a.Path) })
	var records []journal.Record
	for n := range all {
		records = append(records, journal.Record{Intent: &all[n].Intent})
	}
	if e.run.write(true, records...) != nil {
		return
	}
	for _, d := range all {
		t := d.task
		if t.disk.Stopped() != nil {
			continue
		}
		result, err := t.disk.Chmod(d.Path, d.Before, d.After.Mode)
		switch {
		case t.Path != d.Path: // revived: what is wrong shows in the next plan
		case t.Action == plan.Chmod || err != nil:
			t.noteResult(result, err)
		default:
			t.left.Mode = d.After.Mode
			e.tasks.fresh = append(e.tasks.fresh, t)
		}
	}
	e.barrier()
}

// due are the modes that directories on some sides are to have.
func (e *executor) due(on sides) []due {
	var all []due
	add := func(t *task, path tree.Path, before, after *tree.State) {
		in := t.intent(journal.Chmod, before, after)
		in.Path = path
		all = append(all, due{t, in})
	}
	made := func(t *task, path tree.Path, mode tree.Mode) {
		if at, err := t.disk.At(string(path)); disk.Workable(mode) == mode || err == nil && at.Mode == mode {
			return
		}
		add(t, path, &tree.State{Type: tree.Directory, Mode: disk.Workable(mode)}, &tree.State{Type: tree.Directory, Mode: mode})
	}
	for _, t := range e.tasks.all {
		switch {
		case t.After.Of() != tree.Directory || !on[t.Side]:
		case !t.noted() && t.Action == plan.Chmod && e.halted() == nil:
			add(t, t.Path, t.Before, t.After)
		case t.done() && t.Action != plan.Chmod:
			made(t, t.Path, t.After.Mode)
		}
	}
	for _, dir := range e.revived {
		if on[dir.task.Side] {
			made(dir.task, dir.path, dir.mode)
		}
	}
	return all
}

// litter tells whether a name in a directory that goes may go with it.
func (e *executor) litter(name string) bool {
	return e.run.plan.Options.DefaultIgnores && plan.Litter(name)
}
