package plan

import (
	"treaty/plan/internal/ignore"
	"treaty/plan/tree"
)

// A plan of a part lists what a plan of the whole trees would list of it, but for what joins the part to the rest: a
// file that was moved out of it or into it is deleted or created there. All else is as if a person had taken it out
// of the plan: left alone, and what is on record of it stays on record. What directories the part needs above it are
// made.

// portion is the part of both trees that a plan is limited to; nil is all of them.
type portion struct {
	part ignore.Part
	// met tells that an entry of the part is in one of the trees, or on record.
	met bool
	// shut are the directories that could not be looked into.
	shut map[tree.Path]bool
}

func portionOf(o *Options) *portion {
	if len(o.Only) == 0 {
		return nil
	}
	return &portion{part: ignore.PartOf(o.Only), shut: map[tree.Path]bool{}}
}

// has tells whether a name is of the part, by either side's spelling.
func (p *portion) has(path Sides[tree.Path], t *trio) bool {
	directory := t.now(Local).Type == tree.Directory || t.now(Remote).Type == tree.Directory ||
		t.base != nil && t.base.Type == tree.Directory
	return p.part.Has(string(path[Local]), directory) || p.part.Has(string(path[Remote]), directory)
}

// meet notes a name that the walk comes by.
func (p *portion) meet(path func() Sides[tree.Path], t *trio) {
	if p == nil {
		return
	}
	at := path()
	p.met = p.met || p.has(at, t)
	for _, side := range BothSides {
		if e := t.now(side); e.Type == tree.Directory && e.Obstacle != "" {
			p.shut[at[side]] = true
		}
	}
}

// cannotEnter notes a directory that cannot be listed.
func (p *portion) cannotEnter(dir tree.Path) {
	if p != nil {
		p.shut[dir] = true
	}
}

// limit takes out of a draft what is not of the part.
func limit(dr *draft) {
	if dr.portion == nil {
		return
	}
	closed := dr.portion.closedOutside(dr.differences)
	needed := map[tree.Path]bool{}
	// A directory comes after what is in it.
	dr.keep(func(d *difference) bool {
		t := trioOf(d)
		switch {
		case below(d.at(Local), closed):
			d.rare.all().whole.leaveOut()
			return false
		case !dr.portion.has(d.paths(), &t) && !(needed[d.at(Local)] && d.createsDirectory()):
			d.rare.all().whole.leaveOut()
			return false
		}
		for dir := d.at(Local).Parent(); dir != tree.Root; dir = dir.Parent() {
			needed[dir] = needed[dir] || d.arrivesAnew()
		}
		return true
	})
	dr.problems = dr.portion.concerning(dr.problems)
}

// closedOutside are the paths that are not of the part and under which the sides have entries of two types: what is
// below can only change with them.
func (p *portion) closedOutside(ds differences) map[tree.Path]bool {
	closed := map[tree.Path]bool{}
	for _, d := range ds {
		exchanges := d.has(Local) && d.has(Remote) && d.now(Local).Type != d.now(Remote).Type
		if t := trioOf(d); exchanges && !p.has(d.paths(), &t) {
			closed[d.at(Local)] = true
		}
	}
	return closed
}

// arrivesAnew tells whether a side may get something under a name that it does not have.
func (d *difference) arrivesAnew() bool { return d.has(Local) != d.has(Remote) && !d.onlyDeletes() }

func (d *difference) onlyDeletes() bool {
	_, deletes := d.deletes()
	return deletes
}

// createsDirectory tells whether a difference is a new directory and nothing else.
func (d *difference) createsDirectory() bool {
	c := d.verdict.changes
	return len(c) == 1 && c[0].action == Create && d.now(c[0].side.Other()).Type == tree.Directory
}

// concerning are the problems about the part, those about a directory in which some of it may be included, and those
// about no path.
func (p *portion) concerning(all problems) problems {
	var kept problems
	for _, problem := range all {
		at := problem.Path
		if at == nil || p.part.Has(string(*at), true) || p.shut[*at] && p.part.MayLieIn(string(*at)) {
			kept = append(kept, problem)
		}
	}
	return kept
}
