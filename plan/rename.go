package plan

import (
	"cmp"
	"slices"

	"treaty/plan/tree"
)

// content is what makes a file recognisable under another name.
type content struct {
	size int64
	hash tree.Hash
}

// arrives tells which side would get a file's content at this path, by a change of its own and where at
// most a file stands in the way. Empty files are nobody's.
func (d *difference) arrives() (Side, bool) {
	if len(d.verdict.changes) != 1 {
		return 0, false
	}
	c := &d.verdict.changes[0]
	e := &d.entry[c.side.Other()]
	return c.side, e.Type == tree.File && e.Size > 0 &&
		(c.action == Create || c.action == Update && d.base != nil && d.entry[c.side].Type == tree.File)
}

// leaves tells which side would lose a file's content at this path: content that the baseline knows and
// the side did not change. What becomes a directory could not be moved before it has to be there.
func (d *difference) leaves() (Side, bool) {
	if len(d.verdict.changes) != 1 || d.base == nil {
		return 0, false
	}
	c := &d.verdict.changes[0]
	e := &d.entry[c.side]
	return c.side, e.Type == tree.File && e.Size > 0 &&
		(c.action == Delete || c.action == Update && d.entry[c.side.Other()].Type != tree.Directory)
}

// createdFile tells which side would get a file that neither side had before, and is not empty.
func (d *difference) createdFile() (Side, bool) {
	side, arrives := d.arrives()
	return side, arrives && d.base == nil && d.verdict.changes[0].action == Create
}

// renameCandidates marks files whose size occurs where content leaves, or under another name on the
// other side: their content tells whether they were only renamed.
func (w *walk) renameCandidates() {
	var arrives, leaves, created Sides[map[int64]bool]
	for _, side := range BothSides {
		arrives[side], leaves[side], created[side] = map[int64]bool{}, map[int64]bool{}, map[int64]bool{}
	}
	for i := range w.differences {
		d := &w.differences[i]
		if side, ok := d.arrives(); ok {
			arrives[side][d.entry[side.Other()].Size] = true
		}
		if side, ok := d.createdFile(); ok {
			created[side][d.entry[side.Other()].Size] = true
		}
		if side, ok := d.leaves(); ok {
			leaves[side][d.entry[side].Size] = true
		}
	}
	for i := range w.differences {
		d := &w.differences[i]
		if side, ok := d.arrives(); ok && !d.hash[side.Other()].Known() {
			size := d.entry[side.Other()].Size
			_, isNew := d.createdFile()
			d.wanted[side.Other()] = d.wanted[side.Other()] || leaves[side][size] || isNew && created[side.Other()][size]
		}
		if side, ok := d.leaves(); ok && !d.hash[side].Known() {
			d.wanted[side] = d.wanted[side] || arrives[side][d.entry[side].Size]
		}
	}
}

// renames finds files that only changed their name: on one side since the baseline, which is a move
// for the other, or differently on the two sides, which is a conflict. Both need a match that is unique.
func (w *walk) renames() {
	drop := map[int]bool{}
	for _, side := range BothSides {
		w.moves(side, drop)
	}
	w.renamedDifferently(drop)
	w.drop(drop)
}

// moves turns content that leaves one path of a side and arrives at another into a move there, if the
// match is unique. A path that content arrives at must be free, or be left by another move of the same
// plan: so chains, swaps and cycles are moves too. What arrives at a path that a move left, and is no
// move itself, is a create.
func (w *walk) moves(side Side, drop map[int]bool) {
	arrives, leaves := map[content][]int{}, map[content][]int{}
	for i := range w.differences {
		d := &w.differences[i]
		if at, ok := d.arrives(); ok && at == side && d.hash[side.Other()].Known() {
			key := content{d.entry[side.Other()].Size, d.hash[side.Other()]}
			arrives[key] = append(arrives[key], i)
		}
		if at, ok := d.leaves(); ok && at == side && d.hash[side].Known() {
			key := content{d.entry[side].Size, d.hash[side]}
			leaves[key] = append(leaves[key], i)
		}
	}
	source, moved := map[int]int{}, map[int]bool{}
	for key, to := range arrives {
		if from := leaves[key]; len(to) == 1 && len(from) == 1 {
			source[to[0]] = from[0]
			moved[from[0]] = true
		}
	}
	occupied := func(to int) bool {
		_, arrives := source[to]
		return arrives && w.differences[to].verdict.changes[0].action == Update && !moved[to]
	}
	for key := range arrives {
		// Without its move a file stays where it is, in the way of what was to take its place.
		for to := arrives[key][0]; occupied(to); {
			from := source[to]
			delete(source, to)
			delete(moved, from)
			to = from
		}
	}
	before := map[int]difference{}
	for from := range moved {
		before[from] = w.differences[from]
	}
	for to, from := range source {
		old := before[from]
		w.moveHere(&w.differences[to], &old, side)
	}
	for from := range moved {
		d := &w.differences[from]
		if _, arrives := source[from]; arrives {
			continue
		}
		if d.verdict.changes[0].action == Delete {
			drop[from] = true
			continue
		}
		d.verdict.changes[0].action = Create
		d.entry[side], d.hash[side] = tree.Entry{}, tree.Hash{}
	}
}

// moveHere makes d a move of the file that side had at old. Its time and mode change only as far as the
// other side changed them; but a time that only this side changed gives way, since the next plan would
// find the two times different, and the path new.
func (w *walk) moveHere(d, old *difference, side Side) {
	c, other := &d.verdict.changes[0], side.Other()
	c.action, c.reason, c.from = Move, MovedOn.On(other), old.path[side]
	kept, there := old.base.On[other], &d.entry[other]
	c.mtime = w.policy.carried(there.Mtime, side)
	here := &old.entry[side]
	if !w.policy.timesTell() || w.policy.untouched(there.Mtime, kept, other) && w.policy.untouched(here.Mtime, old.base.On[side], side) {
		c.mtime = here.Mtime
	}
	if w.policy.bothModes() {
		c.mode = there.Mode
		if there.Mode == kept.Mode {
			c.mode = old.entry[side].Mode
		}
	}
	d.entry[side], d.hash[side] = old.entry[side], old.hash[side]
}

// Sort puts operations, conflicts and problems in the order of plans.
func (p *Plan) Sort() {
	slices.SortFunc(p.Operations, func(a, b Operation) int {
		return cmp.Or(tree.Compare(a.Path, b.Path), cmp.Compare(a.Side, b.Side))
	})
	slices.SortFunc(p.Conflicts, func(a, b Conflict) int { return tree.Compare(a.Path, b.Path) })
	sortProblems(p.Problems)
}

// Number gives operations and then conflicts their ids, from 1.
func (p *Plan) Number() {
	id := 0
	for i := range p.Operations {
		id++
		p.Operations[i].ID = id
	}
	for i := range p.Conflicts {
		id++
		p.Conflicts[i].ID = id
	}
}
