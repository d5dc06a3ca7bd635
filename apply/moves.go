package apply

import (
	"slices"

	"treaty/apply/internal/disk"
	"treaty/plan"
	"treaty/plan/tree"
)

// moves carries out all moves, side by side: each when nothing is at its target any more. Where all that are
// left wait for each other, they go round in circles, and one of them steps aside.
func (e *executor) moves(on sides) {
	for _, side := range plan.BothSides {
		turns := e.turns(e.choose(on, func(s *plan.Step) bool { return s.Side == side && s.Action == plan.Move }))
		for group := range slices.Chunk(turns, e.groupSize(on)) {
			if !e.announce(group...) {
				return
			}
			for _, i := range group {
				switch _, parked := e.parked[i]; {
				case e.halted() != nil || e.settled[i]:
				case e.aside[i] && !parked:
					e.park(i)
				default:
					e.move(i)
				}
			}
			e.barrier()
			e.redress()
		}
	}
}

// turns is the order in which moves are carried out. One that steps aside occurs twice.
func (e *executor) turns(moves []int) []int {
	from := map[tree.Path]bool{}
	for _, i := range moves {
		if _, parked := e.parked[i]; !parked {
			from[e.steps[i].From] = true
		}
	}
	var turns []int
	for len(moves) > 0 {
		var left []int
		for _, i := range moves {
			if from[e.steps[i].Path] {
				left = append(left, i)
				continue
			}
			turns = append(turns, i)
			delete(from, e.steps[i].From)
		}
		if len(left) == len(moves) {
			// One that only waits for a circle may be the first; all in a circle are in place still.
			n := slices.IndexFunc(left, func(i int) bool { return from[e.steps[i].From] })
			e.aside[left[n]] = true
			turns = append(turns, left[n])
			delete(from, e.steps[left[n]].From)
		}
		moves = left
	}
	return turns
}

// park lets the file of a move wait in the trash, so that its name is free for something else.
func (e *executor) park(i int) {
	step := &e.steps[i]
	parked, err := e.disk(i).Park(step.From, step.Before, e.place[i])
	if err != nil {
		e.finish(i, disk.Result{}, err)
		return
	}
	e.parked[i] = parked
}

// move renames one file, and gives it the time and mode that it had on the other side.
func (e *executor) move(i int) {
	step := &e.steps[i]
	parked, waits := e.parked[i]
	if !e.orphaned(i) {
		var result disk.Result
		var err error
		if waits {
			result, err = e.disk(i).Create(step.Path, parked)
		} else {
			result, err = e.disk(i).Move(step.From, step.Path, step.Before, e.place[i])
		}
		if err == nil {
			e.moved[step.Side][step.From] = step.Path
			e.dress(i, result)
			return
		}
		e.finish(i, disk.Result{}, err)
	}
	e.unpark(i)
}

// unpark gives the file of a move that came to nothing its name back. Where that is taken by now, it
// stays in the trash.
func (e *executor) unpark(i int) {
	if parked, waits := e.parked[i]; waits {
		if _, err := e.disk(i).Create(e.steps[i].From, parked); err != nil {
			e.results[i].Trash = parked.Name
		}
	}
}
