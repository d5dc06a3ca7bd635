package plan

import (
	"fmt"

	"treaty/plan/internal/ignore"
	"treaty/plan/tree"
)

// A unit is a directory whose files mean something only together, as those of a Git repository do: all that one side
// changed of it travels, or none. Where both sides changed it, to different ends, nobody can choose file by file: then
// the directory is one conflict.

// Unit is the directory that an operation belongs to, which is taken whole.
type Unit struct {
	Path tree.Path `json:"path"`
	// Operations is how many operations of the plan name it.
	Operations int `json:"operations"`
}

// Units tells which directories are taken whole; the zero value is none.
type Units struct{ scope *ignore.Scope }

// Units are those that the options name.
func (o *Options) Units() Units { return unitsOf(o.Atomic) }

func unitsOf(patterns []string) Units {
	if len(patterns) == 0 {
		return Units{}
	}
	scope := ignore.New(ignore.Options{Patterns: patterns})
	return Units{&scope}
}

// Of is the outermost unit that an entry is, or lies in; false where there is none.
func (u Units) Of(path tree.Path, directory bool) (unit tree.Path, found bool) {
	if u.scope == nil {
		return tree.Root, false
	}
	for end := range len(path) {
		if path[end] == '/' && u.is(path[:end]) {
			return path[:end], true
		}
	}
	return path, directory && u.is(path)
}

func (u Units) is(dir tree.Path) bool { return u.scope.Match(string(dir), true) == ignore.Ignored }

// TakesWhole tells whether a conflict is one of a directory that is taken whole.
func (u Units) TakesWhole(c *Conflict) bool {
	if c.Local.Of() != tree.Directory && c.Remote.Of() != tree.Directory {
		return false
	}
	_, found := u.Of(c.Path, true)
	return found
}

// ofOperation is the unit of an operation.
func (u Units) ofOperation(op *Operation) (tree.Path, bool) {
	return u.Of(op.Path, op.Before.Of() == tree.Directory || op.After.Of() == tree.Directory)
}

// nameUnits makes the operations of a plan name the units that they belong to.
func nameUnits(p *Plan) {
	units, spelled := p.Options.Units(), p.spellings()
	if units.scope == nil {
		return
	}
	count := map[tree.Path]int{}
	for i := range p.Operations {
		if path, found := units.ofOperation(&p.Operations[i]); found {
			count[spelled.pairKey(path)]++
		}
	}
	for i := range p.Operations {
		op := &p.Operations[i]
		if path, found := units.ofOperation(op); found {
			op.Amend(func(r *Rare) { r.Unit = &Unit{path, count[spelled.pairKey(path)]} })
		}
	}
}

// members are the places of the operations that are carried out together or not at all, for each unit that
// operations name, in the order of their first. A move out of a unit belongs to it too.
func (s spellings) members(operations []Operation) [][]int {
	var all [][]int
	at := map[tree.Path]int{}
	for i := range operations {
		if unit := operations[i].Unit(); unit != nil {
			key := s.pairKey(unit.Path)
			if _, known := at[key]; !known {
				at[key] = len(all)
				all = append(all, nil)
			}
			all[at[key]] = append(all[at[key]], i)
		}
	}
	if len(all) == 0 {
		return nil
	}
	for i := range operations {
		for dir := operations[i].From().Parent(); operations[i].From() != "" && dir != tree.Root; dir = dir.Parent() {
			if unit, found := at[s.pairKey(dir)]; found && !within(&operations[i], s, dir) {
				all[unit] = append(all[unit], i)
			}
		}
	}
	return all
}

// within tells whether an operation names a unit.
func within(op *Operation, s spellings, unit tree.Path) bool {
	return op.Unit() != nil && s.pairKey(op.Unit().Path) == s.pairKey(unit)
}

// hold leaves out all of a unit of which something is left out, and tells whether there was any more of one.
func hold(deeds *deeds, units [][]int) (more bool) {
	for _, members := range units {
		held := false
		for _, i := range members {
			held = held || deeds.why(i) != ""
		}
		for _, i := range members {
			if held && deeds.why(i) == "" {
				deeds.skip(i, NotWhole)
				more = true
			}
		}
	}
	return more
}

// dropBlockedUnits takes the operations of each unit out of a plan in which something of that unit is blocked.
func dropBlockedUnits(p *Plan) {
	units, spelled := p.Options.Units(), p.spellings()
	blocked := map[tree.Path]bool{}
	for _, problem := range blocks(p.Problems) {
		if path, found := units.Of(*problem.Path, true); found {
			blocked[spelled.pairKey(path)] = true
		}
	}
	if len(blocked) == 0 {
		return
	}
	kept := p.Operations[:0]
	for i := range p.Operations {
		if path, found := units.ofOperation(&p.Operations[i]); !found || !blocked[spelled.pairKey(path)] {
			kept = append(kept, p.Operations[i])
		}
	}
	p.Operations = kept
}

// ofUnits holds the operations of a plan to the units that they name, and those that they would have to name.
func (c *checker) ofUnits() {
	for i, pattern := range c.plan.Options.Atomic {
		if err := ignore.Check(pattern); err != nil {
			c.fail(member(fmt.Sprintf("/options/atomic/%d", i)), "%v", err)
		}
	}
	units, spelled := c.plan.Options.Units(), c.plan.spellings()
	count, told := map[tree.Path]int{}, map[tree.Path]bool{}
	once := func(unit tree.Path) bool {
		known := told[spelled.pairKey(unit)]
		told[spelled.pairKey(unit)] = true
		return !known
	}
	for i := range c.plan.Operations {
		op, at := &c.plan.Operations[i], element(i)
		if path, found := units.ofOperation(op); found && !within(op, spelled, path) && once(path) {
			c.fail(at.below(""), "it is of %q, which is taken whole, and has to say so", path)
		}
		if op.Unit() == nil {
			continue
		}
		count[spelled.pairKey(op.Unit().Path)]++
		_, illegal := tree.ParsePath(string(op.Unit().Path))
		if (illegal != nil || !op.Path.Within(op.Unit().Path)) && once(op.Unit().Path) &&
			c.path(op.Unit().Path, at.below("/unit/path")) {
			c.fail(at.below("/unit/path"), "%q does not lie in %q", op.Path, op.Unit().Path)
		}
	}
	for i := range c.plan.Operations {
		unit := c.plan.Operations[i].Unit()
		if unit == nil || count[spelled.pairKey(unit.Path)] == unit.Operations || !once(unit.Path) {
			continue
		}
		c.fail(element(i).below("/unit/operations"),
			"%q is taken whole: %d operations of it are here, of %d; skip what is not to be carried out",
			unit.Path, count[spelled.pairKey(unit.Path)], unit.Operations)
	}
}
