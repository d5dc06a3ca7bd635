package render

import (
	"iter"
	"slices"
	"sort"

	"treaty/plan"
	"treaty/plan/tree"
)

// A directory that was renamed comes as a move for each of its files, a create and a delete for each
// directory in it and, since an empty file or one of several copies cannot be recognised, a create and
// a delete for such files too. All these are one line, a/ → b/, when
//
//   - a itself goes, and nothing was moved out of it to anywhere but the same name below b;
//   - all of it has the same effect: a directory of which something stays has not moved;
//   - what is deleted from a, and what is new in b if b is new, is not more than what moved. It keeps
//     its own lines, so nothing is told twice and nothing is hidden.
//
// The outermost pair of directories for which this holds is taken.

// rename is a pair of directories that may be one under two names.
type rename struct{ from, to tree.Path }

// renames finds the directories that moved on one side.
type renames struct {
	e *effect
	// arriving are moves and creates by path; leaving are moves and deletes by the path they leave.
	arriving, leaving []*plan.Operation
	made, gone        map[tree.Path]*plan.Operation // by path, creates and deletes
	tried             map[rename]bool
	folded            map[*plan.Operation]bool
}

// moves folds the moves of one side, sorted, and returns which other operations are in the lines. Where nothing was
// moved, or no directory goes, there is nothing to fold, and no list of them here.
func (e *effect) moves(side plan.Side) (iter.Seq[line], map[*plan.Operation]bool) {
	moves := e.those(side, all, plan.Move)
	if e.opts.All || none(moves) || none(e.those(side, takesDirectory, plan.Delete)) {
		return e.singles(moves), nil
	}
	r := renames{e: e, made: map[tree.Path]*plan.Operation{}, gone: map[tree.Path]*plan.Operation{},
		tried: map[rename]bool{}, folded: map[*plan.Operation]bool{}}
	for op := range e.operations {
		if op.Side != side {
			continue
		}
		switch op.Action {
		case plan.Move:
			r.arriving, r.leaving = append(r.arriving, op), append(r.leaving, op)
		case plan.Create:
			r.arriving, r.made[op.Path] = append(r.arriving, op), op
		case plan.Delete:
			r.leaving, r.gone[op.Path] = append(r.leaving, op), op
		}
	}
	slices.SortStableFunc(r.leaving, func(a, b *plan.Operation) int { return tree.Compare(left(a), left(b)) })

	var lines []line
	for op := range moves {
		pairs := r.candidates(op)
		for i := len(pairs) - 1; i >= 0 && !r.folded[op]; i-- {
			if l, ok := r.try(pairs[i]); ok {
				lines = append(lines, l)
			}
		}
	}
	for op := range moves {
		if !r.folded[op] {
			lines = append(lines, e.single(op))
		}
	}
	sortLines(lines)
	return slices.Values(lines), r.folded
}

// candidates are the pairs that a move could be part of, innermost first.
func (r *renames) candidates(op *plan.Operation) []rename {
	var pairs []rename
	from, to := op.From(), op.Path
	for from.Base() == to.Base() {
		from, to = from.Parent(), to.Parent()
		if from == tree.Root || to == tree.Root || from == to {
			break
		}
		if gone := r.gone[from]; gone != nil && takesDirectory(gone) {
			pairs = append(pairs, rename{from, to})
		}
	}
	return pairs
}

// try folds a pair of directories if it may.
func (r *renames) try(pair rename) (line, bool) {
	if r.tried[pair] {
		return line{}, false
	}
	r.tried[pair] = true
	f := &folding{renames: r, pair: pair, applied: r.e.applied(r.gone[pair.from]), top: r.made[pair.to]}
	f.line.extent = &extent{from: pair.from, to: pair.to, applied: f.applied}
	for _, op := range within(r.leaving, pair.from, left) {
		if !f.leave(op) {
			return line{}, false
		}
	}
	if f.top != nil {
		f.line.op = f.top
		f.more = max(f.more, f.fresh())
	}
	if f.line.op == nil || f.more > f.moved {
		return line{}, false
	}
	return f.done(), true
}

// folding is a pair of directories that is being folded to one line.
type folding struct {
	*renames
	pair    rename
	applied bool
	line    line
	// top makes the directory to, nil where that is there already.
	top *plan.Operation
	// moved is how many entries moved, and more how many went without having moved.
	moved, more int
}

// leave adds what leaves the directory, and tells whether the line may still be one.
func (f *folding) leave(op *plan.Operation) bool {
	to := f.pair.to + left(op)[len(f.pair.from):]
	twin := f.made[to]
	if !f.joins(op) || twin != nil && !f.joins(twin) {
		return false
	}
	switch {
	case op.Action == plan.Move && op.Path != to:
		return false
	case op.Action == plan.Move:
		f.move(op.After, op)
		if f.line.op == nil {
			f.line.op = op
		}
	case takesDirectory(op):
		f.leaveDirectory(op, twin)
	case twin != nil && sameContent(op.Before, twin.After):
		f.move(twin.After, op, twin)
	default:
		f.more++
	}
	return true
}

// joins tells whether an operation is in no other line, and is applied where the directory is.
func (f *folding) joins(op *plan.Operation) bool {
	return !f.folded[op] && f.e.applied(op) == f.applied
}

// leaveDirectory is leave of a directory that goes; twin makes what takes its place, nil for nothing.
func (f *folding) leaveDirectory(op, twin *plan.Operation) {
	if twin != nil && makesDirectory(twin) {
		f.join(twin)
		if twin != f.top {
			f.line.tally.add(twin.After)
		}
	}
	if twin != nil || f.top == nil {
		f.join(op)
	}
}

// move adds an entry that moved, by the operations that come to that.
func (f *folding) move(entry *tree.State, by ...*plan.Operation) {
	f.moved++
	f.line.tally.add(entry)
	for _, op := range by {
		f.join(op)
	}
}

// join takes an operation into the line.
func (f *folding) join(op *plan.Operation) {
	f.line.folded = append(f.line.folded, op)
	if op.Note() != "" {
		f.line.also = append(f.line.also, f.e.single(op))
	}
}

// fresh is how much comes to the new directory that did not move there.
func (f *folding) fresh() int {
	in := make(map[*plan.Operation]bool, len(f.line.folded))
	for _, op := range f.line.folded {
		in[op] = true
	}
	fresh := 0
	for _, op := range within(f.arriving, f.pair.to, func(op *plan.Operation) tree.Path { return op.Path }) {
		if !in[op] {
			fresh++
		}
	}
	return fresh
}

// done is the line, whose operations are in no other one from now on.
func (f *folding) done() line {
	l := f.line
	for _, op := range l.folded {
		f.folded[op] = true
	}
	l.folded = slices.DeleteFunc(l.folded, func(op *plan.Operation) bool { return op == l.op })
	l.also = slices.DeleteFunc(l.also, func(sub line) bool { return sub.op == l.op })
	sortLines(l.also)
	return l
}

func left(op *plan.Operation) tree.Path {
	at, _ := leaving(op)
	return at
}

// within are those of ops, sorted by at, that are dir or lie below it.
func within(ops []*plan.Operation, dir tree.Path, at func(*plan.Operation) tree.Path) []*plan.Operation {
	first := sort.Search(len(ops), func(i int) bool { return tree.Compare(at(ops[i]), dir) >= 0 })
	n := first
	for n < len(ops) && at(ops[n]).Within(dir) {
		n++
	}
	return ops[first:n]
}

// sameContent tells whether what was deleted and what is new can be the same.
func sameContent(a, b *tree.State) bool {
	if a.Of() != b.Of() {
		return false
	}
	switch a.Of() {
	case tree.File:
		return a.Size == b.Size && (a.Size == 0 || a.SHA256.Known() && a.SHA256 == b.SHA256)
	case tree.Symlink:
		return a.Target() == b.Target()
	}
	return false
}
