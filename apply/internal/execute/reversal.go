package apply

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"slices"

	"treaty/apply/baseline"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
)

// reversal is the operations that undo what was done, in the plan's own form.
func (e *executor) reversal() []plan.Operation {
	ops := []plan.Operation{}
	for _, t := range e.tasks.all {
		if t.done() {
			ops = append(ops, t.reverse(&e.plan.Snapshot(t.Side).Filesystem))
		}
	}
	for _, made := range e.footing.revived {
		ops = append(ops, plan.Operation{Side: made.task.Side, Action: plan.Delete, Path: made.path,
			Before: &tree.State{Type: tree.Directory, Mode: made.mode}})
	}
	ops = withoutMovesOntoDeletes(ops)
	slices.SortFunc(ops, func(a, b plan.Operation) int {
		if c := tree.Compare(a.Path, b.Path); c != 0 {
			return c
		}
		return int(a.Side) - int(b.Side)
	})
	for i := range ops {
		ops[i].ID, ops[i].Reason, ops[i].Decision = i+1, plan.Undo, plan.Apply
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
			ops[at].Source = &plan.Source{Tree: op.Side, Path: op.From}
		}
		*op = plan.Operation{Side: op.Side, Action: plan.Delete, Path: op.From, Before: op.Before}
	}
	return ops
}

// reverse is the operation that undoes a task, on a volume with these traits.
func (t *task) reverse(traits *tree.Traits) plan.Operation {
	op := plan.Operation{Side: t.Side, Action: t.Action, Path: t.Path, Before: t.stateAfter(traits), After: t.Before}
	switch t.Action {
	case plan.Create:
		op.Action = plan.Delete
	case plan.Delete:
		op.Action = plan.Create
	case plan.Move:
		op.Path, op.From = t.From, t.Path
	case plan.Update:
		if t.From != "" {
			op.Path, op.From = t.From, t.Path
		}
	}
	if op.After.Of() == tree.File && (op.Action == plan.Move || op.Action == plan.Touch || op.Action == plan.Chmod) {
		// What resolves a conflict may not have known the hash beforehand.
		after := *op.After
		after.SHA256 = op.Before.SHA256
		op.After = &after
	}
	if op.After.Of() == tree.File && (op.Action == plan.Create || op.Action == plan.Update) {
		op.Source = &plan.Source{Tree: t.Side, Path: tree.Path(t.result.Trash)}
	}
	return op
}

// stateAfter is what a task left behind, read back from the disk; nil for nothing.
func (t *task) stateAfter(traits *tree.Traits) *tree.State {
	if t.After == nil {
		return nil
	}
	state := *t.After
	if entry := &t.left; entry.Type != tree.Absent {
		state.Mtime = entry.Mtime.Cut(traits.MtimeGranularity)
		if state.Type != tree.File {
			state.Mtime = tree.Time{}
		}
		if !traits.Modes {
			state.Mode = 0
		} else if state.Type != tree.Symlink {
			state.Mode = t.After.Mode
		}
	}
	if state.Type == tree.File && t.result.SHA256.Known() {
		state.SHA256 = t.result.SHA256
	}
	return &state
}

// former collects what the old baseline held of the paths that a plan changes.
type former struct {
	affected plan.Sides[map[tree.Path]bool]
	buf      bytes.Buffer
	out      *baseline.Writer
}

func (r *run) newFormer(e *executor) (*former, error) {
	f := &former{}
	for _, side := range plan.BothSides {
		f.affected[side] = map[tree.Path]bool{}
	}
	for _, t := range e.tasks.all {
		f.affected[t.Side][t.Path] = true
		if t.From != "" {
			f.affected[t.Side][t.From] = true
		}
	}
	var err error
	f.out, err = baseline.NewExcerpt(&f.buf, baseline.Header{IDs: [2]string{r.files[plan.Local].ID, r.files[plan.Remote].ID}, PlanID: r.plan.ID})
	return f, err
}

// note notes a record of a path that changes, as a directory of its own under the path's name.
func (f *former) note(path plan.Sides[tree.Path], record *tree.Agreed) error {
	if !f.affected[plan.Local][path[plan.Local]] && !f.affected[plan.Remote][path[plan.Remote]] {
		return nil
	}
	return f.out.Directory(path[plan.Local], []tree.Agreed{*record})
}

// noteBelow notes a record that went with a directory above it, if that is one that changes.
func (f *former) noteBelow(path plan.Sides[tree.Path], record *tree.Agreed) error {
	for _, side := range plan.BothSides {
		if f.affected[side][path[side]] {
			return nil // it is noted for itself
		}
	}
	for _, side := range plan.BothSides {
		for dir := path[side].Parent(); dir != tree.Root; dir = dir.Parent() {
			if f.affected[side][dir] {
				return f.out.Directory(path[plan.Local], []tree.Agreed{*record})
			}
		}
	}
	return nil
}

// restoration tells, for a plan that undoes another one, what the paths that it has put back had in the
// baseline before that one.
type restoration struct {
	// affected are the paths that were put back.
	affected plan.Sides[map[tree.Path]bool]
	// before are the records by local's path then, and folded those by its collision key, nil where several
	// share one.
	before map[tree.Path]*tree.Agreed
	folded map[string]*tree.Agreed
	// below are the records right below a directory.
	below map[tree.Path][]tree.Agreed
}

// restoration is nil for a plan that undoes nothing. Where what the baseline held was not kept, or is
// damaged, the paths have no record again: what is there is new to the next plan, and nothing is deleted.
func (r *run) restoration(e *executor) (*restoration, error) {
	undone, err := r.stores[plan.Local].Undoes(r.plan)
	if err != nil || undone == "" {
		return nil, err
	}
	b := &restoration{before: map[tree.Path]*tree.Agreed{}, folded: map[string]*tree.Agreed{}, below: map[tree.Path][]tree.Agreed{}}
	for _, side := range plan.BothSides {
		b.affected[side] = map[tree.Path]bool{}
	}
	for _, t := range e.tasks.all {
		if t.done() {
			b.affected[t.Side][t.Path], b.affected[t.Side][t.From] = true, true
		}
	}
	for _, side := range plan.BothSides {
		delete(b.affected[side], tree.Root)
	}
	return b, b.read(r, undone)
}

// read reads the records that the history has kept with the plan that was undone.
func (b *restoration) read(r *run, undone string) error {
	archived, err := r.stores[plan.Local].Applied(undone)
	if err != nil || archived == nil {
		return err
	}
	data, err := r.stores[plan.Local].File(*archived, store.FormerFile)
	if errors.Is(err, fs.ErrNotExist) || store.Foreign(err) {
		return nil // they were not kept
	}
	if err != nil {
		return err
	}
	in, err := baseline.OpenExcerpt(bytes.NewReader(data), r.files[plan.Local].ID, r.files[plan.Remote].ID)
	if err == nil {
		err = in.Each(b.take)
	}
	if err != nil {
		clear(b.before)
		clear(b.folded)
		clear(b.below)
	}
	return nil
}

func (b *restoration) take(path tree.Path, entries []tree.Agreed) error {
	if len(entries) != 1 || path == tree.Root || b.before[path] != nil {
		return baseline.ErrDamaged
	}
	b.before[path] = &entries[0]
	b.below[path.Parent()] = append(b.below[path.Parent()], entries[0])
	key := tree.CollisionKey(string(path))
	if _, twice := b.folded[key]; twice {
		b.folded[key] = nil
	} else {
		b.folded[key] = &entries[0]
	}
	return nil
}

// record is what a path's record is to be; false for one that was not put back.
func (b *restoration) record(path plan.Sides[tree.Path]) (*tree.Agreed, bool) {
	if !b.affected[plan.Local][path[plan.Local]] && !b.affected[plan.Remote][path[plan.Remote]] {
		return nil, false
	}
	record, found := b.before[path[plan.Local]]
	if !found && path[plan.Local] != path[plan.Remote] {
		// One side has another spelling by now, or again.
		record = b.folded[tree.CollisionKey(string(path[plan.Local]))]
	}
	return record, true
}

// restored are the records right below a directory, in order of Key.
func (b *restoration) restored(dir tree.Path) []tree.Agreed {
	list := slices.Clone(b.below[dir])
	slices.SortStableFunc(list, func(a, b tree.Agreed) int { return cmp.Compare(a.Key, b.Key) })
	return list
}
