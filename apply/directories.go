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
	steps := e.choose(on, func(s *plan.Step) bool { return s.After.Of() == tree.Directory && s.Before.Of() != tree.Directory })
	for _, i := range steps {
		if j, occupied := e.vacating[e.steps[i].Side][e.steps[i].Path]; occupied && !e.settled[j] && !e.announce(j) {
			return
		}
	}
	e.batch(on, steps, func(i int) {
		if e.orphaned(i) {
			return
		}
		step := &e.steps[i]
		var aside disk.Result
		if j, occupied := e.vacating[step.Side][step.Path]; occupied && !e.settled[j] {
			if e.park(j); e.orphaned(i) {
				return
			}
		}
		if step.Action == plan.Update {
			var err error
			if aside, err = e.disk(i).Trash(step.Path, step.Before, e.place[i]); err != nil {
				e.finish(i, disk.Result{}, err)
				return
			}
		}
		result, err := e.disk(i).Mkdir(step.Path, disk.Workable(step.After.Mode), false)
		result.Trash = aside.Trash
		if e.finish(i, result, err); err != nil {
			e.results[i].Trash = aside.Trash
		}
	})
}

// emptied removes directories, deepest first, and puts in place what takes the name of one.
func (e *executor) emptied(on sides) {
	var doomed []int
	for i := range e.steps {
		if !e.settled[i] && on[e.steps[i].Side] && e.steps[i].Before.Of() == tree.Directory && e.steps[i].After.Of() != tree.Directory {
			doomed = append(doomed, i)
		}
	}
	// What settles a conflict lists directories in no particular order.
	slices.SortStableFunc(doomed, func(a, b int) int { return tree.Compare(e.steps[b].Path, e.steps[a].Path) })
	for group := range slices.Chunk(doomed, e.groupSize(on)) {
		var puts []int
		for _, i := range group {
			if e.steps[i].After != nil {
				puts = append(puts, i)
			}
		}
		if !e.stageAll(puts) || !e.announce(group...) {
			return
		}
		e.perform(group, func(i int) {
			result, err := e.rmdir(i)
			if err == nil && e.steps[i].Action != plan.Delete {
				e.supplant(i, result)
				return
			}
			e.finish(i, result, err)
			if e.steps[i].Action != plan.Delete {
				e.installed(i, e.staged[i])
			}
		})
	}
}

// rmdir removes the emptied directory of a step. Litter in it goes to the trash.
func (e *executor) rmdir(i int) (disk.Result, error) {
	step := &e.steps[i]
	litter, err := e.disk(i).Rmdir(step.Path, e.litter)
	e.run.roots[step.Side].Forget(step.Path)
	var result disk.Result
	if len(litter) > 0 {
		result.Trash = string(tree.Path(litter[0]).Parent())
	}
	return result, err
}

// supplant puts what is staged where a directory was.
func (e *executor) supplant(i int, emptied disk.Result) {
	result, err := e.disk(i).Create(e.steps[i].Path, e.staged[i])
	result.Trash = emptied.Trash
	e.finish(i, result, err)
	e.installed(i, e.staged[i])
}

// look notes what is in the directories that are to go.
func (e *executor) look() {
	e.held = map[int]map[string]bool{}
	for i := range e.steps {
		if step := &e.steps[i]; !e.settled[i] && step.Before.Of() == tree.Directory && step.After.Of() != tree.Directory {
			e.held[i] = map[string]bool{}
			d, err := e.run.roots[step.Side].Dir(step.Path)
			if err != nil {
				continue // what is wrong with it shows when it is to go
			}
			names, _ := d.Names()
			d.Release()
			for _, name := range names {
				e.held[i][name] = true
			}
		}
	}
}

// remains is what became of a directory that is not empty: the worst of what became of what is left in
// it. Something new is drift; the rest stays because the plan does not list it, or it is ignored.
func (e *executor) remains(i int, err error) Outcome {
	var left *disk.NotEmpty
	if !errors.As(err, &left) || len(left.Names) == 0 {
		return Drifted
	}
	outcome := Skipped
	for _, name := range left.Names {
		step := &e.steps[i]
		j, listed := e.planned[step.Side][step.Path.Join(name)]
		if !listed {
			j, listed = e.vacating[step.Side][step.Path.Join(name)]
		}
		switch {
		case listed && e.settled[j] && e.results[j].Outcome == Failed:
			return Failed
		case listed && e.settled[j] && e.results[j].Outcome == Drifted, !e.held[i][name]:
			outcome = Drifted
		}
	}
	return outcome
}

// widens tells of a change of mode that lets the owner work in a directory.
func widens(s *plan.Step) bool {
	return s.Action == plan.Chmod && s.After.Type == tree.Directory && s.Before.Mode.Known() && s.Before.Mode != disk.Workable(s.Before.Mode) &&
		s.After.Mode == disk.Workable(s.After.Mode)
}

// widen lets the owner work in the directories in which the plan lets them, parents first.
func (e *executor) widen(on sides) { e.batch(on, e.choose(on, widens), e.chmod) }

func (e *executor) chmod(i int) {
	step := &e.steps[i]
	result, err := e.disk(i).Chmod(step.Path, step.Before, step.After.Mode)
	if errors.Is(err, disk.ErrShared) {
		e.shared = append(e.shared, sharing{i, *step.Before})
		return
	}
	e.finish(i, result, err)
}

// directoryModes sets the exact modes of directories, deepest first: those that the plan changes, and
// those that were made workable while there was work in them. The latter get theirs also when the run was
// interrupted: nothing else would tell that they have another.
func (e *executor) directoryModes(on sides) {
	type due struct {
		step   int
		intent journal.Intent
	}
	var all []due
	add := func(i int, side plan.Side, path tree.Path, before, after *tree.State) {
		all = append(all, due{i, journal.Intent{Step: i, Kind: journal.Chmod, Side: side, Path: path, Before: before, After: after}})
	}
	made := func(i int, side plan.Side, path tree.Path, mode tree.Mode) {
		if at, err := e.run.disks[side].At(string(path)); disk.Workable(mode) == mode || err == nil && at.Mode == mode {
			return
		}
		add(i, side, path, &tree.State{Type: tree.Directory, Mode: disk.Workable(mode)}, &tree.State{Type: tree.Directory, Mode: mode})
	}
	for i := range e.steps {
		step := &e.steps[i]
		switch {
		case step.After.Of() != tree.Directory || !on[step.Side]:
		case !e.settled[i] && step.Action == plan.Chmod && e.halted() == nil:
			add(i, step.Side, step.Path, step.Before, step.After)
		case e.settled[i] && e.results[i].Outcome == Done && step.Action != plan.Chmod:
			made(i, step.Side, step.Path, step.After.Mode)
		}
	}
	for _, dir := range e.revived {
		if !on[dir.side] {
			continue
		}
		made(dir.step, dir.side, dir.path, dir.mode)
	}
	slices.SortStableFunc(all, func(a, b due) int { return tree.Compare(b.intent.Path, a.intent.Path) })
	var records []journal.Record
	for n := range all {
		records = append(records, journal.Record{Intent: &all[n].intent})
	}
	if e.run.write(true, records...) != nil {
		return
	}
	for _, d := range all {
		in := &d.intent
		if e.run.disks[in.Side].Stopped() != nil {
			continue
		}
		result, err := e.run.disks[in.Side].Chmod(in.Path, in.Before, in.After.Mode)
		switch step := &e.steps[d.step]; {
		case step.Path != in.Path || step.Side != in.Side: // revived: what is wrong shows in the next plan
		case step.Action == plan.Chmod || err != nil:
			e.finish(d.step, result, err)
		default:
			e.after[d.step].Mode = in.After.Mode
			e.fresh = append(e.fresh, d.step)
		}
	}
	e.barrier()
}

// litter tells whether a name in a directory that goes may go with it.
func (e *executor) litter(name string) bool {
	return e.run.plan.Options.DefaultIgnores && plan.Litter(name)
}
