package execute

import (
	"context"
	"slices"

	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// moves is the phase in which files get other names.
type moves struct {
	tasks   *tasks
	footing *footing
	dresser *dresser
	// aside are the moves that step aside, so that others in the same circle can go on.
	aside map[*task]bool
}

// do carries out all moves, side by side: each when nothing is at its target any more. Where all that are
// left wait for each other, they go round in circles, and one of them steps aside.
func (m *moves) do(ctx context.Context, on sides) {
	for _, side := range plan.BothSides {
		turns := m.turns(m.tasks.choose(on, func(t *task) bool { return t.Side == side && t.Action == plan.Move }))
		m.dresser.batch(ctx, on, turns, m.dresser.groups.perform, func(t *task) {
			if m.aside[t] && t.parked == nil {
				t.park()
			} else {
				m.move(t)
			}
		})
	}
}

// turns is the order in which moves are carried out. One that steps aside occurs twice.
func (m *moves) turns(list []*task) []*task {
	from := map[tree.Path]bool{}
	for _, t := range list {
		if t.parked == nil {
			from[t.From] = true
		}
	}
	var turns []*task
	for len(list) > 0 {
		var left []*task
		for _, t := range list {
			if from[t.Path] {
				left = append(left, t)
				continue
			}
			turns = append(turns, t)
			delete(from, t.From)
		}
		if len(left) == len(list) {
			// One that only waits for a circle may be the first; all in a circle are in place still.
			first := left[slices.IndexFunc(left, func(t *task) bool { return from[t.From] })]
			m.aside[first] = true
			turns = append(turns, first)
			delete(from, first.From)
		}
		list = left
	}
	return turns
}

// move renames one file, and gives it the time and mode that it had on the other side.
func (m *moves) move(t *task) {
	if !m.footing.lacks(t) {
		result, err := carry(t)
		if err == nil {
			m.tasks.moved[t.Side][t.From] = t.Path
			m.dresser.dress(t, result)
			return
		}
		t.noteError(err)
	}
	t.unpark()
}

// carry gives the file of a move its new name, from where it is or where it waits.
func carry(t *task) (volume.Result, error) {
	if t.parked != nil {
		return t.disk().Create(t.Path, *t.parked)
	}
	return t.disk().Move(t.From, t.Path, t.Before, t.place)
}

// park lets the file of a move wait in the trash, so that its name is free for something else.
func (t *task) park() {
	parked, err := t.disk().Park(t.From, t.Before, t.place)
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
	if _, err := t.disk().Create(t.From, *t.parked); err != nil {
		t.result.Trash = t.parked.Name
	}
}
