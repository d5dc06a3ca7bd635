package survey

import (
	"strings"

	"treaty/apply/refusal"
	"treaty/plan"
	"treaty/plan/tree"
)

// unlisted are the names that only one side has now and that the plan says nothing of: when it was made, both
// sides had them, or none.
type unlisted struct {
	listed map[tree.Path]bool
	names  []lone
}

// lone is a name that one side has.
type lone struct {
	side plan.Side
	path tree.Path
}

// mostUnlisted is how many are kept: they are for reading.
const mostUnlisted = 100

func newUnlisted(p *plan.Plan) *unlisted {
	u := &unlisted{listed: map[tree.Path]bool{}}
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
	return u
}

// note keeps a name of the part that only one side has, unless the plan lists it or a directory above it. What is not
// of the part may have been on one side when the plan was made.
func (u *unlisted) note(n *plan.Name, limits plan.Limits) {
	for _, side := range plan.BothSides {
		here, there := n.Entry[side].Type, n.Entry[side.Other()].Type
		if here == tree.Absent || there != tree.Absent || len(u.names) == mostUnlisted || u.lists(n.Path[side]) ||
			!limits.Has(n.Path[side], &n.Entry[side]) {
			continue
		}
		u.names = append(u.names, lone{side, tree.Path(strings.Clone(string(n.Path[side])))})
	}
}

func (u *unlisted) lists(path tree.Path) bool {
	for ; path != tree.Root; path = path.Parent() {
		if u.listed[path] {
			return true
		}
	}
	return false
}

// in are those right in a directory that changed on a side, as what came to it or went from it.
func (u *unlisted) in(side plan.Side, dir tree.Path) []refusal.Drift {
	var out []refusal.Drift
	for _, name := range u.names {
		switch {
		case name.path.Parent() != dir:
		case name.side == side:
			out = append(out, refusal.Drift{Side: side, Path: name.path,
				Why: "only this side has it, and the plan says nothing of it"})
		default:
			out = append(out, refusal.Drift{Side: side, Path: name.path,
				Why: "only the other side has it, and the plan says nothing of it"})
		}
	}
	return out
}
