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
	names  []unlistedName
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
	for i := range p.Operations {
		u.listed[p.Operations[i].Path], u.listed[p.Operations[i].From()] = true, true
	}
	for i := range p.Conflicts {
		u.listed[p.Conflicts[i].Path], u.listed[p.Conflicts[i].RemotePath] = true, true
	}
	for i := range p.Problems {
		if path := p.Problems[i].Path; path != nil {
			u.listed[*path] = true
		}
	}
}

// note keeps a name of the part, unless the plan lists it or a directory above it; where something is expected of it,
// the plan does. What is not of the part may have been so when the plan was made.
func (u *unlisted) note(n *plan.Name, limits plan.Limits) {
	for _, side := range plan.BothSides {
		here, there := n.Entry[side].Type, n.Entry[side.Other()].Type
		if here == tree.Absent || len(u.names) == mostUnlisted {
			continue
		}
		strayed, alone := n.Strayed(side), there == tree.Absent
		if !strayed && !alone || u.lists(n.Path[side]) || !limits.Has(n.Path[side], &n.Entry[side]) {
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
