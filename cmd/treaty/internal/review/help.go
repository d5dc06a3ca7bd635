package review

import (
	"cmp"
	"strings"

	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
)

// keyLine is the last line: what can be typed now, as much of it as there is room for, and how to see the rest.
func keyLine(m *Model, width int) string {
	const rest = "q leave  ? help"
	switch m.ask.what {
	case forHelp:
		if helpEnds(m) == 0 {
			return " any key goes back"
		}
		return m.look.text(" ↑ ↓") + " scroll   any other key goes back"
	case forFilter:
		return " words of the path, section or state   enter keeps   esc ends it"
	case forNote:
		return " enter keeps   esc leaves it as it was"
	case forAlike:
		return " " + strings.Join(m.look.keysOf(plan.Resolutions[:]), "  ") + "  esc for none"
	case toLeave:
		return " y write and leave  n leave without  esc stay"
	case toApprove:
		return " y yes  esc stay"
	}
	text := " "
	for _, key := range append(pressable(m), "w write", "u undo", "/ filter", "A all alike", "c note") {
		if len(text)+len(key)+2+len(rest) <= width {
			text += key + "  "
		}
	}
	return text + rest
}

// pressable are the keys for the element in focus.
func pressable(m *Model) []string {
	switch n := m.place.focus(); {
	case n.what == aConflict && m.draft.plan.Conflicts[n.at].Merge != nil:
		return append(m.chosenBy(m.draft.plan.Conflicts[n.at].Choices.Names()), "e edit", "d diff")
	case n.what == aConflict:
		return append(m.chosenBy(m.draft.plan.Conflicts[n.at].Choices.Names()), "d diff")
	case n.tally.operations > 0 && m.draft.plan.Unresolved() == 0:
		return []string{"space skip", "d more", "a approve"}
	case n.tally.operations > 0:
		return []string{"space skip", "d more", "tab next conflict"}
	case n.tally.conflicts > 0:
		return m.chosenBy(plan.Resolutions[:])
	}
	return []string{"d more"}
}

// chosenBy are the keys of resolutions, on a narrow screen without their names.
func (m *Model) chosenBy(names []plan.Resolution) []string {
	if !m.size.narrow() {
		return m.look.keysOf(names)
	}
	text := ""
	for _, r := range names {
		text += r.Short()[:1] + " "
	}
	return []string{text + "settle"}
}

// keysOf are the keys of resolutions, a side's by the name of its tree where both are short.
func (l Look) keysOf(names []plan.Resolution) []string {
	called := map[plan.Resolution]string{}
	for _, side := range plan.BothSides {
		if called[plan.Take(side)] = l.tree(side); render.Columns(l.tree(side)) > widestKey {
			called = nil
			break
		}
	}
	var keys []string
	for _, r := range names {
		keys = append(keys, r.Short()[:1]+" "+cmp.Or(called[r], r.Short()))
	}
	return keys
}

// widestKey is how many columns of the line of keys the name of a tree may have.
const widestKey = 12

// helpHang is the column at which the page of keys says what they do: beyond the widest keys.
const helpHang = 14

// helpEnds is how far the page of keys can be scrolled, in lines.
func helpEnds(m *Model) int {
	page := helpOn(m.look, m.size.width-1)
	return max(0, page.length()-m.size.body())
}

// readOn scrolls the page of keys; any key that does not leaves it.
func readOn(m Model, k Key) Model {
	ends := helpEnds(&m)
	by, scrolls := map[string]int{"up": -1, "k": -1, "down": 1, "j": 1, "pgup": -m.size.body(), "pgdown": m.size.body(),
		"space": m.size.body(), "home": -ends, "end": ends}[k.Name]
	if !scrolls || ends == 0 {
		m.ask = asking{}
		return m
	}
	m.ask.from = min(max(0, m.ask.from+by), ends)
	return m
}

// helpOn are the lines of the page of keys.
func helpOn(look Look, width int) detail {
	w := &writer{detail: detail{look: look}, width: width}
	w.say(strong, " Keys")
	for _, r := range keyRows() {
		if r.shown == "" {
			continue
		}
		head := w.look.text(" " + r.shown)
		for _, l := range w.look.wrapped(plain, w.look.text(r.does), max(1, width-helpHang)) {
			head += strings.Repeat(" ", max(0, helpHang-render.Columns(head)))
			w.lines = append(w.lines, append(line{{head, strong}}, l...))
			head = ""
		}
	}
	return w.detail
}
