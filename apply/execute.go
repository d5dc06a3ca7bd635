package apply

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"treaty/apply/internal/disk"
	"treaty/apply/internal/journal"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// executor carries out steps, in phases over the whole plan:
//
//  1. directories, parents first, also where a file or link makes way for one, which, if it is to move,
//     waits in the trash
//  2. moves, in an order in which every name is free when it is needed; cycles through the trash
//  3. files and links created or updated, in groups: stage all, one barrier, swap all, one barrier
//  4. modes and times of files
//  5. deletes of files and links
//  6. emptied directories, deepest first, also where one makes way for a file or link
//  7. modes of directories, deepest first: one that is to lose its write bit loses it when all in it is
//     done, and one that is to gain it has it from the start
//
// Creations come before deletions, so that a run that stops half-way has too much rather than too
// little. A step that fails fails only what depends on it.
//
// On a volume that may lose what is renamed (FAT-class), phases 1 to 3 come after those of the other side,
// and after what they displace was copied there (preserve.go); its groups are small, and nothing else is
// pending when one is begun. The order of all is in order.go.
type executor struct {
	run   *run
	tasks *tasks
	// aside are the moves that wait for others in a circle.
	aside map[*task]bool
	// revived are the directories that were made for what a resolution brought back.
	revived []revived
	former  *former
	// held are the names that were, before anything was done, in each directory that is to go.
	held map[*task]map[string]bool
	// shared are the files whose attributes are other names' too.
	shared []sharing
	ctx    context.Context
}

// revived is a directory that no step names.
type revived struct {
	task *task // that needed it
	path tree.Path
	mode tree.Mode
}

func newExecutor(r *run, steps []plan.Step) *executor {
	return &executor{run: r, tasks: newTasks(steps, r.disks, r.progress), aside: map[*task]bool{}}
}

// carryOut carries everything out. What it could not get to is failed.
func (e *executor) carryOut(ctx context.Context) {
	e.ctx = ctx
	e.look()
	e.spare()
	for _, phase := range phases(e.run.fat) {
		does[phase.work](e, phase.on)
	}
	for _, t := range e.tasks.pending() {
		t.note(Failed, e.halted().Error())
		t.unpark()
	}
	// What is done and could not be made durable is not done.
	for _, t := range e.tasks.fresh {
		if t.done() {
			t.note(Failed, "it was carried out, and it is not known whether it will last")
		}
	}
	e.late()
	if e.run.request.Verify {
		e.verify()
	}
}

// halted is why the run goes no further, nil as long as it does.
func (e *executor) halted() error {
	if err := e.ctx.Err(); err != nil {
		return errors.New("not reached before the interrupt")
	}
	for _, d := range e.run.disks {
		if err := d.Stopped(); err != nil {
			return err
		}
	}
	return e.run.broken
}

// orphaned settles a step whose directory is not there, or whose name was to be free and is not: what the
// plan was to do about that failed, or a person took it out of the plan.
func (e *executor) orphaned(t *task) bool {
	if before := e.tasks.occupies(t); before != nil && before.noted() && !before.done() {
		t.note(before.result.Outcome, string(plan.NotVacated))
		return true
	}
	for dir := t.Path.Parent(); dir != tree.Root; dir = dir.Parent() {
		above := e.tasks.at[t.Side][dir]
		if above != nil && above.After.Of() == tree.Directory && above.noted() && !above.done() {
			t.note(above.result.Outcome, "its directory was not made")
			return true
		}
	}
	d, err := e.run.roots[t.Side].Dir(t.Path.Parent())
	if err == nil {
		d.Release()
		return false
	}
	switch {
	case !notDirectory(err):
		return false
	case e.run.seen.Has(t.Side, t.Path.Parent()):
		t.note(Drifted, "the directory that it belongs in is gone")
	case t.Conflict != 0 && errors.Is(err, fs.ErrNotExist):
		return e.revive(t)
	default:
		t.note(Skipped, string(plan.NotThere))
	}
	return true
}

// notDirectory tells of errors of opening what is not there, or is no directory.
func notDirectory(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, scan.ErrNotDirectory) || errors.Is(err, scan.ErrSymlink)
}

// revive makes the directories above what a resolution brings back: the other side has them.
func (e *executor) revive(t *task) bool {
	var missing []tree.Path
	for dir := t.Path.Parent(); dir != tree.Root; dir = dir.Parent() {
		d, err := e.run.roots[t.Side].Dir(dir)
		if err == nil {
			d.Release()
			break
		}
		missing = append(missing, dir)
	}
	for _, dir := range slices.Backward(missing) {
		mode := tree.Mode(0)
		if d, err := e.run.roots[t.Side.Other()].Dir(dir); err == nil {
			if self, err := d.Self(); err == nil && e.run.plan.Snapshot(t.Side).Filesystem.Modes {
				mode = self.Mode
			}
			d.Release()
		}
		after := tree.State{Type: tree.Directory, Mode: mode}
		intent := journal.Intent{Step: t.number, Kind: journal.Revive, Side: t.Side, Path: dir, After: &after}
		err := e.run.write(true, journal.Record{Intent: &intent})
		if err == nil {
			_, err = t.disk.Mkdir(dir, disk.Workable(mode), true)
		}
		if err != nil {
			t.noteError(err)
			return true
		}
		e.revived = append(e.revived, revived{t, dir, mode})
	}
	return false
}

// metadata sets the times and modes of files.
func (e *executor) metadata(on sides) {
	touched := e.tasks.choose(on, func(t *task) bool { return t.Action == plan.Touch })
	e.batch(on, touched, func(t *task) { e.dress(t, disk.Result{}) })
	e.batch(on, e.tasks.choose(on, func(t *task) bool { return t.Action == plan.Chmod && t.After.Type != tree.Directory }), e.chmod)
}

// deletes moves files and links to the trash.
func (e *executor) deletes(on sides) {
	doomed := e.tasks.choose(on, func(t *task) bool { return t.Action == plan.Delete && t.Before.Type != tree.Directory })
	e.batch(on, doomed, func(t *task) {
		result, err := t.disk.Trash(t.Path, t.Before, t.place)
		e.tasks.displaced(t, result.Trash)
		t.noteResult(result, err)
	})
}

// installed counts what a task has put in place, or drops what it could not.
func (e *executor) installed(t *task) {
	if t.done() {
		t.result.SHA256 = t.staged.Hash
		t.notes.bytes += t.staged.Size
	} else if err := t.disk.Discard(t.staged); err != nil && e.halted() == nil {
		t.result.Error += "; what was staged stays: " + err.Error()
	}
}

// receiptResults are the results in the order of the plan, those of conflicts that were left alone
// included.
func (e *executor) receiptResults() []Result {
	results := e.tasks.results()
	for i := range e.run.plan.Conflicts {
		if c := &e.run.plan.Conflicts[i]; c.Resolution == plan.SkipPath {
			results = append(results, Result{Conflict: c.ID, Path: c.Path, Outcome: Skipped, Error: string(plan.SaysSo)})
		}
	}
	return results
}
