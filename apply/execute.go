package apply

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"sync/atomic"

	"treaty/apply/internal/disk"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// executor carries out steps, in phases over the whole plan:
//
//  1. directories, parents first, also where a file or link makes way for one
//  2. moves, in an order in which every name is free when it is needed; cycles through the trash
//  3. files and links created or updated, in groups: stage all, one barrier, swap all, one barrier
//  4. modes and times
//  5. deletes of files and links
//  6. emptied directories, deepest first, also where one makes way for a file or link
//
// Creations come before deletions, so that a run that stops half-way has too much rather than too
// little. A step that fails fails only what depends on it.
type executor struct {
	run     *run
	steps   []plan.Step
	results []Result
	settled []bool
	// after is what each step left behind, read back from the disk.
	after []tree.Entry
	// order has the steps by path, what holds something before what is in it, whatever order the plan
	// has them in.
	order []int
	// moved tells where a file that a step takes as its source is now.
	moved plan.Sides[map[tree.Path]tree.Path]
	// planned are the steps by the path that they change.
	planned plan.Sides[map[tree.Path]int]
	// vacating are the moves by the path that they come from.
	vacating plan.Sides[map[tree.Path]int]
	// revived are the directories that were made for what a resolution brought back.
	revived []revived
	former  *former
	bytes   atomic.Int64
	ctx     context.Context
}

// revived is a directory that no step names.
type revived struct {
	side plan.Side
	path tree.Path
	mode tree.Mode
}

func newExecutor(r *run, steps []plan.Step) *executor {
	e := &executor{run: r, steps: steps, results: make([]Result, len(steps)), settled: make([]bool, len(steps)), after: make([]tree.Entry, len(steps))}
	for _, side := range plan.BothSides {
		e.moved[side], e.planned[side], e.vacating[side] = map[tree.Path]tree.Path{}, map[tree.Path]int{}, map[tree.Path]int{}
	}
	for i := range steps {
		step := &steps[i]
		e.planned[step.Side][step.Path] = i
		if step.Action == plan.Move {
			e.vacating[step.Side][step.From] = i
		}
		side, action := step.Side, step.Action
		e.results[i] = Result{Conflict: step.Conflict, Side: &side, Action: &action, Path: step.Path}
		if step.Conflict == 0 {
			e.results[i].Operation = step.ID
		}
		if step.Skipped != "" {
			e.settle(i, Skipped, step.Skipped)
		}
		e.order = append(e.order, i)
	}
	slices.SortStableFunc(e.order, func(i, j int) int { return tree.Compare(steps[i].Path, steps[j].Path) })
	return e
}

// carryOut carries everything out. What it could not get to is failed.
func (e *executor) carryOut(ctx context.Context) {
	e.ctx = ctx
	for _, phase := range []func(){e.directories, e.moves, e.contents, e.metadata, e.deletes, e.emptied} {
		phase()
	}
	for i := range e.steps {
		if !e.settled[i] {
			e.settle(i, Failed, e.halted().Error())
		}
	}
}

// halted is why the run goes no further, nil as long as it does.
func (e *executor) halted() error {
	if err := e.ctx.Err(); err != nil {
		return errors.New("interrupted before it was reached")
	}
	for _, d := range e.run.disks {
		if err := d.Stopped(); err != nil {
			return err
		}
	}
	return nil
}

func (e *executor) disk(i int) *disk.Tree { return e.run.disks[e.steps[i].Side] }

func (e *executor) settle(i int, outcome Outcome, why string) {
	e.settled[i] = true
	e.results[i].Outcome, e.results[i].Error = outcome, why
	if e.run.progress != nil && e.steps[i].Skipped == "" {
		e.run.progress.Done.Add(1)
	}
}

// finish records what became of a step.
func (e *executor) finish(i int, result disk.Result, err error) {
	var drift *disk.Drift
	switch {
	case err == nil:
		e.settle(i, Done, "")
		e.after[i] = result.Entry
		e.results[i].Trash = result.Trash
		e.results[i].SHA256 = hashOf(&e.steps[i])
	case errors.As(err, &drift):
		e.settle(i, Drifted, drift.Error())
		e.results[i].Trash = drift.Trash
	case errors.Is(err, disk.ErrDrift), errors.Is(err, disk.ErrSource), errors.Is(err, scan.ErrChanged):
		e.settle(i, Drifted, err.Error())
	case errors.Is(err, disk.ErrNotEmpty):
		e.settle(i, Skipped, err.Error())
	default:
		e.settle(i, Failed, err.Error())
	}
}

// each calls do for every unsettled step that is chosen, as long as the run goes on.
func (e *executor) each(chosen func(*plan.Step) bool, do func(i int)) {
	for _, i := range e.order {
		if !e.settled[i] && chosen(&e.steps[i]) {
			if e.halted() != nil {
				return
			}
			do(i)
		}
	}
}

// orphaned settles a step whose directory is not there: one that the plan was to make failed, one that
// a person took out of the plan is skipped.
func (e *executor) orphaned(i int) bool {
	step := &e.steps[i]
	for dir := step.Path.Parent(); dir != tree.Root; dir = dir.Parent() {
		if j, ok := e.planned[step.Side][dir]; ok && e.steps[j].After.Of() == tree.Directory && e.settled[j] && e.results[j].Outcome != Done {
			e.settle(i, e.results[j].Outcome, "its directory was not made")
			return true
		}
	}
	d, err := e.run.roots[step.Side].Dir(step.Path.Parent())
	if err == nil {
		d.Release()
		return false
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if step.Conflict != 0 {
		return e.revive(i)
	}
	e.settle(i, Skipped, "the directory that it belongs in is not there")
	return true
}

// revive makes the directories above what a resolution brings back: the other side has them.
func (e *executor) revive(i int) bool {
	step := &e.steps[i]
	var missing []tree.Path
	for dir := step.Path.Parent(); dir != tree.Root; dir = dir.Parent() {
		d, err := e.run.roots[step.Side].Dir(dir)
		if err == nil {
			d.Release()
			break
		}
		missing = append(missing, dir)
	}
	for n := len(missing) - 1; n >= 0; n-- {
		mode := tree.Mode(0)
		if d, err := e.run.roots[step.Side.Other()].Dir(missing[n]); err == nil {
			if self, err := d.Self(); err == nil && e.run.plan.Snapshot(step.Side).Filesystem.Modes {
				mode = self.Mode
			}
			d.Release()
		}
		if _, err := e.disk(i).Mkdir(missing[n], mode, true); err != nil {
			e.finish(i, disk.Result{}, err)
			return true
		}
		e.revived = append(e.revived, revived{step.Side, missing[n], mode})
	}
	return false
}

// directories makes what becomes a directory.
func (e *executor) directories() {
	e.each(func(s *plan.Step) bool { return s.After.Of() == tree.Directory && s.Before.Of() != tree.Directory }, func(i int) {
		if e.orphaned(i) {
			return
		}
		step := &e.steps[i]
		var aside disk.Result
		if j, occupied := e.vacating[step.Side][step.Path]; occupied && !e.settled[j] {
			e.move(j)
		}
		if step.Action == plan.Update {
			var err error
			if aside, err = e.disk(i).Trash(step.Path, step.Before, ""); err != nil {
				e.finish(i, disk.Result{}, err)
				return
			}
		}
		result, err := e.disk(i).Mkdir(step.Path, workable(step.After.Mode), false)
		result.Trash = aside.Trash
		e.finish(i, result, err)
	})
}

// workable is a mode under which the owner can work in a directory; the exact one comes last.
func workable(mode tree.Mode) tree.Mode {
	if !mode.Known() {
		return mode
	}
	return tree.Perm(mode.Bits() | 0o700)
}

// metadata sets modes and times, and the exact modes of new directories, deepest first.
func (e *executor) metadata() {
	e.each(func(s *plan.Step) bool { return s.Action == plan.Touch }, func(i int) {
		step := &e.steps[i]
		result, err := e.disk(i).Touch(step.Path, step.Before, step.After.Mtime)
		if err == nil && step.After.Mode.Known() && step.After.Mode != step.Before.Mode {
			touched := *step.After
			touched.Mode = step.Before.Mode
			result, err = e.disk(i).Chmod(step.Path, &touched, step.After.Mode)
		}
		e.finish(i, result, err)
	})
	for _, i := range slices.Backward(e.order) {
		step := &e.steps[i]
		if e.halted() != nil {
			return
		}
		made := e.settled[i] && e.results[i].Outcome == Done && step.After.Of() == tree.Directory && step.Action != plan.Chmod
		switch {
		case made && workable(step.After.Mode) != step.After.Mode:
			before := *step.After
			before.Mode = workable(before.Mode)
			if _, err := e.disk(i).Chmod(step.Path, &before, step.After.Mode); err != nil {
				e.settle(i, Failed, err.Error())
			}
		case !e.settled[i] && step.Action == plan.Chmod:
			result, err := e.disk(i).Chmod(step.Path, step.Before, step.After.Mode)
			e.finish(i, result, err)
		}
	}
}

// deletes moves files and links to the trash.
func (e *executor) deletes() {
	e.each(func(s *plan.Step) bool { return s.Action == plan.Delete && s.Before.Type != tree.Directory }, func(i int) {
		result, err := e.disk(i).Trash(e.steps[i].Path, e.steps[i].Before, "")
		e.finish(i, result, err)
	})
	e.barrier()
}

// emptied removes directories, deepest first, and puts in place what takes the name of one.
func (e *executor) emptied() {
	for _, i := range slices.Backward(e.order) {
		step := &e.steps[i]
		if e.settled[i] || step.Before.Of() != tree.Directory || e.halted() != nil {
			continue
		}
		staged, err := e.stageFor(i)
		if err != nil {
			e.finish(i, disk.Result{}, err)
			continue
		}
		_, err = e.disk(i).Rmdir(step.Path, e.litter)
		e.run.roots[step.Side].Forget(step.Path)
		if err != nil || step.Action == plan.Delete {
			e.finish(i, disk.Result{}, err)
			continue
		}
		result, err := e.disk(i).Create(step.Path, staged)
		e.finish(i, result, err)
	}
	e.barrier()
}

// litter tells whether a name in a directory that goes may go with it.
func (e *executor) litter(name string) bool {
	return e.run.plan.Options.DefaultIgnores && plan.Litter(name)
}

// barrier makes durable what was done on both sides. An error stops the disk that it happened on.
func (e *executor) barrier() {
	for _, d := range e.run.disks {
		if d.Stopped() == nil {
			_ = d.Barrier()
		}
	}
}

// receiptResults are the results in the order of the plan, those of conflicts that were left alone
// included.
func (e *executor) receiptResults() []Result {
	results := append([]Result{}, e.results...)
	for i := range e.run.plan.Conflicts {
		if c := &e.run.plan.Conflicts[i]; c.Resolution == plan.SkipPath {
			results = append(results, Result{Conflict: c.ID, Path: c.Path, Outcome: Skipped, Error: "the plan says so"})
		}
	}
	return results
}

// hashOf is the hash of the content that a step writes or moves aside, zero where there is none or it is
// not known.
func hashOf(step *plan.Step) tree.Hash {
	switch {
	case step.After.Of() == tree.File:
		return step.After.SHA256
	case step.After == nil && step.Before.Of() == tree.File:
		return step.Before.SHA256
	}
	return tree.Hash{}
}
