package plan

import (
	"iter"

	"treaty/plan/tree"
)

// Why says in words why something that a plan lists is not carried out. It is "" for what is.
type Why string

// What a person left out takes along what depends on it: what belongs in a directory that is not made, the
// removal of a directory in which something stays, and what is to take a name that is not vacated.
const (
	SaysSo     Why = "the plan says so"
	NotCreated Why = "the directory that it belongs in is not created"
	NotThere   Why = "the directory that it belongs in is not there"
	NotEmpty   Why = "something in the directory stays"
	NotVacated Why = "the name is not vacated"
	NotWhole   Why = "it belongs to a directory that is taken whole, of which something is left out"
	// GivenUp is of directories that would only hold names that resolutions give up.
	GivenUp Why = "what it is for goes by another name"
)

// Skips tells which operations are not carried out under the decisions and resolutions as they stand, by
// id, and why. Conflicts without a resolution hold nothing up.
//
// Apply leaves out just these, but for what only the trees tell. Part of that can be had here: where it is
// not nil, there tells which directories were on a side when the plan was made, so that what belongs in one
// that a person took out of the plan is found too. The names of conflicts are taken as the plan spells them,
// which on a side that spells them otherwise may miss a directory above one.
func (p *Plan) Skips(there func(side Side, dir tree.Path) bool) map[int]Why {
	spelled := p.spellings()
	if spelled.unhindered(p, there) {
		return map[int]Why{}
	}
	return spelled.skips(p, there)
}

// skips is Skips by a list of all that is done.
func (s spellings) skips(p *Plan, there func(side Side, dir tree.Path) bool) map[int]Why {
	var settling []deed
	var stays Sides[[]tree.Path]
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		more, stay := c.deeds()
		settling = append(settling, more...)
		for _, side := range BothSides {
			if stay[side] {
				stays[side] = append(stays[side], c.PathOn(side))
			}
		}
	}
	deeds := newDeeds(p.Operations, settling)
	s.orphan(deeds, there)
	s.dragWhole(deeds, stays)
	for _, g := range p.givenUp(deeds, stays) {
		deeds.skip(g.create, GivenUp)
	}
	left := 0
	for i := range p.Operations {
		if deeds.why(i) != "" {
			left++
		}
	}
	skips := make(map[int]Why, left)
	for i := range p.Operations {
		if why := deeds.why(i); why != "" {
			skips[p.Operations[i].ID] = why
		}
	}
	return skips
}

// orphan skips what belongs in directories that are not there and that nothing makes.
func (s spellings) orphan(deeds *deeds, there func(side Side, dir tree.Path) bool) {
	for i := range s.orphans(deeds.operations, there) {
		if deeds.why(i) == "" {
			deeds.skip(i, NotThere)
		}
	}
}

// orphans are the places of operations that belong in a directory that is not there and that none of them makes.
func (s spellings) orphans(operations []Operation, there func(side Side, dir tree.Path) bool) iter.Seq[int] {
	return func(yield func(int) bool) {
		if there == nil {
			return
		}
		made := s.made(deedsOf(operations))
		for i := range operations {
			if d := deedOf(&operations[i]); made.lack(&d, there) && !yield(i) {
				return
			}
		}
	}
}

// making are the directories that deeds make, or that they leave directories, and the root.
type making struct {
	spellings
	dirs Sides[map[tree.Path]bool]
}

func (s spellings) made(deeds iter.Seq[deed]) making {
	m := making{spellings: s}
	for _, side := range BothSides {
		m.dirs[side] = map[tree.Path]bool{tree.Root: true}
	}
	for d := range deeds {
		if d.after == tree.Directory {
			m.dirs[d.side][s.key(d.side, d.to)] = true
		}
	}
	return m
}

// lack tells whether the directory that d belongs in is none of them, and not there.
func (m making) lack(d *deed, there func(side Side, dir tree.Path) bool) bool {
	dir := d.to.Parent()
	return d.to != "" && !m.dirs[d.side][m.key(d.side, dir)] && !there(d.side, dir)
}

// unhindered tells whether nothing can hold any operation up: a person left none out, nothing stays in a directory that
// is taken away, no name is given up, and none is an orphan. Most plans that have very many are of that kind, and then
// there is no list beside theirs.
func (s spellings) unhindered(p *Plan, there func(side Side, dir tree.Path) bool) bool {
	deeds := deedsOf(p.Operations)
	for d := range deeds {
		if d.why != "" {
			return false
		}
	}
	gone := s.gone(deeds)
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		settling, stay := c.deeds()
		for n := range settling {
			if d := &settling[n]; d.takesDirectory() || d.givesUp() || gone.below(d.side, d.to) {
				return false
			}
		}
		for _, side := range BothSides {
			if stay[side] && gone.below(side, c.PathOn(side)) {
				return false
			}
		}
	}
	for d := range deeds {
		if gone.below(d.side, d.to) {
			return false
		}
	}
	if there == nil {
		return true
	}
	made := s.made(deeds)
	for d := range deeds {
		if made.lack(&d, there) {
			return false
		}
	}
	return true
}

func (d *deed) takesDirectory() bool { return d.before == tree.Directory && d.after != tree.Directory }

// goners are the directories that deeds take away.
type goners struct {
	spellings
	dirs Sides[map[tree.Path]bool]
}

func (s spellings) gone(deeds iter.Seq[deed]) goners {
	g := goners{spellings: s}
	for d := range deeds {
		if !d.takesDirectory() {
			continue
		}
		if g.dirs[d.side] == nil {
			g.dirs[d.side] = map[tree.Path]bool{}
		}
		g.dirs[d.side][s.key(d.side, d.from)] = true
	}
	return g
}

// below tells whether a path lies below one of them.
func (g *goners) below(side Side, path tree.Path) bool {
	return len(g.dirs[side]) > 0 && below(g.key(side, path), g.dirs[side])
}

// dragWhole is drag that leaves out all of a unit of which it leaves out something.
func (s spellings) dragWhole(deeds *deeds, stays Sides[[]tree.Path]) {
	units := s.members(deeds.operations)
	for more := true; more; more = hold(deeds, units) {
		s.drag(deeds, stays)
	}
}

// drag skips what cannot be done because something else is not: below a directory that is not created,
// above an entry that stays, onto a name that is not vacated.
func (s spellings) drag(deeds *deeds, stays Sides[[]tree.Path]) {
	for _, side := range BothSides {
		h := holding{spellings: s, side: side,
			missing: map[tree.Path]bool{}, occupied: map[tree.Path]bool{}, above: map[tree.Path]bool{}}
		for _, path := range stays[side] {
			h.stay(path)
		}
		for _, d := range deeds.all() {
			if d.side == side && d.why != "" {
				h.note(&d)
			}
		}
		h.drag(deeds)
		// What comes into a directory keeps it, if it comes.
		for _, d := range deeds.all() {
			if d.side == side && d.why == "" {
				h.stay(d.to)
			}
		}
		h.drag(deeds)
	}
}

// holding is what holds things up on one side.
type holding struct {
	spellings
	side Side
	// missing are directories that are not made, occupied names that are not vacated, and above the
	// directories in which something stays.
	missing, occupied, above map[tree.Path]bool
}

// stay notes that something is at a path in the end.
func (h *holding) stay(path tree.Path) {
	for path = h.key(h.side, path); path != tree.Root; {
		if path = path.Parent(); h.above[path] {
			return
		}
		h.above[path] = true
	}
}

// note notes what it means that d is not done.
func (h *holding) note(d *deed) {
	h.stay(d.from)
	if d.after == tree.Directory && d.before != tree.Directory {
		h.missing[h.key(h.side, d.to)] = true
	}
	if d.from != d.to && d.after != tree.Absent && d.before != tree.Absent {
		h.occupied[h.key(h.side, d.from)] = true
	}
}

// drag skips until nothing more is held up.
func (h *holding) drag(deeds *deeds) {
	for changed := true; changed; {
		changed = false
		for i, d := range deeds.all() {
			if d.side != h.side || d.why != "" {
				continue
			}
			if why := h.holds(&d); why != "" {
				deeds.skip(i, why)
				h.note(&d)
				changed = true
			}
		}
	}
}

// holds is why d cannot be done, "" if it can.
func (h *holding) holds(d *deed) Why {
	to := h.key(h.side, d.to)
	switch {
	case d.to != "" && below(to, h.missing):
		return NotCreated
	case d.takesDirectory() && h.above[h.key(h.side, d.from)]:
		return NotEmpty
	case d.to != "" && d.to != d.from && h.occupied[to]:
		return NotVacated
	}
	return ""
}

func below(path tree.Path, dirs map[tree.Path]bool) bool {
	if len(dirs) == 0 {
		return false
	}
	for dir := path.Parent(); dir != tree.Root; dir = dir.Parent() {
		if dirs[dir] {
			return true
		}
	}
	return false
}
