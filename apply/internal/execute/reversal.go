package execute

import (
	"cmp"
	"iter"
	"slices"

	"treaty/plan"
	"treaty/plan/tree"
)

// undoing is an operation that undoes what was done: of a task, or, where that is nil, one that is said already.
type undoing struct {
	task *task
	op   *plan.Operation
}

// at is the path and the side that it is about.
func (u *undoing) at() (tree.Path, plan.Side) {
	if u.op != nil {
		return u.op.Path, u.op.Side
	}
	return u.task.present(), u.task.Side
}

func compareUndoings(a, b undoing) int {
	path, side := a.at()
	other, otherSide := b.at()
	return cmp.Or(tree.Compare(path, other), cmp.Compare(side, otherSide))
}

// Reversal is the operations that undo what was done, in the plan's own form, each made when it is asked for.
func (e *Execution) Reversal() iter.Seq[*plan.Operation] {
	list := e.undoings()
	slices.SortFunc(list, compareUndoings)
	return func(yield func(*plan.Operation) bool) {
		for i := range list {
			op := e.undo(&list[i])
			op.ID, op.Reason, op.Decision = i+1, plan.Undo, plan.Apply
			if !yield(&op) {
				return
			}
		}
	}
}

// undo is the operation, but for what all have alike.
func (e *Execution) undo(u *undoing) plan.Operation {
	if u.op != nil {
		return *u.op
	}
	return u.task.reverse(&e.Plan.Snapshot(u.task.Side).Filesystem)
}

// undoings are what there is to undo. Only where something was moved they depend on each other.
func (e *Execution) undoings() []undoing {
	list := make([]undoing, 0, len(e.tasks.all))
	moved := false
	for _, t := range e.tasks.all {
		if t.done() {
			list = append(list, undoing{task: t})
			moved = moved || t.Action == plan.Move
		}
	}
	for _, made := range e.footing.revived {
		list = append(list, undoing{op: &plan.Operation{Side: made.task.Side,
			Action: plan.Delete, Path: made.path, Before: &tree.State{Type: tree.Directory, Mode: made.mode}}})
	}
	if moved {
		return e.part(list)
	}
	return list
}

// part makes all operations, so that no move comes to a name that another one is about, and each is of a file.
func (e *Execution) part(list []undoing) []undoing {
	ops := make([]plan.Operation, len(list))
	for i := range list {
		ops[i] = e.undo(&list[i])
	}
	ops = withMovesOfFilesOnly(withoutMovesOntoDeletes(ops))
	parted := make([]undoing, len(ops))
	for i := range ops {
		parted[i].op = &ops[i]
	}
	return parted
}

// withMovesOfFilesOnly rewrites moves of what is no file, which a plan has none of, though what settles a conflict
// moves the links of a directory: the link is made again under the name that it had, and deleted where it is.
func withMovesOfFilesOnly(ops []plan.Operation) []plan.Operation {
	for i := range ops {
		op := &ops[i]
		if op.Action != plan.Move || op.Before.Of() == tree.File {
			continue
		}
		made := plan.Operation{Side: op.Side, Action: plan.Create, Path: op.Path, After: op.After}
		*op = plan.Operation{Side: op.Side, Action: plan.Delete, Path: op.From(), Before: op.Before}
		ops = append(ops, made)
	}
	return ops
}

// withoutMovesOntoDeletes rewrites what would move a file back to a name that something else was created
// under: a plan has one operation for a name. There the old file is copied over what was created, and
// deleted where it is.
func withoutMovesOntoDeletes(ops []plan.Operation) []plan.Operation {
	var deletes plan.Sides[map[tree.Path]int]
	for _, side := range plan.BothSides {
		deletes[side] = map[tree.Path]int{}
	}
	for i := range ops {
		if op := &ops[i]; op.Action == plan.Delete {
			deletes[op.Side][op.Path] = i
		}
	}
	for i := range ops {
		op := &ops[i]
		if op.Action != plan.Move {
			continue
		}
		at, taken := deletes[op.Side][op.Path]
		if !taken {
			continue
		}
		ops[at].Action, ops[at].After = plan.Update, op.After
		if op.After.Type == tree.File {
			ops[at].Take(&plan.Source{Tree: op.Side, Path: op.From()})
		}
		*op = plan.Operation{Side: op.Side, Action: plan.Delete, Path: op.From(), Before: op.Before}
	}
	return ops
}

// reverse is the operation that undoes a task, on a volume with these traits.
func (t *task) reverse(traits *tree.Traits) plan.Operation {
	op := plan.Operation{Side: t.Side, Action: t.Action, Path: t.Path, Before: t.stateAfter(traits), After: t.Before}
	back := func() { op.Path, op.Rare = t.From(), &plan.Rare{From: t.Path} }
	switch t.Action {
	case plan.Create:
		op.Action = plan.Delete
	case plan.Delete:
		op.Action = plan.Create
	case plan.Move:
		back()
	case plan.Update:
		if t.From() != "" {
			back()
		}
	}
	if op.After.Of() == tree.File && (op.Action == plan.Move || op.Action == plan.Touch || op.Action == plan.Chmod) {
		// What resolves a conflict may not have known the hash beforehand.
		after := *op.After
		after.SHA256 = op.Before.SHA256
		op.After = &after
	}
	if op.After.Of() == tree.File && (op.Action == plan.Create || op.Action == plan.Update) {
		op.Take(&plan.Source{Tree: t.Side, Path: tree.Path(t.ending().trash)})
	}
	return op
}

// stateAfter is what a task left behind, read back from the disk; nil for nothing.
func (t *task) stateAfter(traits *tree.Traits) *tree.State {
	if t.After == nil {
		return nil
	}
	state := *t.After
	if t.left != nil {
		state.Mtime = t.left.Mtime.Cut(traits.MtimeGranularity)
		if state.Type != tree.File {
			state.Mtime = tree.Time{}
		}
		if !traits.Modes {
			state.Mode = 0
		} else if state.Type != tree.Symlink {
			state.Mode = t.After.Mode
		}
	}
	if state.Type == tree.File && t.sum != nil {
		state.SHA256 = t.hash()
	}
	return &state
}

// Resolved tells of names about which a conflict was resolved: each side keeps its own spelling of them.
func (e *Execution) Resolved() func(path plan.Sides[tree.Path]) bool {
	resolved := plan.Sides[map[tree.Path]bool]{{}, {}}
	for _, t := range e.tasks.all {
		if t.Conflict != 0 && t.done() {
			resolved[t.Side][t.Path] = true
		}
	}
	return func(path plan.Sides[tree.Path]) bool {
		return resolved[plan.Local][path[plan.Local]] || resolved[plan.Remote][path[plan.Remote]]
	}
}
