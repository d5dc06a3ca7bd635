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
	e := d.now(c.side.Other())
	return c.side, e.Type == tree.File && e.Size > 0 &&
		(c.action == Create || c.action == Update && d.base != nil && d.now(c.side).Type == tree.File)
}

// leaves tells which side would lose a file's content at this path: content that the baseline knows and
// the side did not change. What becomes a directory could not be moved before it has to be there.
func (d *difference) leaves() (Side, bool) {
	if len(d.verdict.changes) != 1 || d.base == nil {
		return 0, false
	}
	c := &d.verdict.changes[0]
	e := d.now(c.side)
	return c.side, e.Type == tree.File && e.Size > 0 &&
		(c.action == Delete || c.action == Update && d.now(c.side.Other()).Type != tree.Directory)
}

// createdFile tells which side would get a file that neither side had before, and is not empty. One of a unit goes
// by its name in that.
func (d *difference) createdFile() (Side, bool) {
	side, arrives := d.arrives()
	return side, arrives && d.base == nil && d.verdict.changes[0].action == Create && !d.rare.all().whole.taken()
}

// wantRenames marks files whose size occurs where content leaves, or under another name on the
// other side: their content tells whether they were only renamed.
func wantRenames(dr *draft) {
	var arrives, leaves, created Sides[map[int64]bool]
	for _, side := range BothSides {
		arrives[side], leaves[side], created[side] = map[int64]bool{}, map[int64]bool{}, map[int64]bool{}
	}
	for _, d := range dr.differences {
		if side, ok := d.arrives(); ok {
			arrives[side][d.now(side.Other()).Size] = true
		}
		if side, ok := d.createdFile(); ok {
			created[side][d.now(side.Other()).Size] = true
		}
		if side, ok := d.leaves(); ok {
			leaves[side][d.now(side).Size] = true
		}
	}
	for _, d := range dr.differences {
		if side, ok := d.arrives(); ok && !d.sum(side.Other()).Known() {
			size := d.now(side.Other()).Size
			_, isNew := d.createdFile()
			d.wanted[side.Other()] = d.wanted[side.Other()] || leaves[side][size] || isNew && created[side.Other()][size]
		}
		if side, ok := d.leaves(); ok && !d.sum(side).Known() {
			d.wanted[side] = d.wanted[side] || arrives[side][d.now(side).Size]
		}
	}
}

// findRenames finds files that only changed their name: on one side since the baseline, which is a move
// for the other, or differently on the two sides, which is a conflict. Both need a match that is unique.
func findRenames(dr *draft) {
	for _, side := range BothSides {
		findMoves(dr, side)
	}
	renamedDifferently(dr)
	dr.drop()
}

// contentOf is what makes a side's file recognisable; false where its content is not known.
func (d *difference) contentOf(side Side) (content, bool) {
	return content{d.now(side).Size, d.sum(side)}, d.sum(side).Known()
}

// findMoves turns content that leaves one path of a side and arrives at another into a move there, if the
// match is unique. A path that content arrives at must be free, or be left by another move of the same
// plan: so chains, swaps and cycles are moves too. What arrives at a path that a move left, and is no
// move itself, is a create.
func findMoves(dr *draft, side Side) {
	source := uniquelyMoved(dr, side)
	// Without its move a file stays where it is, in the way of what was to take its place.
	moved := map[*difference]bool{}
	for _, from := range source {
		moved[from] = true
	}
	for to := range source {
		for from := source[to]; from != nil && to.verdict.changes[0].action == Update && !moved[to]; to,
			from = from, source[from] {
			delete(source, to)
			delete(moved, from)
		}
	}
	before := map[*difference]difference{}
	for from := range moved {
		before[from] = *from
	}
	for to, from := range source {
		old := before[from]
		becomeMove(dr.policy, to, &old, side)
	}
	for from := range moved {
		switch {
		case source[from] != nil:
		case from.verdict.changes[0].action == Delete:
			from.dropped = true
		default:
			from.verdict.changes[0].action = Create
			from.item[side] = nil
		}
	}
}

// uniquelyMoved gives for what arrives on a side what leaves there with the same content, where there is one of each.
func uniquelyMoved(dr *draft, side Side) map[*difference]*difference {
	arrives, leaves := map[content][]*difference{}, map[content][]*difference{}
	for _, d := range dr.differences {
		if at, ok := d.leaves(); ok && at == side && dr.changesHands(d, side) {
			if key, known := d.contentOf(side); known {
				leaves[key] = append(leaves[key], d)
			}
		}
	}
	for _, d := range dr.differences {
		if at, ok := d.arrives(); ok && at == side && dr.changesHands(d, side) {
			// Of a first sync everything arrives, and nothing leaves.
			if key, known := d.contentOf(side.Other()); known && leaves[key] != nil {
				arrives[key] = append(arrives[key], d)
			}
		}
	}
	source := map[*difference]*difference{}
	for key, to := range arrives {
		if from := leaves[key]; len(to) == 1 && len(from) == 1 {
			source[to[0]] = from[0]
		}
	}
	return source
}

// changesHands tells whether a side may lose what it has under a name and get something else under it: what it
// replaces, it need not be able to make.
func (dr *draft) changesHands(d *difference, side Side) bool {
	if d.verdict.changes[0].action != Update {
		return true
	}
	anew := *d
	anew.item[side] = nil
	code, _ := dr.policy.capacity(side).forbids(Create, &anew)
	return code == "" && !d.rare.all().isTwin[side]
}

// becomeMove makes d a move of the file that side had at old. Its time and mode change only as far as the
// other side changed them; but a time that only this side changed gives way, since the next plan would
// find the two times different, and the path new.
func becomeMove(p *policy, d, old *difference, side Side) {
	c, other := &d.verdict.changes[0], side.Other()
	c.action, c.reason = Move, MovedOn.On(other)
	c.renamed = &renamed{from: old.at(side), to: c.renamed.all().to}
	kept, there := old.base.On[other], d.now(other)
	c.mtime = p.carried(there.Mtime, side)
	here := old.now(side)
	if !p.timesTell() || p.untouched(there.Mtime, kept, other) && p.untouched(here.Mtime, old.base.On[side], side) {
		c.mtime = here.Mtime
	}
	if p.bothModes() {
		c.mode = there.Mode
		if there.Mode == kept.Mode {
			c.mode = old.now(side).Mode
		}
	}
	d.item[side] = old.item[side]
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
