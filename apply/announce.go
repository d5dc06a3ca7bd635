package apply

import (
	"slices"

	"treaty/apply/internal/disk"
	"treaty/apply/internal/journal"
	"treaty/plan"
	"treaty/plan/tree"
)

// groupSize is how many steps are announced, carried out and made durable together.
func (e *executor) groupSize(on sides) int {
	for _, side := range plan.BothSides {
		if on[side] && e.run.fat[side] {
			return groupFilesFAT
		}
	}
	return groupFiles
}

// choose are the unsettled steps on some sides that are wanted.
func (e *executor) choose(on sides, wanted func(*plan.Step) bool) []int {
	var list []int
	for _, i := range e.order {
		if !e.settled[i] && on[e.steps[i].Side] && wanted(&e.steps[i]) {
			list = append(list, i)
		}
	}
	return list
}

// batch carries out steps group by group. Nothing is done to a tree before the journal durably says that
// it is about to be, and a group is durable and noted before the next is begun.
func (e *executor) batch(on sides, steps []int, do func(i int)) {
	for group := range slices.Chunk(steps, e.groupSize(on)) {
		if !e.announce(group...) {
			return
		}
		e.perform(group, do)
	}
}

// perform does what was announced.
func (e *executor) perform(group []int, do func(i int)) {
	for _, i := range group {
		if e.halted() != nil {
			break
		}
		if !e.settled[i] {
			do(i)
		}
	}
	e.barrier()
	e.redress()
}

// announce writes down what the steps are about to do, and where what they displace will be. It tells
// whether they may be carried out.
func (e *executor) announce(steps ...int) bool {
	if e.halted() != nil {
		return false
	}
	var records []journal.Record
	for _, i := range steps {
		if e.settled[i] || e.announced[i] {
			continue
		}
		e.announced[i] = true
		intents, err := e.intents(i)
		if err != nil {
			e.finish(i, disk.Result{}, err)
			continue
		}
		for n := range intents {
			records = append(records, journal.Record{Intent: &intents[n]})
		}
	}
	return e.record(records)
}

// record writes down what is about to be done, and tells whether it may be.
func (e *executor) record(records []journal.Record) bool {
	// The folders in the trash are there for good too before anything is moved into them.
	for _, side := range plan.BothSides {
		if e.run.fat[side] && len(records) > 0 && e.run.disks[side].Barrier() != nil {
			return false
		}
	}
	return e.run.write(true, records...) == nil
}

// intents are the changes that step i comes to.
func (e *executor) intents(i int) ([]journal.Intent, error) {
	step := &e.steps[i]
	intent := func(kind journal.Kind, before, after *tree.State) journal.Intent {
		return journal.Intent{Step: i, Kind: kind, Side: step.Side, Path: step.Path, Before: before, After: after}
	}
	// Hashes that the plan does not know are known by now, where content was copied.
	was, becoming := hashed(step.Before, e.run.copies[i].State), step.After
	if e.staged[i].Hash.Known() {
		becoming = hashed(step.After, &tree.State{Type: tree.File, SHA256: e.staged[i].Hash})
	}
	// displacing is an intent that takes what is at a path away.
	displacing := func(kind journal.Kind, path tree.Path) ([]journal.Intent, error) {
		place, err := e.disk(i).Place(path)
		e.place[i] = place
		in := intent(kind, was, becoming)
		in.Place = place
		return []journal.Intent{in}, err
	}
	becomes := step.After.Of()
	switch {
	case step.Action == plan.Delete && step.Before.Type != tree.Directory:
		return displacing(journal.Trash, step.Path)
	case step.Action == plan.Delete:
		return []journal.Intent{intent(journal.Rmdir, step.Before, nil)}, nil
	case step.Action == plan.Move:
		list, err := displacing(journal.Move, step.From)
		list[0].From = step.From
		return append(list, e.dressing(intent, was)...), err
	case step.Action == plan.Touch:
		return e.dressing(intent, step.Before), nil
	case step.Action == plan.Chmod:
		return []journal.Intent{intent(journal.Chmod, step.Before, step.After)}, nil
	case becomes == tree.Directory && step.Action == plan.Create:
		return []journal.Intent{intent(journal.Mkdir, nil, step.After)}, nil
	case becomes == tree.Directory:
		list, err := displacing(journal.Trash, step.Path)
		return append(list, intent(journal.Mkdir, nil, step.After)), err
	}
	put := intent(journal.Create, nil, becoming)
	put.Staged = e.staged[i].Name
	switch {
	case step.Action == plan.Create:
		return []journal.Intent{put}, nil
	case step.Before.Of() == tree.Directory:
		return []journal.Intent{intent(journal.Rmdir, step.Before, nil), put}, nil
	}
	list, err := displacing(journal.Replace, step.Path)
	list[0].Staged = put.Staged
	return list, err
}

// hashed is a file's state with the hash of copied where it has none itself.
func hashed(s, copied *tree.State) *tree.State {
	if s.Of() != tree.File || s.SHA256.Known() || copied.Of() != tree.File {
		return s
	}
	with := *s
	with.SHA256 = copied.SHA256
	return &with
}

// dressing are the intents to give a file that is as at says the time and mode of after.
func (e *executor) dressing(intent func(journal.Kind, *tree.State, *tree.State) journal.Intent, at *tree.State) []journal.Intent {
	var list []journal.Intent
	after := intent(journal.Touch, nil, nil)
	step := &e.steps[after.Step]
	if step.After.Type == tree.File && step.After.Mtime != at.Mtime {
		touched := *at
		touched.Mtime = step.After.Mtime
		list = append(list, intent(journal.Touch, at, &touched))
		at = &touched
	}
	if step.After.Mode.Known() && step.After.Mode != at.Mode {
		list = append(list, intent(journal.Chmod, at, step.After))
	}
	return list
}

// barrier makes durable what was done on both sides, and notes what became of it. An error stops the disk
// that it happened on; what it was to make durable is then not noted.
func (e *executor) barrier() {
	whole := true
	for _, d := range e.run.disks {
		if d.Stopped() != nil || d.Barrier() != nil {
			whole = false
		}
	}
	if whole {
		e.note()
	}
}

// note writes down what became of the steps since the last time. That needs no sync: what is lost in a
// crash is examined again. What failed is not over.
func (e *executor) note() {
	var records []journal.Record
	for _, i := range e.fresh {
		if e.results[i].Outcome != Failed {
			records = append(records, journal.Record{Done: e.done(i)})
		}
	}
	e.fresh = e.fresh[:0]
	_ = e.run.write(false, records...) // the error halts the run
}

func (e *executor) done(i int) *journal.Done {
	result := &e.results[i]
	done := &journal.Done{Step: i, Side: e.steps[i].Side, Outcome: string(result.Outcome), SHA256: result.SHA256, Trash: result.Trash, Error: result.Error}
	if e.after[i].Type != tree.Absent {
		done.After = e.after[i].State()
	}
	return done
}
