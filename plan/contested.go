package plan

import (
	"fmt"

	"treaty/plan/tree"
)

// A directory that one side has is in conflict as a whole where it stands against a file or a link, or where the other
// side deleted it and something in it changed. Whatever is chosen, all in it goes, or comes to the other side, or is
// made again by another name. What is in the way of that is asked of each entry by one function: in the walk, where
// the conflict is certain (planner), and behind it, where content had to tell (decideExchanges).

// bearing is what lies in a directory, as far as it bears on what can become of that.
type bearing struct {
	// stays tells of a doomed directory that it cannot go: something in it is blocked or ignored.
	stays bool
	// guarded tells of one that something in it is ignored by nothing but the rules of doomed directories.
	guarded bool
	// held tells of a contested directory that something in it can neither go nor come.
	held bool
	// bound tells of one that something in it has a name that its own side cannot make anew.
	bound bool
}

// add takes in what bears on a directory in it.
func (b *bearing) add(below bearing) {
	b.stays, b.guarded = b.stays || below.stays, b.guarded || below.guarded
	b.held, b.bound = b.held || below.held, b.bound || below.bound
}

// bearing is that of an entry in a contested directory of a side. What the other side cannot hold is blocked.
func (dr *draft) bearing(side Side, d *difference) bearing {
	return bearing{held: dr.refuses(side.Other(), Create, d),
		bound: d.rare.all().bound || dr.policy.capacity(side).forbidsAnew(d)}
}

// stuck tells whether a directory of either side has anything in it that can neither go nor come, whatever is chosen:
// what is blocked, but for what cannot be read, of which that may change.
func (p *problems) stuck(dir tree.Path) bool {
	for _, problem := range blocks(*p) {
		if problem.Path.Within(dir) && problem.Code != Unreadable && problem.Code != ChangedWhileReading {
			return true
		}
	}
	return false
}

// leaveWhole says of what is blocked in a contested directory that all of the directory stays as it is.
func (p *problems) leaveWhole(dir Sides[tree.Path]) {
	for _, problem := range blocks(*p) {
		for _, side := range BothSides {
			if problem.Path.Within(dir[side]) {
				problem.Message += fmt.Sprintf("; all of %q stays as it is, which is in conflict", dir[side])
				break
			}
		}
	}
}
