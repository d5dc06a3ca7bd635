package review

import (
	"fmt"

	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
)

// Key is one that was pressed: its name ("l", "A", "up", "pgdown", "enter", "esc", "space", "ctrl+c"), and the text
// that it types, "" for none.
type Key struct{ Name, Text string }

// Press is the model after a key.
func (m Model) Press(k Key) Model {
	m.said, m.wants = nil, Nothing
	if k.Name == "ctrl+c" {
		return stop(m)
	}
	if answer, asked := answers[m.ask.what]; asked {
		return answer(m, k).inSight()
	}
	if act, found := acts[k.Name]; found {
		return act(m).inSight()
	}
	return m
}

// by moves the cursor by lines or, where the element in focus is shown alone, scrolls it.
func (m Model) by(lines int) Model {
	if m.single {
		return m.scrolled(lines)
	}
	return m.at(m.place.moved(m.place.cursor, lines))
}

// at puts the cursor on a node that is visible.
func (m Model) at(node int) Model {
	next := m.place
	next.cursor = node
	return m.in(next)
}

// in is the model with another place.
func (m Model) in(p place) Model {
	moved := p.cursor != m.place.cursor
	if m.place = p; moved {
		m.scroll = m.begin()
	}
	return m
}

// begin is from where on the element in focus is shown: where it is alone, from its diff, if not all fits.
func (m *Model) begin() offset {
	if !m.single {
		return offset{}
	}
	pane := m.size.pane(true)
	if d := m.detail(pane.width); d.diff != nil && d.length() > pane.height {
		return offset{lines: min(len(d.lines), d.length()-pane.height)}
	}
	return offset{}
}

// scrolled scrolls what is said of the element in focus, as far as there is more of it.
func (m Model) scrolled(lines int) Model {
	pane := m.size.pane(m.single)
	m.scroll.lines = max(0, min(m.scroll.lines+lines, m.detail(pane.width).length()-pane.height))
	return m
}

// shifted shifts the lines of a diff by a part of their width.
func (m Model) shifted(by int) Model {
	const part = 20
	m.scroll.columns = max(0, min(m.scroll.columns+by*part, farthest))
	return m
}

// farthest is more than any line that a person would read is wide.
const farthest = 100_000

// sideways moves out of a directory or in, or shifts what is shown alone.
func sideways(m Model, move func(place) place, by int) Model {
	if m.single {
		return m.shifted(by)
	}
	return m.in(move(m.place))
}

// decided is the model after a decision, and what there is to say of it.
func (m Model) decided(d draft, told line) Model {
	m.draft, m.said = d.counted(m.place.outline), told
	return m
}

// seek goes to the next conflict that waits.
func seek(m Model, forward bool) Model {
	at, found := m.place.find(forward, m.waits)
	if !found {
		return m.saying(added, "no conflict is left")
	}
	return m.in(m.place.to(at))
}

// alone shows the element in focus on the whole screen, or no longer.
func alone(m Model) Model {
	m.single = !m.single
	m.scroll = m.begin()
	return m
}

// enter opens or closes a directory, and shows anything else alone.
func enter(m Model) Model {
	if m.place.parent(m.place.cursor) && !m.single {
		return m.in(m.place.folded(!m.place.open.has(m.place.cursor)))
	}
	return alone(m)
}

// back leaves the element that is shown alone, else the filter.
func back(m Model) Model {
	if m.single {
		return alone(m)
	}
	return m.filtered("")
}

// choose settles the conflicts in focus: where there are several, only those that wait, as long as any does. After one
// that waited, the next one that does is in focus.
func choose(m Model, r plan.Resolution) Model {
	all := m.place.below(aConflict)
	if len(all) == 0 {
		return m.saying(warned, "there is no conflict here; space leaves an operation out")
	}
	places, before := all, 0
	if waiting := m.draft.open(all); len(waiting) > 0 {
		places, before = waiting, len(all)-len(waiting)
	}
	waited := m.waits(m.place.cursor)
	m = m.decided(m.draft.resolveWhere(r, places))
	if before > 0 {
		m.said = append(m.said, run{fmt.Sprintf("; %d settled before", before), dim})
	}
	return onward(m, waited)
}

// onward goes to the next conflict that waits, where the one in focus did and does no longer.
func onward(m Model, waited bool) Model {
	if !waited || m.waits(m.place.cursor) {
		return m
	}
	told := m.said
	if m = seek(m, true); m.said != nil && m.draft.plan.Unresolved() == 0 {
		told = append(told, run{"; no conflict is left, w writes", added})
	}
	m.said = told
	return m
}

// leaveOut skips the operations in focus, or takes them in again. Of conflicts it is a choice.
func leaveOut(m Model) Model {
	n := m.place.focus()
	switch places := m.place.below(anOperation); {
	case len(places) > 0:
		return m.decided(m.draft.leaveOut(places))
	case n.tally.conflicts == 0:
		return m.saying(warned, "there is nothing here that could be left out")
	case n.what == aConflict && m.draft.plan.Conflicts[n.at].Resolution == plan.SkipPath:
		return m.decided(m.draft.reopen([]int{n.at}))
	}
	return choose(m, plan.SkipPath)
}

// undo takes the last decision back, and goes to where it was made.
func undo(m Model) Model {
	if len(m.draft.log) == 0 {
		return m.saying(warned, "nothing is left to be undone")
	}
	next, last, err := m.draft.undone()
	if err != nil {
		return m.saying(removed, render.Escape(err.Error()))
	}
	m = m.decided(next, said(added, "undone: "+last.text))
	if at, found := m.place.find(true, last.about(m.place.outline)); found && !m.place.parent(m.place.cursor) {
		m = m.in(m.place.to(at))
	}
	return m
}

// write wants the plan to be written.
func write(m Model) Model {
	if !m.Unwritten() {
		return m.saying(dim, "there is nothing to be written: the file has it all")
	}
	m.wants = Write
	return m
}

// leave leaves, or asks first, where something is not written.
func leave(m Model) Model {
	switch {
	case m.single:
		return alone(m)
	case m.Unwritten():
		m.ask = asking{what: toLeave}
	default:
		m.wants = Leave
	}
	return m
}

// approve goes on to approve the plan, or says why that cannot be.
func approve(m Model) Model {
	switch n := m.draft.plan.Unresolved(); {
	case m.draft.plan.Empty():
		return m.saying(warned, "there is nothing to be approved")
	case n > 0:
		return seek(m, true).saying(warned, render.Count(n, "conflict")+" left to be settled first")
	case m.Unwritten():
		m.ask = asking{what: toApprove}
	default:
		m.wants = Approve
	}
	return m
}
