package plan

import (
	"slices"

	"treaty/plan/tree"
)

// oldNames relates what a side would delete to the barred entries that it may go by on the other side.
type oldNames struct {
	draft *draft
	// side is the one that would delete, leaving the differences that do, and barred what it cannot hold.
	side    Side
	leaving []*difference
	barred  []*barredEntry
	// by are, of a difference, the barred entries that it may be.
	by map[*difference][]*barredEntry
	// moved are the directories that content may have moved between: by how many files, from old to new.
	moved map[movedDirectory]int
	// parents are, of a directory, those that have a file each that may have been in it.
	parents map[tree.Path][]tree.Path
}

// movedDirectory is a directory of the one side that may be the other's by a barred name.
type movedDirectory struct {
	old, now tree.Path
	problem  int
}

// manyPairs is how many pairs of equal files still tell something of the directories that they are in.
const manyPairs = 1 << 12

func newOldNames(dr *draft, side Side, leaving []*difference) *oldNames {
	o := &oldNames{draft: dr, side: side, leaving: leaving, by: map[*difference][]*barredEntry{},
		moved: map[movedDirectory]int{}, parents: map[tree.Path][]tree.Path{}}
	for i := range dr.barred {
		if b := &dr.barred[i]; b.side == side.Other() {
			o.barred = append(o.barred, b)
		}
	}
	return o
}

// likeness is something that two entries have in common if one was renamed to the other.
type likeness struct {
	kind tree.Type
	content
	inode        uint64
	target, name string
	in           tree.Path // the directory, of what is empty
}

// likenesses are all those of an entry: a file's inode and content, a link's target; of what is empty its name, and
// the directory that it is in as the side of the barred entries spells that.
func likenesses(e *tree.Entry, inode uint64, hash tree.Hash, path tree.Path) []likeness {
	var list []likeness
	switch {
	case e.Type == tree.Symlink:
		list = append(list, likeness{kind: e.Type, target: e.Target})
	case !hasContent(e):
		list = append(list, likeness{kind: e.Type, name: e.Key}, likeness{kind: e.Type, in: "/" + path.Parent()})
	case hash.Known():
		list = append(list, likeness{kind: e.Type, content: content{e.Size, hash}})
	}
	if inode != 0 && e.Type == tree.File {
		list = append(list, likeness{kind: e.Type, inode: inode})
	}
	return list
}

// related relates entries one by one.
func (o *oldNames) related() {
	leaving, barred := map[likeness][]*difference{}, map[likeness][]*barredEntry{}
	full, there := o.full(), o.side.Other()
	for _, d := range o.leaving {
		if d.now(o.side).Type == tree.Directory && full[d.at(o.side)] {
			continue
		}
		e := d.now(o.side).entry(d.at(o.side).Base())
		for _, l := range likenesses(e, d.base.On[there].Inode, d.sum(o.side), d.at(there)) {
			leaving[l] = append(leaving[l], d)
		}
	}
	for _, b := range o.barred {
		if b.entry.Type == tree.Directory && !b.empty {
			continue
		}
		for _, l := range likenesses(&b.entry, b.entry.Inode, b.hash, b.path) {
			barred[l] = append(barred[l], b)
		}
	}
	arriving := o.arriving()
	for l := range barred {
		// What the side gets under other names as often is not lost.
		if !l.hash.Known() || arriving[l.content] < len(leaving[l]) {
			o.relate(leaving[l], barred[l], l.hash.Known() || l.inode != 0)
		}
	}
	o.unread()
	o.emptied()
}

// relate relates each to each. Unless they are too many, what has content votes for the directories.
func (o *oldNames) relate(leaving []*difference, barred []*barredEntry, votes bool) {
	if len(leaving) == 0 || len(barred) == 0 {
		return
	}
	few := len(leaving)*len(barred) <= manyPairs
	for _, d := range leaving {
		if !few {
			o.by[d] = append(o.by[d], barred[0])
			continue
		}
		o.by[d] = append(o.by[d], barred...)
		for _, b := range barred {
			if old := d.at(o.side); votes {
				o.vote(old, b)
				o.parents[old.Parent()] = append(o.parents[old.Parent()], b.path.Parent())
			}
		}
	}
}

// unread relates files of one size of which one could not be read.
func (o *oldNames) unread() {
	leaving, barred := map[int64][]*difference{}, map[int64][]*barredEntry{}
	for _, d := range o.leaving {
		if e := d.now(o.side); e.hasContent() {
			leaving[e.Size] = append(leaving[e.Size], d)
		}
	}
	for _, b := range o.barred {
		if hasContent(&b.entry) {
			barred[b.entry.Size] = append(barred[b.entry.Size], b)
		}
	}
	hashed := func(d *difference) bool { return d.sum(o.side).Known() }
	read := func(b *barredEntry) bool { return b.hash.Known() }
	for size := range leaving {
		o.relate(leaving[size], slices.DeleteFunc(slices.Clone(barred[size]), read), false)
		o.relate(slices.DeleteFunc(slices.Clone(leaving[size]), hashed), barred[size], false)
	}
}

// emptied relates empty files of directories that other files moved between.
func (o *oldNames) emptied() {
	in := map[tree.Path]*barredEntry{}
	for _, b := range o.barred {
		if b.entry.Type == tree.File && b.entry.Size == 0 {
			in[b.path.Parent()] = b
		}
	}
	for _, d := range o.leaving {
		if e := d.now(o.side); e.Type != tree.File || e.Size > 0 {
			continue
		}
		for _, now := range o.parents[d.at(o.side).Parent()] {
			if b, found := in[now]; found {
				o.by[d] = append(o.by[d], b)
			}
		}
	}
}

// vote counts a file for the directory that it moved from, as far up as the two paths end in the same names. A
// file that is barred by its own name alone moved no directory.
func (o *oldNames) vote(old tree.Path, b *barredEntry) {
	if b.problem < 0 {
		return
	}
	now, top := b.path, *o.draft.problems[b.problem].Path
	for now != top && now != tree.Root && old != tree.Root && old.Base() == now.Base() {
		old, now = old.Parent(), now.Parent()
	}
	if old != tree.Root && now != b.path {
		o.moved[movedDirectory{old, now, b.problem}]++
	}
}

// directories keeps all of a directory that was renamed to a barred name: the one that most of the files come from.
func (o *oldNames) directories() {
	whole := o.renamedDirectories()
	first := map[int]*barredEntry{}
	for _, b := range slices.Backward(o.barred) {
		first[b.problem] = b
	}
	goes := map[tree.Path]bool{}
	for _, d := range o.leaving {
		goes[d.at(o.side)] = true
	}
	for _, d := range o.leaving {
		for dir := d.at(o.side); dir != tree.Root; dir = dir.Parent() {
			for _, problem := range whole[dir] {
				if goes[dir] {
					o.by[d] = append(o.by[d], first[problem])
				}
			}
		}
	}
}

// renamedDirectories are the problems that bar the new names of directories, by their old ones.
func (o *oldNames) renamedDirectories() map[tree.Path][]int {
	type place struct {
		now     tree.Path
		problem int
	}
	most := map[place]int{}
	for m, files := range o.moved {
		most[place{m.now, m.problem}] = max(most[place{m.now, m.problem}], files)
	}
	whole := map[tree.Path][]int{}
	for m, files := range o.moved {
		if files == most[place{m.now, m.problem}] {
			whole[m.old] = append(whole[m.old], m.problem)
		}
	}
	return whole
}

// full are the directories of the side that have differences in them.
func (o *oldNames) full() map[tree.Path]bool {
	full := map[tree.Path]bool{}
	for _, d := range o.draft.differences {
		if d.has(o.side) {
			full[d.at(o.side).Parent()] = true
		}
	}
	return full
}

// arriving are the contents that the side gets under some name, and how often.
func (o *oldNames) arriving() map[content]int {
	times := map[content]int{}
	for _, d := range o.draft.differences {
		side, ok := d.arrives()
		if key, known := d.contentOf(side.Other()); ok && side == o.side && known {
			times[key]++
		}
	}
	return times
}
