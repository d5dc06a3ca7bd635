package render

import "treaty/plan"

// moveTitle is the heading of what goes by another name.
const moveTitle = "Move"

// section is the lines below one heading.
type section struct {
	title string
	lines []line
	// sided is set where the heading does not say which side changes.
	sided bool
}

// sections are those of the operations that have something to show, in the order of `show`. What a plan of `undo` or
// `restore` brings back comes from neither tree, but from the trash of the side that it was on.
func (e *effect) sections() []section {
	var updates, copies, renewed, restored plan.Sides[[]line]
	var moves, deletes, traits []line
	for _, side := range plan.BothSides {
		moved, folded := e.moves(side)
		moves = append(moves, moved...)
		for op := range e.those(side, func(op *plan.Operation) bool { return op.Action == plan.Update }) {
			if fromTrash(op) {
				renewed[side] = append(renewed[side], e.single(op))
			} else {
				updates[side] = append(updates[side], e.single(op))
			}
		}
		// An update that makes a directory heads what is created in it, and the reverse.
		brings := func(op *plan.Operation) bool {
			return (op.Action == plan.Create || op.Action == plan.Update && makesDirectory(op)) && !folded[op]
		}
		copies[side] = e.fold(e.those(side, func(op *plan.Operation) bool { return brings(op) && !fromTrash(op) }), brought)
		restored[side] = e.fold(e.those(side, func(op *plan.Operation) bool { return brings(op) && fromTrash(op) }), brought)
		deletes = append(deletes, e.fold(e.those(side, func(op *plan.Operation) bool {
			return (op.Action == plan.Delete || op.Action == plan.Update && takesDirectory(op)) && !folded[op]
		}), taken)...)
		for op := range e.those(side, func(op *plan.Operation) bool {
			return op.Action == plan.Chmod || op.Action == plan.Touch
		}) {
			traits = append(traits, e.single(op))
		}
	}
	for _, lines := range [][]line{moves, deletes, traits} {
		sortLines(lines)
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
		{moveTitle, moves, true},
		{"Delete", deletes, true},
		{"Modes and Times", traits, true},
	} {
		if len(s.lines) > 0 {
			shown = append(shown, s)
		}
	}
	return shown
}

// fromTrash tells of an operation that takes nothing from the other side: it brings back what was there before.
func fromTrash(op *plan.Operation) bool {
	return op.Reason == plan.Undo && (op.Source == nil || op.Source.Tree == op.Side || op.Source.Path.Private())
}

// lines is how many lines the sections have, those below others included.
func (e *effect) lines() int {
	n := 0
	for _, sec := range e.sections() {
		n += countLines(sec.lines)
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
