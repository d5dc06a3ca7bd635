package plan

import "treaty/plan/tree"

// spare are lists that nobody refers to any more, for directories to come.
type spare[T any] [][]T

// take is an empty list with room for so many.
func (s *spare[T]) take(n int) []T {
	if last := len(*s) - 1; last >= 0 {
		list := (*s)[last]
		*s = (*s)[:last]
		if n <= cap(list) {
			return list
		}
	}
	return make([]T, 0, n)
}

// give keeps a list.
func (s *spare[T]) give(list []T) {
	clear(list)
	*s = append(*s, list[:0])
}

// reuse gives the memory of a directory back, with which everybody is done.
func (l *lockstep) reuse(d *directory, lines Sides[[]tree.Line]) {
	for _, side := range BothSides {
		giveBack(l.streams[side], d.names.all[side])
		if l.lines != nil {
			l.lines.give(lines[side])
		}
	}
	giveBack(l.memory, d.recorded)
	l.trios.give(d.trios)
}

// giveBack tells whoever listed something, if it wants to know, that nobody refers to that any more.
func giveBack[T any](to any, listed []T) {
	if r, wants := to.(tree.Reuser[T]); wants {
		r.Reuse(listed)
	}
}
