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
	applied := r.e.applied(r.gone[pair.from])
	l := line{nil, &extent{from: pair.from, to: pair.to, applied: applied}}
	var moved, more int
	join := func(op *plan.Operation) {
		l.folded = append(l.folded, op)
		if op.Note() != "" {
			l.also = append(l.also, r.e.single(op))
		}
	}
	top := r.made[pair.to]
	for _, op := range within(r.leaving, pair.from, left) {
		if r.folded[op] || r.e.applied(op) != applied {
			return line{}, false
		}
		to := pair.to + left(op)[len(pair.from):]
		twin := r.made[to]
		if twin != nil && (r.folded[twin] || r.e.applied(twin) != applied) {
			return line{}, false
		}
		switch {
		case op.Action == plan.Move:
			if op.Path != to {
				return line{}, false
			}
			moved++
			l.tally.add(op.After)
			join(op)
			if l.op == nil {
				l.op = op
			}
		case takesDirectory(op):
			if twin != nil && makesDirectory(twin) {
				join(twin)
				if twin != top {
					l.tally.add(twin.After)
				}
			}
			if twin != nil || top == nil {
				join(op)
			}
		case twin != nil && sameContent(op.Before, twin.After):
			moved++
			l.tally.add(twin.After)
			join(op)
			join(twin)
		default:
			more++
		}
	}
	if top != nil {
		l.op = top
		in := make(map[*plan.Operation]bool, len(l.folded))
		for _, op := range l.folded {
			in[op] = true
		}
		fresh := 0
		for _, op := range within(r.arriving, pair.to, func(op *plan.Operation) tree.Path { return op.Path }) {
			if !in[op] {
				fresh++
			}
		}
		more = max(more, fresh)
	}
	if l.op == nil || more > moved {
		return line{}, false
	}
	for _, op := range l.folded {
		r.folded[op] = true
	}
	l.folded = slices.DeleteFunc(l.folded, func(op *plan.Operation) bool { return op == l.op })
	l.also = slices.DeleteFunc(l.also, func(sub line) bool { return sub.op == l.op })
	sortLines(l.also)
	return l, true
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
