package plan

import (
	"errors"
	"fmt"
	"slices"
)

// ErrNoSuch is what editing a plan wraps where it has no element with an id that was given.
var ErrNoSuch = errors.New("not in the plan")

// Resolve settles the conflicts with these ids, or, with Unresolved, opens them again. Those that do not allow
// the resolution stay as they are, and are returned. Where an id is none of a conflict it changes nothing and
// returns an error that wraps ErrNoSuch.
func (p *Plan) Resolve(r Resolution, ids ...int) (refused []*Conflict, err error) {
	chosen := make([]*Conflict, 0, len(ids))
	by := map[int]*Conflict{}
	for i := range p.Conflicts {
		by[p.Conflicts[i].ID] = &p.Conflicts[i]
	}
	for _, id := range ids {
		c := by[id]
		if c == nil {
			return nil, fmt.Errorf("conflict %d: %w", id, ErrNoSuch)
		}
		chosen = append(chosen, c)
	}
	for _, c := range chosen {
		if c.WhyNot(r) != "" {
			refused = append(refused, c)
			continue
		}
		c.Resolution = r
	}
	p.Summarize()
	return refused, nil
}

// Decide says of the operations with these ids whether they are to be carried out. What belongs to a directory that is
// taken whole is taken in again with all of it. Where an id is none of an operation it changes nothing and returns an
// error that wraps ErrNoSuch.
func (p *Plan) Decide(d Decision, ids ...int) error {
	named := slices.Compact(slices.Sorted(slices.Values(ids)))
	operations := make([]*Operation, len(named))
	for i := range p.Operations {
		if at, is := slices.BinarySearch(named, p.Operations[i].ID); is {
			operations[at] = &p.Operations[i]
		}
	}
	if at := slices.Index(operations, nil); at >= 0 {
		return fmt.Errorf("operation %d: %w", named[at], ErrNoSuch)
	}
	for _, op := range operations {
		op.Decision = d
	}
	if d == Apply {
		for _, at := range Together(p, ids...) {
			p.Operations[at].Decision = Apply
		}
	}
	p.Summarize()
	return nil
}

// Together are the places, in the order of the plan, of the operations with these ids and of all that belong to a
// directory that is taken whole with one of them.
func Together(p *Plan, ids ...int) []int {
	named := map[int]bool{}
	for _, id := range ids {
		named[id] = true
	}
	for _, members := range p.spellings().members(p.Operations) {
		if slices.ContainsFunc(members, func(at int) bool { return named[p.Operations[at].ID] }) {
			for _, at := range members {
				named[p.Operations[at].ID] = true
			}
		}
	}
	var places []int
	for at := range p.Operations {
		if named[p.Operations[at].ID] {
			places = append(places, at)
		}
	}
	return places
}

// Note puts a note on the operation or the conflict with this id; "" takes it away. Where there is neither,
// it returns an error that wraps ErrNoSuch.
func (p *Plan) Note(id int, note string) error {
	for i := range p.Operations {
		if op := &p.Operations[i]; op.ID == id {
			op.Amend(func(r *Rare) { r.Note = note })
			return nil
		}
	}
	for i := range p.Conflicts {
		if c := &p.Conflicts[i]; c.ID == id {
			c.Note = note
			return nil
		}
	}
	return fmt.Errorf("%d: %w", id, ErrNoSuch)
}
