package review

import (
	"fmt"
	"path"
	"strings"

	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
)

// A screen has a headline, a body with the list and, right of it, the element in focus, a line for messages, and one
// for keys.
const (
	// leastWidth and leastHeight are those of a screen on which there is room for these.
	leastWidth, leastHeight = 24, 6
	// around is how many lines are not the body's.
	around = 3
	// side is from which width on the element in focus stands beside the list.
	side = 70
	// pane is how wide it is at least there: two times fit side by side.
	pane = 45
	// stacked is from which height on it stands below the list, where it does not stand beside it.
	stacked = 20
	// least is how wide the list is beside it, if there is room.
	least = 34
)

// body is how many lines are in the middle, and page how many of them a page moves by.
func (s size) body() int { return max(1, s.height-around) }
func (s size) page() int { return max(1, s.list().height-1) }

// narrow tells whether the element in focus does not stand beside the list.
func (s size) narrow() bool { return s.width < side }

// list is how large the list is.
func (s size) list() size {
	switch {
	case s.narrow() && s.height >= stacked:
		return size{s.width, s.body() / 2}
	case s.narrow():
		return size{s.width, s.body()}
	}
	return size{min(s.width-1-pane, max(s.width*2/5, least)), s.body()}
}

// pane is how large the room for the element in focus is, alone or with the list. It has no lines where it is not
// shown.
func (s size) pane(alone bool) size {
	list := s.list()
	switch {
	case alone:
		return size{s.width, s.body()}
	case s.narrow():
		return size{s.width, max(0, s.body()-list.height-1)}
	}
	return size{s.width - list.width - 2, s.body()}
}

// Screen is what stands on the screen: as many lines as it has, each as wide as it is.
func (m Model) Screen() string {
	if m.size.width < leastWidth || m.size.height < leastHeight {
		return m.size.tooSmall(m.draft.plan.Unresolved())
	}
	s := screen{size: m.size, look: m.look}
	s.line(title(&m.draft), s.width, false)
	switch {
	case m.ask.what == forHelp:
		page, from := helpOn(m.look, s.width-1), min(m.ask.from, helpEnds(&m))
		s.lines(s.body(), func(at int) line { return page.line(from + at) })
	case m.single:
		s.lines(s.body(), m.detailFrom(s.width))
	case !s.narrow():
		s.list(m, m.detailFrom(s.pane(false).width))
	default:
		s.list(m, nil)
		if below := s.pane(false); below.height > 0 {
			s.lines(1, func(int) line { return said(dim, strings.Repeat(m.look.text("─"), s.width)) })
			s.lines(below.height, m.detailFrom(below.width))
		}
	}
	s.out.WriteByte('\n')
	s.line(message(&m), s.width, false)
	s.out.WriteByte('\n')
	s.line(said(dim, keyLine(&m, s.width)), s.width, false)
	return s.out.String()
}

// tooSmall is what is said where there is no room for more.
func (s size) tooSmall(left int) string {
	text := fmt.Sprintf("%d left; make the window larger (%dx%d at least), or q", left, leastWidth, leastHeight)
	lines := render.Wrap(text, max(1, s.width))
	return strings.Join(lines[:min(len(lines), max(1, s.height))], "\n")
}

// title is the first line: what the plan is about, and how far it is settled.
func title(d *draft) line {
	p := d.plan
	l := line{{" " + trees(d), strong}}
	if n, open := len(p.Conflicts), p.Unresolved(); n > 0 {
		t, text := warned, render.Count(n, "conflict")+" open"
		if open == 0 {
			t, text = added, render.Count(n, "conflict")+" settled"
		} else if open < n {
			text = fmt.Sprintf("%d of %s", open, text)
		}
		l = append(l, run{"  " + text, t})
	}
	if n := len(p.Operations); n > 0 {
		l = append(l, run{"  " + render.Count(n, "operation"), plain})
	}
	if n := len(d.skips); n > 0 {
		l = append(l, run{fmt.Sprintf(", %d skipped", n), warned})
	}
	if d.unwritten() {
		l = append(l, run{"  not written yet", warned})
	}
	return l
}

// trees are both trees by their names or, where they have none, by those of their directories.
func trees(d *draft) string {
	name := func(side plan.Side) string {
		if d.opts.Names[side] != "" {
			return d.opts.Tree(side)
		}
		return render.Name(path.Base(strings.ReplaceAll(d.plan.Snapshot(side).Root, `\`, "/")))
	}
	return name(plan.Local) + " ↔ " + name(plan.Remote)
}

// detailFrom are the lines of the element in focus, as far as it is scrolled.
func (m *Model) detailFrom(width int) func(int) line {
	d := m.detail(width)
	if d.diff != nil {
		d.diff.shift = m.scroll.columns
	}
	return func(at int) line { return d.line(at + m.scroll.lines) }
}

// message is the line for questions and messages.
func message(m *Model) line {
	switch m.ask.what {
	case forFilter:
		return line{{" / ", strong}, {render.Escape(m.ask.input), plain}, {"_", dim}}
	case forNote:
		return line{{" note: ", strong}, {render.Escape(m.ask.input), plain}, {"_", dim}}
	case forAlike:
		return said(strong, " settle "+render.Count(len(m.ask.places), "open conflict")+" of this kind:")
	case toLeave:
		return said(strong, " write the plan before leaving?")
	case toApprove:
		return said(strong, " write the plan, and go on to approve it?")
	}
	return append(line{{" ", plain}}, m.said...)
}

// screen is drawn line by line.
type screen struct {
	size
	look Look
	out  strings.Builder
}

// line adds a part of a line, of a width.
func (s *screen) line(l line, width int, focus bool) { s.look.fill(&s.out, l, width, focus) }

// lines draws so many over the whole width.
func (s *screen) lines(n int, of func(int) line) {
	for i := range n {
		s.out.WriteByte('\n')
		s.line(of(i), s.width, false)
	}
}

// list draws the lines of the list that are on the screen, and beside them others, where there are any.
func (s *screen) list(m Model, beside func(int) line) {
	l, at, more := m.list(), m.place.top, true
	width := s.size.list().width
	for i := range s.size.list().height {
		s.out.WriteByte('\n')
		if more {
			s.line(l.row(at, width), width, at == m.place.cursor)
			at, more = m.place.next(at)
		} else {
			s.line(nil, width, false)
		}
		if beside != nil {
			s.out.WriteString(s.look.text("│") + " ")
			s.line(beside(i), s.width-width-2, false)
		}
	}
}
