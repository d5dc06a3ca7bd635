package execute

import (
	"treaty/apply/internal/journal"
	"treaty/plan"
	"treaty/plan/tree"
)

// intent is a change of a task's path, for the journals.
func (t *task) intent(kind journal.Kind, before, after *tree.State) journal.Intent {
	return journal.Intent{Step: int(t.number), Kind: kind, Side: t.Side, Path: t.Path, Before: before, After: after}
}

// intents are the changes that a task comes to. Where it displaces something, its place in the trash is chosen, and the
// errors are those of that.
func (t *task) intents() ([]journal.Intent, error) {
	becomes := t.After.Of()
	switch {
	case t.Action == plan.Delete && t.Before.Type != tree.Directory:
		return t.displacing(journal.Trash, t.Path)
	case t.Action == plan.Delete:
		return []journal.Intent{t.intent(journal.Rmdir, t.Before, nil)}, nil
	case t.Action == plan.Move:
		list, err := t.displacing(journal.Move, t.From())
		list[0].From = t.From()
		return append(list, t.dressing(t.was())...), err
	case t.Action == plan.Touch:
		return t.dressing(t.Before), nil
	case t.Action == plan.Chmod:
		return []journal.Intent{t.intent(journal.Chmod, t.Before, t.After)}, nil
	case becomes == tree.Directory && t.Action == plan.Create:
		return []journal.Intent{t.intent(journal.Mkdir, nil, t.After)}, nil
	case becomes == tree.Directory:
		list, err := t.displacing(journal.Trash, t.Path)
		return append(list, t.intent(journal.Mkdir, nil, t.After)), err
	}
	return t.putting()
}

// putting are the intents to put what is staged in its place.
func (t *task) putting() ([]journal.Intent, error) {
	put := t.intent(journal.Create, nil, t.becoming())
	put.Staged = t.staged().Name
	switch {
	case t.Action == plan.Create:
		return []journal.Intent{put}, nil
	case t.Before.Of() == tree.Directory:
		return []journal.Intent{t.intent(journal.Rmdir, t.Before, nil), put}, nil
	}
	list, err := t.displacing(journal.Replace, t.present())
	list[0].From, list[0].Staged = t.From(), put.Staged
	return list, err
}

// displacing is an intent that takes what is at a path away, to a place in the trash that is chosen.
func (t *task) displacing(kind journal.Kind, path tree.Path) ([]journal.Intent, error) {
	var err error
	if t.displacement.all().place == "" {
		t.ownDisplacement().place, err = t.disk().Place(path)
	}
	in := t.intent(kind, t.was(), t.becoming())
	in.Place = t.displacement.all().place
	return []journal.Intent{in}, err
}

// dressing are the intents to give a file that is as at says the time and mode of after.
func (t *task) dressing(at *tree.State) []journal.Intent {
	var list []journal.Intent
	if t.After.Type == tree.File && t.After.Mtime != at.Mtime {
		touched := *at
		touched.Mtime = t.After.Mtime
		list = append(list, t.intent(journal.Touch, at, &touched))
		at = &touched
	}
	if t.After.Mode.Known() && t.After.Mode != at.Mode {
		list = append(list, t.intent(journal.Chmod, at, t.After))
	}
	return list
}

// was is the state before, with a hash that the plan does not know where a copy has told it.
func (t *task) was() *tree.State {
	if t.displacement.all().copy == nil {
		return t.Before
	}
	return hashed(t.Before, t.displacement.copy.State)
}

// becoming is the state after, with a hash that the plan does not know where staging has told it.
func (t *task) becoming() *tree.State {
	sum := t.staged().Hash
	if !sum.Known() {
		return t.After
	}
	return hashed(t.After, &tree.State{Type: tree.File, SHA256: sum})
}

// hashed is a file's state with the hash of copied where it has none itself.
func hashed(s, copied *tree.State) *tree.State {
	if s.Of() != tree.File || s.SHA256.Known() || copied.Of() != tree.File {
		return s
	}
	with := *s
	with.SHA256 = copied.SHA256
	return &with
}

// doneRecord is what the journals are told of what became of a task, with room for what it left.
type doneRecord struct {
	done journal.Done
	left tree.State
}

// of fills in what became of a task.
func (r *doneRecord) of(t *task) *journal.Done {
	ended := t.ending()
	r.done = journal.Done{Step: int(t.number), Side: t.Side, Outcome: string(ended.outcome), SHA256: t.hash(),
		Trash: ended.trash, Error: ended.why}
	if t.left != nil {
		r.left, r.done.After = t.remains(), &r.left
	}
	return &r.done
}
