package render

import (
	"iter"

	"treaty/plan"
)

// moveTitle is the heading of what goes by another name.
const moveTitle = "Move"

// section is the lines below one heading, of which there is one at least.
type section struct {
	title string
	lines iter.Seq[line]
	// sided is set where the heading does not say which side changes.
	sided bool
}

// sections are those of the operations that have something to show, in the order of `show`. What a plan of `undo` or
// `restore` brings back comes from neither tree, but from the trash of the side that it was on.
func (e *effect) sections() []section {
	var updates, copies, renewed, restored, moves, deletes, traits plan.Sides[iter.Seq[line]]
	for _, side := range plan.BothSides {
		moved, folded := e.moves(side)
		moves[side] = moved
		// An update that makes a directory heads what is created in it, and the reverse.
		brings := func(op *plan.Operation) bool {
			return (op.Action == plan.Create || makesDirectory(op)) && !folded[op]
		}
		takes := func(op *plan.Operation) bool {
			return (op.Action == plan.Delete || takesDirectory(op)) && !folded[op]
		}
		there := func(op *plan.Operation) bool { return !fromTrash(op) }
		updates[side] = e.singles(e.those(side, there, plan.Update))
		copies[side] = e.fold(having(e.those(side, brings, plan.Create, plan.Update), there), brought)
		renewed[side], restored[side] = nothing[line], nothing[line]
		if e.present.trashed {
			renewed[side] = e.singles(e.those(side, fromTrash, plan.Update))
			restored[side] = e.fold(having(e.those(side, brings, plan.Create, plan.Update), fromTrash), brought)
		}
		deletes[side] = e.fold(e.those(side, takes, plan.Delete, plan.Update), taken)
		traits[side] = e.singles(e.those(side, all, plan.Chmod, plan.Touch))
	}
	var shown []section
	for _, s := range []section{
		{"Update Local to Remote", updates[plan.Remote], false},
		{"Update Remote to Local", updates[plan.Local], false},
		{"Update Local from Trash", renewed[plan.Local], false},
		{"Update Remote from Trash", renewed[plan.Remote], false},
		{"Copy Local to Remote", copies[plan.Remote], false},
		{"Copy Remote to Local", copies[plan.Local], false},
		{"Restore on Local", restored[plan.Local], false},
		{"Restore on Remote", restored[plan.Remote], false},
		{moveTitle, merged(moves[plan.Local], moves[plan.Remote]), true},
		{"Delete", merged(deletes[plan.Local], deletes[plan.Remote]), true},
		{"Modes and Times", merged(traits[plan.Local], traits[plan.Remote]), true},
	} {
		if s.more(0) {
			shown = append(shown, s)
		}
	}
	return shown
}

// more tells whether there are more lines than so many.
func (s *section) more(than int) bool {
	for range s.lines {
		if than--; than < 0 {
			return true
		}
	}
	return false
}

// merged are lines of both sides in the order of plans, as those of each are.
func merged(local, remote iter.Seq[line]) iter.Seq[line] {
	switch {
	case none(local):
		return remote
	case none(remote):
		return local
	}
	return func(yield func(line) bool) {
		next, stop := iter.Pull(remote)
		defer stop()
		other, more := next()
		for l := range local {
			for ; more && inPlans(other, l) < 0; other, more = next() {
				if !yield(other) {
					return
				}
			}
			if !yield(l) {
				return
			}
		}
		for ; more; other, more = next() {
			if !yield(other) {
				return
			}
		}
	}
}

// fromTrash tells of an operation that takes nothing from the other side: it brings back what was there before.
func fromTrash(op *plan.Operation) bool {
	return op.Reason == plan.Undo && (op.Source() == nil || op.Source().Tree == op.Side || op.Source().Path.Private())
}

// lines is how many lines the sections have, those below others included.
func (e *effect) lines() int {
	n := 0
	for _, sec := range e.sections() {
		for l := range sec.lines {
			n += 1 + countLines(l.also)
		}
	}
	return n
}

func countLines(lines []line) int {
	n := len(lines)
	for i := range lines {
		n += countLines(lines[i].also)
	}
	return n
}
