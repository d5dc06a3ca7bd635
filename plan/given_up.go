package plan

import (
	"slices"

	"treaty/plan/tree"
)

// A resolution that takes one of a file's two names gives the other name up. A directory that one side has for
// such names alone is not made on the other side, and goes from where it is.

// givenUp is such a directory.
type givenUp struct {
	// create is the deed that would make it on the side that lacks it.
	create int
	// path is how the side that has it spells it, and by the last deed that takes a name out of it there.
	path tree.Path
	by   int
}

// givenUp finds those directories; stays is what the conflicts leave where it is.
func (p *Plan) givenUp(deeds *deeds, stays Sides[[]tree.Path]) []givenUp {
	listed, spelled := len(p.Operations), p.spellings()
	vacated := spelled.vacated(deeds)
	if len(vacated[Local])+len(vacated[Remote]) == 0 {
		return nil
	}
	// only tells of a deed whether it makes a directory out of which a name is taken, on the side that has it.
	only := func(d *deed) (givenUp, bool) {
		g, found := vacated[d.side.Other()][spelled.pairKey(d.to)]
		return g, found && d.why == "" && d.before == tree.Absent && d.after == tree.Directory
	}
	used := p.used(stays)
	for i, d := range deeds.all() {
		if _, empties := only(&d); i < listed && empties {
			continue
		}
		if used.add(d.to); i < listed || !d.givesUp() {
			used.add(d.from)
		}
	}
	var found []givenUp
	for i := range listed {
		d := deeds.at(i)
		if g, empties := only(&d); empties && !used.has(d.to) {
			found = append(found, givenUp{create: i, path: g.path, by: listed + g.by})
		}
	}
	return found
}

// givesUp tells, of what settles a conflict, whether it takes one of two names for the other.
func (d *deed) givesUp() bool {
	return d.why == "" && d.from != "" && d.to != "" && d.from != d.to && d.before != tree.Directory
}

// vacated are the directories out of which what settles conflicts takes names, by the side that has them.
func (s spellings) vacated(deeds *deeds) Sides[map[tree.Path]givenUp] {
	vacated := Sides[map[tree.Path]givenUp]{{}, {}}
	for i := range deeds.settling {
		d := deeds.at(len(deeds.operations) + i)
		if !d.givesUp() {
			continue
		}
		for dir := d.from.Parent(); dir != tree.Root; dir = dir.Parent() {
			vacated[d.side][s.pairKey(dir)] = givenUp{path: dir, by: i}
		}
	}
	return vacated
}

// usedDirectories are directories in which something is in the end, by pairKey.
type usedDirectories struct {
	spellings
	by map[tree.Path]bool
}

// used are the directories in which something stays that no operation is about.
func (p *Plan) used(stays Sides[[]tree.Path]) usedDirectories {
	used := usedDirectories{p.spellings(), map[tree.Path]bool{}}
	for _, path := range slices.Concat(stays[Local], stays[Remote]) {
		used.add(path)
	}
	for i := range p.Conflicts {
		if c := &p.Conflicts[i]; c.Resolution == Unresolved {
			used.add(c.PathOn(Local))
			used.add(c.PathOn(Remote))
		}
	}
	for _, problem := range blocks(p.Problems) {
		used.add(*problem.Path)
	}
	return used
}

// add notes that the directories above path are used.
func (u usedDirectories) add(path tree.Path) {
	for path = u.pairKey(path); path != tree.Root; {
		if path = path.Parent(); u.by[path] {
			return
		}
		u.by[path] = true
	}
}

func (u usedDirectories) has(dir tree.Path) bool { return u.by[u.pairKey(dir)] }
