package render

import (
	"cmp"
	"iter"
	"slices"

	"treaty/plan"
	"treaty/plan/tree"
)

// line is an operation, or a directory with all that happens in it. There may be a million, most of an operation alone.
type line struct {
	op *plan.Operation
	*extent
}

// extent is what a line is about beside its operation, and what becomes of that.
type extent struct {
	// from and to are the directories of a folded move, else empty.
	from, to tree.Path
	// folded are the other operations that the line stands for.
	folded []*plan.Operation
	tally  tally
	// also are lines on what the line does not say: notes, and decisions that differ from its own.
	also []line
	// applied is what becomes of the operations that are counted; stays tells of a directory that does
	// not go although what is counted does.
	applied, stays bool
	// shown tells that op has a row of its own elsewhere: it became a directory, or was one.
	shown bool
}

// tally counts what is below a directory, itself left out.
type tally struct {
	files, directories, links int
	bytes                     int64
}

func (t *tally) add(s *tree.State) {
	switch s.Of() {
	case tree.File:
		t.files++
		t.bytes += s.Size
	case tree.Directory:
		t.directories++
	case tree.Symlink:
		t.links++
	}
}

// addWhole is add with all that is in a directory.
func (t *tally) addWhole(s *tree.State) {
	t.add(s)
	if s.Of() == tree.Directory && s.Subtree() != nil {
		t.files += s.Subtree().Files()
	}
}

func (t *tally) addAll(u tally) {
	t.files += u.files
	t.directories += u.directories
	t.links += u.links
	t.bytes += u.bytes
}

// single is a line of one operation.
func (e *effect) single(op *plan.Operation) line {
	if e.applied(op) {
		return line{op, &carriedOut}
	}
	return line{op, &leftOut}
}

// carriedOut and leftOut are what all lines of single operations share that are carried out, or are not.
var carriedOut, leftOut = extent{applied: true}, extent{}

// singles are lines of one operation each.
func (e *effect) singles(ops iter.Seq[*plan.Operation]) iter.Seq[line] {
	return func(yield func(line) bool) {
		for op := range ops {
			if !yield(e.single(op)) {
				return
			}
		}
	}
}

// fold makes lines of creates, or of deletes, of one side, sorted: a directory and all below it become
// one. Of says what an operation brings, or takes away. Where all are listed there is no list of them here.
func (e *effect) fold(ops iter.Seq[*plan.Operation], of func(*plan.Operation) *tree.State) iter.Seq[line] {
	if e.opts.All {
		// What is updated has its row among the updates, and there is nothing to add.
		return e.singles(having(ops, func(op *plan.Operation) bool { return op.Action != plan.Update }))
	}
	var lines []line
	var head *plan.Operation
	var members []*plan.Operation
	add := func() {
		switch {
		case head == nil:
		case len(members) > 0:
			lines = append(lines, e.directory(head, members, of))
		case head.Action != plan.Update:
			lines = append(lines, e.single(head))
		}
	}
	for op := range ops {
		if head != nil && of(head).Of() == tree.Directory && op.Path.Within(head.Path) {
			members = append(members, op)
			continue
		}
		add()
		head, members = op, members[:0]
	}
	add()
	return slices.Values(lines)
}

// below is how many of ops, sorted, are the first one or lie below it.
func below(ops []*plan.Operation) int {
	n := 1
	for n < len(ops) && ops[n].Path.Within(ops[0].Path) {
		n++
	}
	return n
}

// directory folds members, which all lie below head, and of which it keeps no list. The line speaks of those that are
// carried out, or of all where none is.
func (e *effect) directory(head *plan.Operation, members []*plan.Operation, of func(*plan.Operation) *tree.State) line {
	l := line{head, &extent{applied: e.applied(head) || slices.ContainsFunc(members, e.applied),
		shown: head.Action == plan.Update, folded: make([]*plan.Operation, 0, len(members))}}
	l.stays = l.applied && !e.applied(head)
	for len(members) > 0 {
		op, n := members[0], 1
		same := e.applied(op) == l.applied
		switch {
		case !same && op.Decision != plan.Skip && op.Note() == "":
			// Held by what is skipped below it, which gets a line.
			l.folded = append(l.folded, op)
		case !same || op.Note() != "":
			if of(op).Of() == tree.Directory {
				n = below(members)
			}
			sub := e.single(op)
			if n > 1 || op.Action == plan.Update {
				sub = e.directory(op, members[1:n], of)
			}
			l.also = append(l.also, sub)
			if sub.applied == l.applied {
				l.tally.addAll(sub.tally)
				l.folded = append(l.folded, sub.folded...)
			}
			if same {
				l.tally.add(of(op))
			}
		default:
			l.tally.add(of(op))
			l.folded = append(l.folded, op)
		}
		members = members[n:]
	}
	return l
}

// brought and taken are what an operation puts at its path, and what it takes away from there.
func brought(op *plan.Operation) *tree.State { return op.After }
func taken(op *plan.Operation) *tree.State   { return op.Before }

// sortLines puts lines of both sides in the order of plans.
func sortLines(lines []line) {
	slices.SortStableFunc(lines, inPlans)
}

func inPlans(a, b line) int {
	return cmp.Or(tree.Compare(a.path(), b.path()), cmp.Compare(a.op.Side, b.op.Side))
}

func (l *line) path() tree.Path {
	if l.to != tree.Root {
		return l.to
	}
	return l.op.Path
}
