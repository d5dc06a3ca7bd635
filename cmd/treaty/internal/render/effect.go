package render

import (
	"cmp"
	"iter"
	"slices"

	"treaty/plan"
	"treaty/plan/tree"
)

// effect is a plan's operations in the order of plans, whatever order a reviewer left them in, and
// what becomes of each.
type effect struct {
	opts       Options
	operations iter.Seq[*plan.Operation]
	present    present
	// settled are what resolutions come to.
	settled []plan.Effect
	// skips are the operations that are not carried out, by id.
	skips map[int]plan.Why
	// disputed are the directories that hold a conflict without a resolution, with the id of the first.
	disputed plan.Sides[map[tree.Path]int]
}

func effects(p *plan.Plan, opts Options) *effect {
	operations := ordered(p, opts.Only)
	e := &effect{opts: opts, operations: operations, present: presentIn(operations), skips: p.Skips(opts.There)}
	for i := range p.Conflicts {
		if c := &p.Conflicts[i]; opts.Only.has(c.ID) {
			e.settled = append(e.settled, c.Effects()...)
		}
	}
	for _, side := range plan.BothSides {
		e.disputed[side] = disputed(p, side)
	}
	return e
}

// ordered are operations of a plan in the order of plans. Those that come in it, as treaty writes them, are in no list
// beside the plan's.
func ordered(p *plan.Plan, only *Selection) iter.Seq[*plan.Operation] {
	listed := func(yield func(*plan.Operation) bool) {
		for i := range p.Operations {
			if op := &p.Operations[i]; only.has(op.ID) && !yield(op) {
				return
			}
		}
	}
	if inOrder(listed) {
		return listed
	}
	return slices.Values(slices.SortedStableFunc(listed, order))
}

func order(a, b *plan.Operation) int {
	return cmp.Or(tree.Compare(a.Path, b.Path), cmp.Compare(a.Side, b.Side))
}

func inOrder(ops iter.Seq[*plan.Operation]) bool {
	var last *plan.Operation
	for op := range ops {
		if last != nil && order(last, op) > 0 {
			return false
		}
		last = op
	}
	return true
}

// present tells what operations there are of, so that nobody goes through a million for those that there are none of.
type present struct {
	actions plan.Sides[uint32] // a bit an action
	trashed bool
}

func presentIn(ops iter.Seq[*plan.Operation]) (p present) {
	for op := range ops {
		p.actions[op.Side] |= 1 << op.Action
		p.trashed = p.trashed || fromTrash(op)
	}
	return p
}

// those are the operations of some actions on a side that have something.
func (e *effect) those(side plan.Side, has func(*plan.Operation) bool,
	actions ...plan.Action) iter.Seq[*plan.Operation] {
	wanted := uint32(0)
	for _, action := range actions {
		wanted |= 1 << action
	}
	if e.present.actions[side]&wanted == 0 {
		return nothing[*plan.Operation]
	}
	return having(e.operations, func(op *plan.Operation) bool {
		return op.Side == side && wanted&(1<<op.Action) != 0 && has(op)
	})
}

// all is what all operations have.
func all(*plan.Operation) bool { return true }

// nothing is a sequence of none.
func nothing[T any](func(T) bool) {}

// none tells whether there is nothing in it.
func none[T any](in iter.Seq[T]) bool {
	for range in {
		return false
	}
	return true
}

func having(ops iter.Seq[*plan.Operation], has func(*plan.Operation) bool) iter.Seq[*plan.Operation] {
	return func(yield func(*plan.Operation) bool) {
		for op := range ops {
			if has(op) && !yield(op) {
				return
			}
		}
	}
}

func disputed(p *plan.Plan, side plan.Side) map[tree.Path]int {
	in := map[tree.Path]int{}
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		if c.State(side) == nil || c.Resolution != plan.Unresolved {
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
func (e *effect) applied(op *plan.Operation) bool { return e.skips[op.ID] == "" }

// leaving is the path at which op leaves nothing behind; false where it does.
func leaving(op *plan.Operation) (tree.Path, bool) {
	switch op.Action {
	case plan.Delete:
		return op.Path, true
	case plan.Move:
		return op.From(), true
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
