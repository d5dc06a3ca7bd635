package render

import (
	"cmp"
	"slices"

	"treaty/plan"
	"treaty/plan/tree"
)

// effect is a plan's operations in the order of plans, whatever order a reviewer left them in, and
// what becomes of each.
type effect struct {
	operations []*plan.Operation
	// held are the operations that do not happen because of a decision on another: what lies below a
	// directory whose create is skipped, and the parents of what stays.
	held map[*plan.Operation]bool
	// disputed are the directories that hold a conflict, with the id of the first.
	disputed plan.Sides[map[tree.Path]int]
}

func effects(p *plan.Plan) *effect {
	e := &effect{held: map[*plan.Operation]bool{}}
	e.operations = make([]*plan.Operation, len(p.Operations))
	for i := range p.Operations {
		e.operations[i] = &p.Operations[i]
	}
	slices.SortStableFunc(e.operations, func(a, b *plan.Operation) int {
		return cmp.Or(tree.Compare(a.Path, b.Path), cmp.Compare(a.Side, b.Side))
	})
	for _, side := range plan.BothSides {
		e.holdBelow(side)
		e.holdAbove(side)
		e.disputed[side] = disputed(p, side)
	}
	return e
}

func disputed(p *plan.Plan, side plan.Side) map[tree.Path]int {
	in := map[tree.Path]int{}
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		if c.State(side) == nil {
			continue
		}
		for dir := c.PathOn(side); dir != tree.Root; {
			dir = dir.Parent()
			if _, known := in[dir]; known {
				break
			}
			in[dir] = c.ID
		}
	}
	return in
}

// applied tells whether op is carried out, as far as the plan tells.
func (e *effect) applied(op *plan.Operation) bool {
	return op.Decision != plan.Skip && !e.held[op]
}

// holdBelow holds what a side would get below directories that it does not get.
func (e *effect) holdBelow(side plan.Side) {
	var missing tree.Path
	for _, op := range e.operations {
		if op.Side != side || op.After == nil {
			continue
		}
		switch {
		case missing != tree.Root && op.Path != missing && op.Path.Within(missing):
			e.held[op] = true
		case op.Decision == plan.Skip && makesDirectory(op):
			missing = op.Path
		}
	}
}

// holdAbove holds the deletes of directories in which something stays.
func (e *effect) holdAbove(side plan.Side) {
	going := map[tree.Path]*plan.Operation{}
	for _, op := range e.operations {
		if op.Side == side && takesDirectory(op) {
			going[op.Path] = op
		}
	}
	if len(going) == 0 {
		return
	}
	for _, op := range e.operations {
		if op.Side != side || e.applied(op) {
			continue
		}
		stays, leaves := leaving(op)
		for ; leaves && stays != tree.Root; stays = stays.Parent() {
			if above := going[stays.Parent()]; above != nil {
				e.held[above] = true
			}
		}
	}
}

// leaving is the path at which op leaves nothing behind; false where it does.
func leaving(op *plan.Operation) (tree.Path, bool) {
	switch op.Action {
	case plan.Delete:
		return op.Path, true
	case plan.Move:
		return op.From, true
	}
	return "", false
}

// makesDirectory tells whether op puts a directory where none was.
func makesDirectory(op *plan.Operation) bool {
	return op.After.Of() == tree.Directory && op.Before.Of() != tree.Directory
}

// takesDirectory tells whether op takes a directory away.
func takesDirectory(op *plan.Operation) bool {
	return op.Before.Of() == tree.Directory && op.After.Of() != tree.Directory
}
