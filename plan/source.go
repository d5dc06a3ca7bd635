package plan

import "treaty/plan/tree"

// Source names a file in one of the trees; an undo's lie in a trash. It may be the text of a merge in the plan itself,
// in steps: no operation of a plan has that.
type Source struct {
	Tree Side
	Path tree.Path
	// Conflict is the id of the conflict whose merge it is, 0 for a file. Tree and Path then mean nothing.
	Conflict int
}

// InPlan tells whether it is a text in the plan itself, and no file.
func (s *Source) InPlan() bool { return s.Conflict != 0 }

// Source is where a file's content comes from, nil where none is needed.
func (op *Operation) Source() *Source {
	if !op.copied {
		return op.uncommonSource()
	}
	return &Source{Tree: op.Side.Other(), Path: op.Path}
}

// uncommonSource is where content comes from that is not copied from the other side's file of the same path.
func (op *Operation) uncommonSource() *Source { return op.Rare.all().Rarer.all().source }

// Take says where content comes from, nil for nowhere. Side and Path of the operation are as they will stay.
func (op *Operation) Take(from *Source) {
	op.copied = false
	switch {
	case from != nil:
		op.take(*from)
	case op.uncommonSource() != nil:
		op.Amend(func(r *Rare) { r.source = nil })
	}
}

func (op *Operation) take(from Source) {
	if from == (Source{Tree: op.Side.Other(), Path: op.Path}) {
		op.Take(nil)
		op.copied = true
		return
	}
	other := from // what is where it mostly is stays off the heap
	op.Amend(func(r *Rare) { r.source = &other })
}

// Taking is the operation with its content from there, as after Take.
func (op Operation) Taking(from *Source) Operation {
	op.Take(from)
	return op
}
