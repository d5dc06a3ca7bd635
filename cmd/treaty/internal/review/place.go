package review

import "slices"

// bits are a set of places in an outline. A set is never changed once it is in a model.
type bits []uint64

func (b bits) has(at int) bool { return b[at/64]&(1<<(at%64)) != 0 }

// with is the set with a place in it, or without.
func (b bits) with(at int, in bool) bits {
	out := slices.Clone(b)
	out.put(at, in)
	return out
}

func (b bits) put(at int, in bool) {
	if in {
		b[at/64] |= 1 << (at % 64)
	} else {
		b[at/64] &^= 1 << (at % 64)
	}
}

// place is an outline as it is looked at: which of it is open, and where the cursor is. Nothing here goes through what
// is not seen: a closed directory is passed in one step, however much is in it.
type place struct {
	outline outline
	open    bits
	// cursor is the node in focus, and top the first one on the screen; both are always visible.
	cursor, top int
}

// placeIn is where to begin in an outline, with what is wanted open.
func placeIn(o outline, open func(*node) bool) place {
	p := place{outline: o, open: make(bits, len(o)/64+1)}
	for i := range o {
		if o[i].end > i+1 {
			p.open.put(i, open(&o[i]))
		}
	}
	return p
}

// parent tells whether there is anything below a node.
func (p *place) parent(at int) bool { return p.outline[at].end > at+1 }

// next is the line below; false where there is none.
func (p *place) next(at int) (int, bool) {
	below := at + 1
	if !p.open.has(at) {
		below = p.outline[at].end
	}
	return below, below < len(p.outline)
}

// before is the line above; false where there is none.
func (p *place) before(at int) (int, bool) {
	if at == 0 {
		return 0, false
	}
	return p.shown(at - 1), true
}

// shown is a node, or else the outermost of the closed directories that it lies in.
func (p *place) shown(at int) int {
	for up := p.outline[at].parent; up >= 0; up = p.outline[up].parent {
		if !p.open.has(up) {
			at = up
		}
	}
	return at
}

// moved is so many lines up or down, as far as there are any.
func (p *place) moved(at, lines int) int {
	step := p.next
	if lines < 0 {
		step, lines = p.before, -lines
	}
	for range lines {
		to, ok := step(at)
		if !ok {
			break
		}
		at = to
	}
	return at
}

// last is the last line.
func (p *place) last() int { return p.shown(len(p.outline) - 1) }

// to puts the cursor on a node, opening what it lies in.
func (p place) to(at int) place {
	open := p.open
	for up := p.outline[at].parent; up >= 0; up = p.outline[up].parent {
		if !open.has(up) {
			open = open.with(up, true)
		}
	}
	p.open, p.cursor = open, at
	return p
}

// focus is the node under the cursor.
func (p *place) focus() *node { return &p.outline[p.cursor] }

// below are the elements of a kind at the node in focus and below it, by their places in the plan. What a filter leaves
// out is not among them.
func (p *place) below(kind what) []int {
	var places []int
	for at := p.cursor; at < p.focus().end; at++ {
		if n := &p.outline[at]; n.what == kind {
			places = append(places, n.at)
		}
	}
	return places
}

// out is the place with the directory in focus closed, or else with the one in focus that holds what is.
func (p place) out() place {
	if up := p.focus().parent; !(p.parent(p.cursor) && p.open.has(p.cursor)) && up >= 0 {
		p.cursor = up
		return p
	}
	return p.folded(false)
}

// in is the place with the directory in focus open or, where it is, the first in it in focus.
func (p place) in() place {
	if p.open.has(p.cursor) {
		p.cursor = p.moved(p.cursor, 1)
		return p
	}
	return p.folded(true)
}

// isOpen tells whether the directory in focus is; of the whole plan, whether any section is.
func (p *place) isOpen() bool {
	if p.cursor > 0 {
		return p.open.has(p.cursor)
	}
	for at := 1; at < len(p.outline); at = p.outline[at].end {
		if p.open.has(at) {
			return true
		}
	}
	return false
}

// folded is the place with the node in focus open or closed.
func (p place) folded(open bool) place {
	if p.cursor > 0 && p.parent(p.cursor) && p.open.has(p.cursor) != open {
		p.open = p.open.with(p.cursor, open)
		p.top = p.shown(p.top)
	}
	return p
}

// foldedAll is the place with all that lies below the node in focus, and it itself, open or closed.
func (p place) foldedAll(open bool) place {
	p.open = slices.Clone(p.open)
	for at := max(1, p.cursor); at < p.outline[p.cursor].end; at++ { // the whole plan is always open
		p.open.put(at, open && p.parent(at))
	}
	p.top = p.shown(p.top)
	return p
}

// seen is the place with its top so that the cursor stands on a screen of so many lines.
func (p place) seen(lines int) place {
	p.top = p.shown(min(p.top, len(p.outline)-1))
	if p.cursor < p.top {
		p.top = p.cursor
		return p
	}
	for at, n := p.top, 0; at != p.cursor; n++ {
		at, _ = p.next(at)
		if n+1 >= lines {
			p.top = p.moved(p.cursor, 1-max(1, lines))
			break
		}
	}
	return p
}

// find is the next node from the cursor on, around the end, for which something holds; false where there is none.
func (p *place) find(forward bool, holds func(at int) bool) (int, bool) {
	n, step := len(p.outline), 1
	if !forward {
		step = -1
	}
	for i := 1; i <= n; i++ {
		if at := ((p.cursor+i*step)%n + n) % n; holds(at) {
			return at, true
		}
	}
	return p.cursor, false
}
