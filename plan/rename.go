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

// newFile tells which side would get a file that was not there before, and is not empty.
func (d *difference) newFile() (Side, bool) {
	if len(d.verdict.changes) != 1 {
		return 0, false
	}
	c := &d.verdict.changes[0]
	e := &d.entry[c.side.Other()]
	return c.side, c.action == Create && e.Type == tree.File && e.Size > 0
}

// goneFile tells which side would lose a file whose content the baseline knows.
func (d *difference) goneFile() (Side, bool) {
	if len(d.verdict.changes) != 1 {
		return 0, false
	}
	c := &d.verdict.changes[0]
	e := &d.entry[c.side]
	return c.side, c.action == Delete && e.Type == tree.File && e.Size > 0
}

// renameCandidates marks new files whose size occurs where a file went, or under another name on the
// other side: their content tells whether they were only renamed.
func (w *walk) renameCandidates() {
	var created, gone Sides[map[int64]bool]
	for _, side := range BothSides {
		created[side], gone[side] = map[int64]bool{}, map[int64]bool{}
	}
	for i := range w.differences {
		d := &w.differences[i]
		if side, ok := d.newFile(); ok {
			created[side][d.entry[side.Other()].Size] = true
		} else if side, ok := d.goneFile(); ok {
			gone[side][d.entry[side].Size] = true
		}
	}
	for i := range w.differences {
		d := &w.differences[i]
		if side, ok := d.newFile(); ok && !d.hash[side.Other()].Known() {
			size := d.entry[side.Other()].Size
			d.wanted[side.Other()] = d.wanted[side.Other()] || gone[side][size] || created[side.Other()][size]
		} else if side, ok := d.goneFile(); ok && !d.hash[side].Known() {
			d.wanted[side] = d.wanted[side] || created[side][d.entry[side].Size]
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

// moves turns a delete and a create of the same content on one side into a move there.
func (w *walk) moves(side Side, drop map[int]bool) {
	created, gone := map[content][]int{}, map[content][]int{}
	for i := range w.differences {
		d := &w.differences[i]
		if at, ok := d.newFile(); ok && at == side && d.hash[side.Other()].Known() {
			key := content{d.entry[side.Other()].Size, d.hash[side.Other()]}
			created[key] = append(created[key], i)
		} else if at, ok := d.goneFile(); ok && at == side && d.hash[side].Known() {
			key := content{d.entry[side].Size, d.hash[side]}
			gone[key] = append(gone[key], i)
		}
	}
	for key, to := range created {
		from := gone[key]
		if len(to) != 1 || len(from) != 1 {
			continue
		}
		d, old := &w.differences[to[0]], &w.differences[from[0]]
		c := &d.verdict.changes[0]
		c.action, c.reason, c.from = Move, MovedOn.On(side.Other()), old.path[side]
		d.entry[side], d.hash[side] = old.entry[side], old.hash[side]
		if !w.policy.bothModes() {
			c.mode, c.inferMode = old.entry[side].Mode, false
		}
		drop[from[0]] = true
	}
}

// renamedDifferently turns two creates of the same content, one a side and of the same time, into a
// conflict: the same file goes by two names.
func (w *walk) renamedDifferently(drop map[int]bool) {
	var only Sides[map[content][]int]
	for _, side := range BothSides {
		only[side] = map[content][]int{}
	}
	for i := range w.differences {
		d := &w.differences[i]
		if at, ok := d.newFile(); ok && d.fate != doomed && d.hash[at.Other()].Known() {
			has := at.Other()
			key := content{d.entry[has].Size, d.hash[has]}
			only[has][key] = append(only[has][key], i)
		}
	}
	near := func(l, r int) bool {
		return w.policy.near(w.differences[l].entry[Local].Mtime, w.differences[r].entry[Remote].Mtime)
	}
	partner := func(of int, among []int, near func(other int) bool) int {
		found := -1
		for _, other := range among {
			if near(other) {
				if found >= 0 {
					return -1
				}
				found = other
			}
		}
		return found
	}
	for key, locals := range only[Local] {
		remotes := only[Remote][key]
		for _, l := range locals {
			r := partner(l, remotes, func(r int) bool { return near(l, r) })
			if r < 0 || partner(r, locals, func(l int) bool { return near(l, r) }) != l {
				continue
			}
			d, other := &w.differences[l], &w.differences[r]
			d.verdict = verdict{kind: RenamedDifferently}
			d.entry[Remote], d.hash[Remote] = other.entry[Remote], other.hash[Remote]
			d.path[Remote], d.name[Remote] = other.path[Remote], other.name[Remote]
			drop[r] = true
		}
	}
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
