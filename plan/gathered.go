package plan

import "slices"

// gathered is a list that grows without ever having room for what is yet to come: a long one takes no more memory than
// what is in it, until it is joined.
type gathered[T any] struct {
	full [][]T
	last []T
}

// gatheredAtOnce is how many elements are in one of its pieces.
const gatheredAtOnce = 1 << 12

func (g *gathered[T]) add(element T) {
	if len(g.last) == gatheredAtOnce {
		g.full, g.last = append(g.full, g.last), nil
	}
	if g.last == nil && len(g.full) > 0 {
		g.last = make([]T, 0, gatheredAtOnce)
	}
	g.last = append(g.last, element)
}

// join appends all to a list, and lets go of the pieces.
func (g *gathered[T]) join(to []T) []T {
	list := slices.Grow(to, gatheredAtOnce*len(g.full)+len(g.last))
	for i, piece := range g.full {
		list = append(list, piece...)
		g.full[i] = nil // as one grows the other shrinks
	}
	list = append(list, g.last...)
	*g = gathered[T]{}
	return list
}
