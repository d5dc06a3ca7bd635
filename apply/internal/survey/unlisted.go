package survey

import (
	"strings"

	"treaty/apply/refusal"
	"treaty/plan"
	"treaty/plan/tree"
)

// unlisted are the names that the plan says nothing of and should: those that only one side has now, of which both
// sides had something, or nothing, when it was made; and those that are not as the baseline has them.
type unlisted struct {
	plan *plan.Plan
	// listed are the names that the plan says something of, nil as long as nobody asked.
	listed map[tree.Path]bool
	// blocking are, of each side, the directories above what is blocked there, changing those above what is to change, and
	// barring tells that a side cannot hold something: what was renamed to that keeps its name there.
	blocking, changing plan.Sides[map[tree.Path]bool]
	barring            plan.Sides[bool]
	names              []unlistedName
}

// unlistedName is a name that one side has.
type unlistedName struct {
	side plan.Side
	path tree.Path
	// strayed tells that it is not as the baseline has it there, alone that the other side has nothing there.
	strayed, alone bool
}

// mostUnlisted is how many are kept: they are for reading.
const mostUnlisted = 100

// read reads the plan.
func (u *unlisted) read() {
	p := u.plan
	u.listed = map[tree.Path]bool{}
	for _, side := range plan.BothSides {
		u.blocking[side], u.changing[side] = map[tree.Path]bool{}, map[tree.Path]bool{}
	}
	for i := range p.Operations {
		op := &p.Operations[i]
		u.listed[op.Path], u.listed[op.From()] = true, true
		noteAbove(u.changing[op.Side], op.Path)
	}
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		u.listed[c.Path], u.listed[c.RemotePath] = true, true
		for _, side := range plan.BothSides {
			noteAbove(u.changing[side], c.PathOn(side))
		}
	}
	for i := range p.Problems {
		problem := &p.Problems[i]
		if problem.Path == nil {
			continue
		}
		u.listed[*problem.Path] = true
		if problem.Severity == plan.Blocked && problem.Side != nil {
			noteAbove(u.blocking[*problem.Side], *problem.Path)
			u.barring[*problem.Side] = u.barring[*problem.Side] || problem.Code.Unfit() || problem.Code == plan.NameCollision
		}
	}
}

// noteAbove notes the directories above a path.
func noteAbove(dirs map[tree.Path]bool, path tree.Path) {
	for dir := path.Parent(); dir != tree.Root && !dirs[dir]; dir = dir.Parent() {
		dirs[dir] = true
	}
}

// held tells whether a directory of one side stays there, since something in it is blocked.
func (u *unlisted) held(side plan.Side, n *plan.Name) bool {
	path := n.Path[side]
	return n.Entry[side].Type == tree.Directory && n.Entry[side.Other()].Type != tree.Directory &&
		(u.blocking[plan.Local][path] || u.blocking[plan.Remote][path])
}

// explained tells whether the plan says why nothing is done about a name that a side has, of itself or of what is in
// it or around it. A directory that stays with all in it counts as listed from then on.
func (u *unlisted) explained(side plan.Side, n *plan.Name, strayed bool) bool {
	if u.lists(n.Path[side]) {
		return true
	}
	for _, where := range plan.BothSides {
		if path := n.Path[where]; u.held(where, n) {
			if !u.changing[where][path] {
				u.listed[tree.Path(strings.Clone(string(path)))] = true
			}
			return true
		}
	}
	return u.barring[side] && n.Recorded() && !strayed
}

// note keeps a name of the part, unless the plan lists it or a directory above it, or says why nothing is done about
// it; where something is expected of it, the plan lists it. What is not of the part may have been so when the plan was
// made.
func (u *unlisted) note(n *plan.Name, limits plan.Limits) {
	for _, side := range plan.BothSides {
		here, there := n.Entry[side].Type, n.Entry[side.Other()].Type
		if here == tree.Absent || len(u.names) == mostUnlisted {
			continue
		}
		strayed, alone := n.Strayed(side), there == tree.Absent
		if !strayed && !alone || u.explained(side, n, strayed) || !limits.Has(n.Path[side], &n.Entry[side]) {
			continue
		}
		path := tree.Path(strings.Clone(string(n.Path[side])))
		u.names = append(u.names, unlistedName{side, path, strayed, alone})
	}
}

func (u *unlisted) lists(path tree.Path) bool {
	if u.listed == nil {
		u.read()
	}
	for ; path != tree.Root; path = path.Parent() {
		if u.listed[path] {
			return true
		}
	}
	return false
}

// in are those right in a directory that changed on a side: what came to it, went from it, or changed in it.
func (u *unlisted) in(side plan.Side, dir tree.Path) []refusal.Drift {
	var out []refusal.Drift
	for _, name := range u.names {
		why := "only this side has it, and the plan says nothing of it"
		switch {
		case name.path.Parent() != dir, name.side != side && !name.alone:
			continue
		case name.side != side:
			why = "only the other side has it, and the plan says nothing of it"
		case name.strayed:
			why = "it is not as it was when last synced, and the plan says nothing of it"
		}
		out = append(out, refusal.Drift{Side: side, Path: name.path, Why: why})
	}
	return out
}
