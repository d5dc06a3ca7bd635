package apply

import (
	"treaty/apply/internal/disk"
	"treaty/plan"
	"treaty/plan/tree"
)

// moves carries out all moves of a side: each when nothing is at its target any more. Where all that is
// left go round in circles, one of each circle steps aside.
func (e *executor) moves() {
	for _, side := range plan.BothSides {
		from := map[tree.Path]int{}
		e.each(func(s *plan.Step) bool { return s.Side == side && s.Action == plan.Move }, func(i int) {
			from[e.steps[i].From] = i
		})
		for progress := true; progress && len(from) > 0; {
			progress = false
			e.each(func(s *plan.Step) bool { return s.Side == side && s.Action == plan.Move }, func(i int) {
				if _, occupied := from[e.steps[i].Path]; occupied {
					return
				}
				e.move(i)
				delete(from, e.steps[i].From)
				progress = true
			})
		}
		e.each(func(s *plan.Step) bool { return s.Side == side && s.Action == plan.Move }, func(i int) {
			if len(from) > 0 {
				e.circle(i, from)
			}
		})
	}
	e.barrier()
}

// move renames one file, and gives it the time and mode that it had on the other side.
func (e *executor) move(i int) {
	if e.orphaned(i) {
		return
	}
	step := &e.steps[i]
	result, err := e.disk(i).Move(step.From, step.Path, step.Before, "")
	e.moveDone(i, result, err)
}

func (e *executor) moveDone(i int, result disk.Result, err error) {
	step := &e.steps[i]
	if err == nil {
		e.moved[step.Side][step.From] = step.Path
		at := *step.Before
		if step.After.Type == tree.File && step.After.Mtime != at.Mtime {
			if result, err = e.disk(i).Touch(step.Path, &at, step.After.Mtime); err == nil {
				at.Mtime = step.After.Mtime
			}
		}
		if err == nil && step.After.Mode.Known() && step.After.Mode != at.Mode {
			result, err = e.disk(i).Chmod(step.Path, &at, step.After.Mode)
		}
	}
	e.finish(i, result, err)
}

// circle carries out a circle of moves that step i belongs to: i's file waits in the trash until its
// target is free.
func (e *executor) circle(i int, from map[tree.Path]int) {
	step := &e.steps[i]
	parked, err := e.disk(i).Park(step.From, step.Before, "")
	if err != nil {
		e.finish(i, disk.Result{}, err)
		delete(from, step.From)
		return
	}
	delete(from, step.From)
	// The others follow backwards: whoever wants the name that just became free.
	for free := step.From; free != step.Path; {
		j, found := e.wanting(step.Side, free)
		if !found {
			break
		}
		e.move(j)
		delete(from, e.steps[j].From)
		if e.results[j].Outcome != Done {
			break
		}
		free = e.steps[j].From
	}
	result, err := e.disk(i).Create(step.Path, parked)
	if err != nil {
		e.results[i].Trash = parked.Name
	}
	e.moveDone(i, result, err)
}

// wanting is the unsettled move whose target is path.
func (e *executor) wanting(side plan.Side, path tree.Path) (int, bool) {
	i, ok := e.planned[side][path]
	return i, ok && !e.settled[i] && e.steps[i].Action == plan.Move
}
