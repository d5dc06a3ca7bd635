package plan

import "treaty/plan/tree"

// Rare is what few operations have. All others are the smaller for it.
type Rare struct {
	// From is where a move comes from; "" for all else.
	From tree.Path
	// Rarer is nil for most moves too, of which a plan may have a million.
	*Rarer
}

// Rarer is what fewer operations have than move anything.
type Rarer struct {
	// Unit is the directory taken whole that it belongs to, nil for none.
	Unit *Unit
	// Diff is of an update of text, where the plan has it.
	Diff *Diff
	Note string
	// source is where content comes from that does not come from where it mostly does.
	source *Source
}

// From is where a move comes from; "" for all else.
func (op *Operation) From() tree.Path { return op.Rare.all().From }

// Unit is the directory taken whole that the operation belongs to, nil for none.
func (op *Operation) Unit() *Unit { return op.Rare.all().Rarer.all().Unit }

// Diff is nil but for updates of text, where the plan has it.
func (op *Operation) Diff() *Diff { return op.Rare.all().Rarer.all().Diff }

// Note is a reviewer's, "" for none.
func (op *Operation) Note() string { return op.Rare.all().Rarer.all().Note }

var (
	noRare  Rare
	noRarer Rarer
)

// all is what there is. It is not to be written to.
func (r *Rare) all() *Rare {
	if r == nil {
		return &noRare
	}
	return r
}

// all is what there is. It is not to be written to.
func (r *Rarer) all() *Rarer {
	if r == nil {
		return &noRarer
	}
	return r
}

// Amend changes what the operation has of what few have, and of no copy of it.
func (op *Operation) Amend(change func(*Rare)) {
	rarer := *op.Rare.all().Rarer.all()
	rare := Rare{op.From(), &rarer}
	change(&rare)
	op.Rare = rare.orNone()
}

// orNone is a copy, nil where there is nothing of it.
func (r Rare) orNone() *Rare {
	r.Rarer = r.Rarer.all().orNone()
	if r == (Rare{}) {
		return nil
	}
	some := r // what is none stays off the heap
	return &some
}

// orNone is a copy, nil where there is nothing of it.
func (r Rarer) orNone() *Rarer {
	if r == (Rarer{}) {
		return nil
	}
	some := r // what is none stays off the heap
	return &some
}
