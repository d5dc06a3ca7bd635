package execute

import (
	"slices"
	"sync/atomic"

	"treaty/apply/internal/paths"
	"treaty/apply/internal/settle"
	"treaty/apply/paper"
	"treaty/plan"
	"treaty/plan/tree"
)

// tasks are all steps that an apply comes to.
type tasks struct {
	notes
	// all are in the order of the plan, those that resolve conflicts last.
	all []*task
	// ordered are by path, what holds something before what is in it, whatever order the plan has them in: all, where
	// that is it.
	ordered []*task
	// byPath are their places by the paths that they change, and byFrom those of moves by where they come from.
	byPath, byFrom plan.Sides[*paths.Index]
	// respelled are the present paths of what is changed under another spelling.
	respelled plan.Sides[map[tree.Path]bool]
	// moved tells where a file is now that some tasks take as their source.
	moved moved
}

// newTasks makes tasks of steps. What is skipped has its outcome.
func newTasks(p *plan.Plan, steps []plan.Step, ends *settle.Ends, over *atomic.Int64) *tasks {
	ts := &tasks{notes: notes{ends: ends, over: over, units: unitsOf(p), broken: map[string]bool{}}}
	var many plan.Sides[int]
	for i := range steps {
		many[steps[i].Side]++
	}
	for _, side := range plan.BothSides {
		ts.byPath[side] = paths.New(many[side], func(place int) tree.Path { return ts.all[place].Path })
		ts.byFrom[side] = paths.New(0, func(place int) tree.Path { return ts.all[place].From() })
		ts.moved[side], ts.respelled[side] = map[tree.Path]tree.Path{}, map[tree.Path]bool{}
	}
	var made []task
	ts.all = make([]*task, 0, len(steps))
	for i := range steps {
		if len(made) == 0 {
			made = make([]task, min(tasksAtOnce, len(steps)-i))
		}
		t := &made[0]
		made = made[1:]
		t.Step, t.number, t.notes = Step{&steps[i]}, int32(i), &ts.notes
		ts.all = append(ts.all, t)
		ts.byPath[t.Side].Add(i)
		switch {
		case t.Action == plan.Move:
			ts.byFrom[t.Side].Add(i)
		case t.From() != "":
			ts.respelled[t.Side][t.From()] = true
		}
		if t.Skipped != "" {
			t.note(paper.Skipped, string(t.Skipped))
		}
	}
	byPath := func(a, b *task) int { return tree.Compare(a.Path, b.Path) }
	if ts.ordered = ts.all; !slices.IsSortedFunc(ts.all, byPath) {
		ts.ordered = slices.Clone(ts.all)
		slices.SortStableFunc(ts.ordered, byPath)
	}
	return ts
}

// tasksAtOnce is how many tasks are allocated at a time: few enough for them to go where something smaller was, and as
// many as fill 4 KiB.
const tasksAtOnce = 51

// choose are the tasks on some sides that are to be carried out still and are wanted, what holds something before what
// is in it.
func (ts *tasks) choose(on sides, wanted func(*task) bool) []*task {
	var list []*task
	for _, t := range ts.ordered {
		if !t.noted() && on[t.Side] && wanted(t) && !t.notes.stops(t) {
			list = append(list, t)
		}
	}
	return list
}

// pending are the tasks that are to be carried out still.
func (ts *tasks) pending() []*task {
	return slices.DeleteFunc(slices.Clone(ts.all), (*task).noted)
}

// occupies is the move that has what is at the path of a task, nil for none.
func (ts *tasks) occupies(t *task) *task { return ts.leaving(t.Side, t.Path) }

// at is the task that changes a path, nil for none.
func (ts *tasks) at(side plan.Side, path tree.Path) *task { return ts.found(ts.byPath[side], path) }

// leaving is the move that comes from a path, nil for none.
func (ts *tasks) leaving(side plan.Side, path tree.Path) *task {
	return ts.found(ts.byFrom[side], path)
}

func (ts *tasks) found(in *paths.Index, path tree.Path) *task {
	if place, found := in.Last(path); found {
		return ts.all[place]
	}
	return nil
}

// about is the task that changes what is at a path now, or takes it away; nil for none.
func (ts *tasks) about(side plan.Side, path tree.Path) *task {
	if t := ts.at(side, path); t != nil {
		return t
	}
	return ts.leaving(side, path)
}

// displaced notes where what a task moved aside is: another one, for which it is the source, may be yet to come.
func (ts *tasks) displaced(t *task, trash string) {
	if trash != "" && t.Before.Of() == tree.File && (t.Action == plan.Update || t.Action == plan.Delete) {
		ts.moved[t.Side][t.present()] = tree.Path(trash)
	}
}

// inMotion tells whether what a task copies is a file that some task changes or moves, so that where it lies depends on
// what was done already.
func (ts *tasks) inMotion(t *task) bool {
	from := t.Source()
	if from == nil || from.InPlan() {
		return false
	}
	_, moved := ts.moved[from.Tree][from.Path]
	return moved || ts.about(from.Tree, from.Path) != nil || ts.respelled[from.Tree][from.Path]
}
