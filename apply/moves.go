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
		turns := e.turns(e.tasks.choose(on, func(t *task) bool { return t.Side == side && t.Action == plan.Move }))
		for group := range slices.Chunk(turns, e.groupSize(on)) {
			if !e.announce(group...) {
				return
			}
			e.perform(group, func(t *task) {
				if e.aside[t] && t.parked == nil {
					t.park()
				} else {
					e.move(t)
				}
			})
		}
	}
}

// turns is the order in which moves are carried out. One that steps aside occurs twice.
func (e *executor) turns(moves []*task) []*task {
	from := map[tree.Path]bool{}
	for _, t := range moves {
		if t.parked == nil {
			from[t.From] = true
		}
	}
	var turns []*task
	for len(moves) > 0 {
		var left []*task
		for _, t := range moves {
			if from[t.Path] {
				left = append(left, t)
				continue
			}
			turns = append(turns, t)
			delete(from, t.From)
		}
		if len(left) == len(moves) {
			// One that only waits for a circle may be the first; all in a circle are in place still.
			first := left[slices.IndexFunc(left, func(t *task) bool { return from[t.From] })]
			e.aside[first] = true
			turns = append(turns, first)
			delete(from, first.From)
		}
		moves = left
	}
	return turns
}

// move renames one file, and gives it the time and mode that it had on the other side.
func (e *executor) move(t *task) {
	if !e.orphaned(t) {
		var result disk.Result
		var err error
		if t.parked != nil {
			result, err = t.disk.Create(t.Path, *t.parked)
		} else {
			result, err = t.disk.Move(t.From, t.Path, t.Before, t.place)
		}
		if err == nil {
			e.tasks.moved[t.Side][t.From] = t.Path
			e.dress(t, result)
			return
		}
		t.noteError(err)
	}
	t.unpark()
}

// park lets the file of a move wait in the trash, so that its name is free for something else.
func (t *task) park() {
	parked, err := t.disk.Park(t.From, t.Before, t.place)
	if err != nil {
		t.noteError(err)
		return
	}
	t.parked = &parked
}

// unpark gives the file of a move that came to nothing its name back. Where that is taken by now, it
// stays in the trash.
func (t *task) unpark() {
	if t.parked == nil {
		return
	}
	if _, err := t.disk.Create(t.From, *t.parked); err != nil {
		t.result.Trash = t.parked.Name
	}
}
