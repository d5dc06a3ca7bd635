package plan

import (
	"bytes"
	"fmt"

	"treaty/plan/jsontext"
	"treaty/plan/tree"
)

// Source names a file in one of the trees; an undo's lie in a trash. It may be the text of a merge in the plan itself,
// in steps: no operation of a plan has that.
type Source struct {
	Tree Side
	Path tree.Path
	// Conflict is the id of the conflict whose merge it is, 0 for a file. Tree and Path then mean nothing.
	Conflict int
}

// Kept is what lies in a tree at the path of a source, nil for nothing that can be seen.
type Kept func(Source) *tree.Entry

// lacks is why content cannot be had from a source any more, "" where it can as far as its size tells.
func (k Kept) lacks(from Source, was *tree.State) (why string) {
	e := k(from)
	switch {
	case e == nil || e.Type != tree.File:
		return "the old content is no longer in the trash"
	case e.Size != was.Size:
		return fmt.Sprintf("what lies in the trash has %d bytes, and the old content had %d", e.Size, was.Size)
	}
	return ""
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

func (s *Source) writeJSON(w *jsontext.Writer) {
	w.Open('{')
	if s.InPlan() {
		w.Member("tree", inPlan)
		w.Name("conflict")
		w.Int(int64(s.Conflict))
	} else {
		w.Member("tree", s.Tree.String())
		w.Member("path", string(s.Path))
	}
	w.Close('}')
}

// inPlan is what a source has for a tree that is a text in the plan itself.
const inPlan = "plan"

// readJSON reads what writeJSON wrote.
func (s *Source) readJSON(r *jsontext.Reader) {
	for r.Open('{'); r.More('}'); {
		switch string(r.Name()) {
		case "tree":
			if tree := r.Text(); string(tree) != inPlan {
				r.Fail(s.Tree.UnmarshalText(tree))
			}
		case "path":
			s.Path = tree.Path(r.String())
		case "conflict":
			s.Conflict = int(r.Int())
		default:
			r.Skip()
		}
	}
}

// MarshalJSON writes what a step's source is.
func (s Source) MarshalJSON() ([]byte, error) {
	var w jsontext.Writer
	s.writeJSON(&w)
	return w.Bytes(), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Source) UnmarshalJSON(text []byte) error {
	r := jsontext.NewReader(bytes.Clone(text))
	s.readJSON(&r)
	return r.Err()
}
