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
		if m.dresser.far(only(side)) {
			m.batch(ctx, on, turns)
			continue
		}
		m.dresser.batch(ctx, on, slices.Concat(turns...), m.dresser.groups.perform, func(t *task) {
			switch {
			case m.stepsAside(t):
			case m.footing.lacks(t):
				t.unpark()
			default:
				m.carry(t)
			}
		})
	}
}

// batch carries out turns, a group at a time. What does not wait for each other crosses together.
func (m *moves) batch(ctx context.Context, on sides, turns [][]*task) {
	groups := m.dresser.groups
	for len(turns) > 0 {
		var group [][]*task
		group, turns = cutTurns(turns, groups.size(on))
		if !groups.announce(ctx, slices.Concat(group...)...) {
			return
		}
		var durable sides
		for _, turn := range group {
			m.lack(ctx, turn)
			durable = groups.inRuns(ctx, turn, func(t *task) {
				if !m.stepsAside(t) {
					m.carry(t)
				}
			})
		}
		groups.sealRest(durable)
		m.dresser.redress(ctx)
	}
}

// cutTurns are the first of some turns, of at most so many tasks, and the others.
func cutTurns(turns [][]*task, most int) (group, others [][]*task) {
	for n, turn := range turns {
		if len(turn) > most {
			return append(group, turn[:most]), append([][]*task{turn[most:]}, turns[n+1:]...)
		}
		group, most = append(group, turn), most-len(turn)
		if most == 0 {
			return group, turns[n+1:]
		}
	}
	return group, nil
}

// lack notes which of the moves of a turn lack their footing. The file of such a one gets its name back.
func (m *moves) lack(ctx context.Context, turn []*task) {
	going := slices.DeleteFunc(slices.Clone(turn), func(t *task) bool {
		return t.noted() || m.aside[t] && parked(t) == nil
	})
	m.footing.lack(going, m.footing.look(ctx, going))
	for _, t := range going {
		if t.noted() {
			t.unpark()
		}
	}
}

// turns are moves in an order in which they can be carried out: those of a turn do not wait for each other, but may
// wait for those of the turns before. One that steps aside occurs twice.
func (m *moves) turns(list []*task) (turns [][]*task) {
	from, waits := map[tree.Path]bool{}, map[tree.Path]*task{} // by the name that it waits for
	for _, t := range list {
		if parked(t) == nil {
			from[t.From()] = true
		}
	}
	var turn []*task
	for _, t := range list {
		if from[t.Path] {
			waits[t.Path] = t
		} else {
			turn = append(turn, t)
		}
	}
	for len(turn) > 0 || len(waits) > 0 {
		if len(turn) == 0 {
			turn = circles(list, waits)
			for _, t := range turn {
				m.aside[t] = true
			}
		}
		turns = append(turns, turn)
		var next []*task
		for _, t := range turn {
			if freed := waits[t.From()]; freed != nil {
				next = append(next, freed)
				delete(waits, t.From())
			}
		}
		turn = next
	}
	return turns
}

// circles are the first moves of each circle, where all that wait are in circles.
func circles(list []*task, waits map[tree.Path]*task) (first []*task) {
	seen := map[*task]bool{}
	for _, t := range list {
		if waits[t.Path] != t || seen[t] {
			continue
		}
		first = append(first, t)
		for in := t; !seen[in]; in = waits[in.From()] {
			seen[in] = true
		}
	}
	return first
}

// stepsAside has a move that is to step aside do so, if it has not yet. It tells whether it was to.
func (m *moves) stepsAside(t *task) bool {
	due := m.aside[t] && parked(t) == nil
	if due {
		t.park()
	}
	return due
}

// carry renames one file, and gives it the time and mode that it had on the other side.
func (m *moves) carry(t *task) {
	result, err := rename(t)
	if err != nil {
		t.noteError(err)
		t.unpark()
		return
	}
	m.tasks.moved[t.Side][t.From()] = t.Path
	m.dresser.dress(t, result)
}

// rename gives the file of a move its new name, from where it is or where it waits.
func rename(t *task) (volume.Result, error) {
	if parked(t) != nil {
		return t.disk().Create(t.Path, *parked(t))
	}
	return t.disk().Move(t.From(), t.Path, t.Before, t.displacement.all().place)
}

// park lets the file of a move wait in the trash, so that its name is free for something else.
func (t *task) park() {
	staged, err := t.disk().Park(t.From(), t.Before, t.displacement.all().place)
	if err != nil {
		t.noteError(err)
		return
	}
	t.ownDisplacement().parked = &staged
}

// unpark gives the file of a move that came to nothing its name back. Where that is taken by now, it
// stays in the trash.
func (t *task) unpark() {
	if parked(t) == nil {
		return
	}
	if _, err := t.disk().Create(t.From(), *parked(t)); err != nil {
		t.noteTrash(parked(t).Name)
	}
}
