package review

import (
	"fmt"
	"slices"
	"strings"

	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
	"treaty/plan/tree"
)

// list is what is needed to tell of the nodes that are looked at.
type list struct {
	look   Look
	draft  *draft
	place  *place
	filter string
}

// list is that of a model.
func (m *Model) list() list { return list{m.look, &m.draft, &m.place, m.filter} }

// row is the line of a node in the list, of a width.
func (l *list) row(at, width int) line {
	n := &l.place.outline[at]
	cursor := "  "
	if at == l.place.cursor {
		cursor = "> "
	}
	left := l.look.text(cursor + strings.Repeat(" ", min(2*max(0, n.depth-1), width/3)) + l.arrow(at) + " ")
	room := max(0, width-render.Columns(left)-1)
	name := l.look.text(l.name(n))
	right := l.look.fitting(l.state(at), room-render.Columns(name)-1)
	if room -= render.Columns(right.text) + 1; n.what == aSection || n.what == wholePlan {
		name = l.look.cut(name, room)
	} else {
		name = l.look.tail(name, room)
	}
	gap := strings.Repeat(" ", max(1, room-render.Columns(name)+1))
	return line{{left, plain}, {name, l.tone(at)}, {gap, plain}, right}
}

// fitting is the first of some texts that fits into width columns, else the last.
func (l Look) fitting(texts state, width int) run {
	for _, text := range texts.texts {
		if text = l.text(text); render.Columns(text) <= width {
			return run{text, texts.tone}
		}
	}
	return run{l.text(texts.texts[len(texts.texts)-1]), texts.tone}
}

// state is what stands at the end of a node's line: the same in words that grow fewer.
type state struct {
	tone  tone
	texts []string
}

// arrow says whether a directory is open or, of an element, how it is decided.
func (l *list) arrow(at int) string {
	n := &l.place.outline[at]
	switch {
	case l.place.parent(at) && l.place.open.has(at):
		return "▾"
	case l.place.parent(at):
		return "▸"
	case n.what == aConflict && l.draft.waits(n):
		return "?"
	case n.what == aConflict:
		return "✓"
	case n.what == anOperation && l.draft.left[at] > 0:
		return "-"
	case n.what == aProblem:
		return "!"
	}
	return " "
}

// name is what a node is called: a path from the directory that it is listed in.
func (l *list) name(n *node) string {
	switch {
	case n.what == wholePlan:
		return l.headline()
	case n.label != "":
		return n.label
	case n.what == aProblem && n.path == tree.Root:
		return string(l.draft.plan.Problems[n.at].Code)
	case n.what == anOperation && l.draft.plan.Operations[n.at].Action == plan.Move:
		return operationName(l.look.Alike, &l.draft.plan.Operations[n.at])
	}
	name := string(n.path[l.listedIn(n):])
	if l.directory(n) {
		name += "/"
	}
	return l.look.Alike.Part(n.path, name)
}

// listedIn is how much of a path the directory tells that a node is listed in.
func (l *list) listedIn(n *node) int {
	up := &l.place.outline[n.parent]
	if up.what == aSection || up.path == tree.Root || !n.path.Within(up.path) || n.path == up.path {
		return 0
	}
	return below(up.path)
}

// directory tells whether what a node stands for is one.
func (l *list) directory(n *node) bool {
	switch n.what {
	case aFolder:
		return true
	case aConflict:
		c := &l.draft.plan.Conflicts[n.at]
		return c.Local.Of() == tree.Directory || c.Remote.Of() == tree.Directory
	case anOperation:
		op := &l.draft.plan.Operations[n.at]
		return op.After.Of() == tree.Directory || op.After == nil && op.Before.Of() == tree.Directory
	}
	return false
}

// tone is that of a node's name.
func (l *list) tone(at int) tone {
	n := &l.place.outline[at]
	switch n.what {
	case wholePlan, aSection:
		return strong
	case aConflict:
		if l.draft.waits(n) {
			return warned
		}
		return plain
	case anOperation:
		return l.operationTone(&l.draft.plan.Operations[n.at])
	case aProblem:
		if l.draft.plan.Problems[n.at].Severity == plan.Blocked {
			return removed
		}
		return warned
	}
	return plain
}

func (l *list) operationTone(op *plan.Operation) tone {
	switch {
	case l.draft.skips[op.ID] != "":
		return dim
	case op.Action == plan.Create:
		return added
	case op.Action == plan.Delete:
		return removed
	}
	return plain
}

// state is what stands at the end of a node's line.
func (l *list) state(at int) state {
	n := &l.place.outline[at]
	switch {
	case n.tally.conflicts > 0 && l.place.parent(at):
		return l.conflictCount(at)
	case l.place.parent(at):
		return l.operationCount(at)
	case n.what == aConflict && l.draft.waits(n):
		return state{dim, []string{string(l.draft.plan.Conflicts[n.at].Kind), ""}}
	case n.what == aConflict:
		return state{added, []string{l.draft.plan.Conflicts[n.at].Resolution.Short()}}
	case n.what == anOperation:
		return l.operationState(n)
	case n.what == aProblem && n.path != tree.Root:
		return state{dim, []string{string(l.draft.plan.Problems[n.at].Code), ""}}
	}
	return state{plain, []string{""}}
}

func (l *list) conflictCount(at int) state {
	n, waiting := &l.place.outline[at], l.draft.unsettled[at]
	if waiting == 0 {
		return state{added, []string{fmt.Sprintf("%d settled", n.tally.conflicts), fmt.Sprint(n.tally.conflicts)}}
	}
	return state{warned, []string{fmt.Sprintf("%d of %d open", waiting, n.tally.conflicts),
		fmt.Sprintf("%d open", waiting)}}
}

// operationCount counts the operations below a node, or the problems where it has none.
func (l *list) operationCount(at int) state {
	n, left := &l.place.outline[at], l.draft.left[at]
	count, side := fmt.Sprint(n.tally.operations), ""
	if on, one := n.tally.side(); one && n.sided && n.what != aSection {
		side = " on " + l.look.tree(on)
	}
	switch {
	case n.tally.operations == 0:
		return state{dim, []string{fmt.Sprint(n.tally.problems)}}
	case left == n.tally.operations:
		return state{warned, []string{count + " skipped", "-" + count}}
	case left > 0:
		return state{warned, []string{fmt.Sprintf("%d of %s skipped", left, count), fmt.Sprintf("-%d of %s", left, count)}}
	case n.tally.bytes > 0:
		size := render.Bytes(n.tally.bytes)
		return state{dim, trimmed(count+", "+size+side, count+side, side, count)}
	}
	return state{dim, trimmed(count+side, side, count)}
}

// trimmed are texts without blanks around them, but for empty ones.
func trimmed(texts ...string) []string {
	for i := range texts {
		texts[i] = strings.TrimSpace(texts[i])
	}
	return slices.DeleteFunc(texts, func(text string) bool { return text == "" })
}

func (l *list) operationState(n *node) state {
	op := &l.draft.plan.Operations[n.at]
	side, size := "", ""
	switch {
	case l.draft.skips[op.ID] != "":
		return state{warned, []string{"skipped", ""}}
	case op.Action != plan.Move && op.Action != plan.Chmod && op.Action != plan.Touch && !l.directory(n):
		size = render.Bytes(bytesOf(op))
	}
	if n.sided {
		side = "on " + l.look.tree(op.Side)
	}
	if side == "" {
		return state{dim, []string{size, ""}}
	}
	return state{dim, trimmed(size+" "+side, side)}
}

// headline is what the first line of the list says.
func (l *list) headline() string {
	switch {
	case l.filter == "":
		return "the whole plan"
	case len(l.place.outline) == 1:
		return "nothing matches " + render.Escape(l.filter)
	}
	return "what matches " + render.Escape(l.filter)
}
