package review

import (
	"fmt"
	"slices"
	"strings"

	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
	"treaty/plan/tree"
)

// detail is what there is to say of an element: lines, and below them those of its diff, which are made when they are
// seen.
type detail struct {
	lines []line
	diff  *diffView
	look  Look
}

func (d *detail) length() int { return len(d.lines) + d.diff.length() }

// line is a line of it by its place; an empty one behind the end.
func (d *detail) line(at int) line {
	switch {
	case at < len(d.lines):
		return d.lines[at]
	case at < d.length():
		return d.diff.line(at - len(d.lines))
	}
	return nil
}

// writer puts lines of a width below each other.
type writer struct {
	detail
	width int
	list  list
	// brief has each choice in one line.
	brief bool
}

func (w *writer) say(t tone, text string) {
	w.lines = append(w.lines, w.look.wrapped(t, text, w.width)...)
}
func (w *writer) gap() { w.lines = append(w.lines, nil) }

// detail is what there is to say of the element in focus: beside the list in short, where it does not fit whole.
func (m *Model) detail(width int) *detail {
	whole := m.detailIn(width, false)
	if m.single || whole.length() <= m.size.pane(false).height {
		return whole
	}
	return m.detailIn(width, true)
}

func (m *Model) detailIn(width int, brief bool) *detail {
	w := &writer{detail{look: m.look}, width, m.list(), brief}
	switch n := m.place.focus(); n.what {
	case wholePlan:
		w.summary(m.draft.summary)
	case aConflict:
		w.conflict(n, &m.draft.plan.Conflicts[n.at])
	case anOperation:
		w.operation(n, &m.draft.plan.Operations[n.at])
	case aProblem:
		w.problem(&m.draft.plan.Problems[n.at])
	default:
		w.directory(m.place.cursor)
	}
	return &w.detail
}

// summary is that of the whole plan, as `approve` shows it: what is said of a tree hangs behind its label.
func (w *writer) summary(lines []string) {
	for _, text := range lines {
		rest := strings.TrimLeft(text, " ")
		hang := len(text) - len(rest)
		if label, fact, found := strings.Cut(text, "  "); found && label != "" {
			rest = strings.TrimLeft(fact, " ")
			hang = len(text) - len(rest)
		}
		for i, l := range w.look.wrapped(plain, rest, w.width-hang) {
			head := strings.Repeat(" ", hang)
			if i == 0 {
				head = text[:hang]
			}
			w.lines = append(w.lines, append(line{{head, strong}}, l...))
		}
	}
}

// directory is what there is to say of a section or of a directory that the plan says nothing about itself.
func (w *writer) directory(at int) {
	n := &w.list.place.outline[at]
	w.say(strong, w.list.name(n))
	for _, c := range []struct {
		n    int
		noun string
	}{{n.tally.conflicts, "conflict"}, {n.tally.operations, "operation"}, {n.tally.problems, "problem"}} {
		if c.n > 0 {
			w.say(plain, render.Count(c.n, c.noun))
		}
	}
	w.contents(n)
	if waiting := w.list.draft.unsettled[at]; n.tally.conflicts > 0 {
		w.say(warned, fmt.Sprintf("%d not settled yet", waiting))
		w.gap()
		w.say(dim, "l r n b s settle those here that are open; x opens all again")
	}
	if n.tally.operations > 0 {
		w.say(plain, fmt.Sprintf("%d will be carried out", n.tally.operations-w.list.draft.left[at]))
		w.gap()
		w.say(dim, "space leaves all of it out, or takes it in again")
	}
}

// contents is what the operations below a node are about.
func (w *writer) contents(n *node) {
	var parts []string
	for _, c := range []struct {
		n    int
		noun string
	}{{n.tally.files, "file"}, {n.tally.directories, "directory"}} {
		if c.n > 0 {
			parts = append(parts, render.Count(c.n, c.noun))
		}
	}
	if n.tally.bytes > 0 {
		parts = append(parts, render.Bytes(n.tally.bytes))
	}
	if len(parts) > 0 {
		w.say(plain, strings.Join(parts, ", "))
	}
}

func (w *writer) conflict(n *node, c *plan.Conflict) {
	w.say(strong, fmt.Sprintf("#%d %s", c.ID, w.look.Alike.Path(c.Path, false)))
	if c.RemotePath != "" {
		w.say(strong, "on "+w.look.tree(plan.Remote)+" "+w.look.Alike.Path(c.RemotePath, false))
	}
	w.say(warned, w.look.Kind(c))
	w.gap()
	heads, states := []string{w.look.tree(plan.Local), w.look.tree(plan.Remote)}, []*tree.State{c.Local, c.Remote}
	if c.Base != nil {
		heads, states = append(heads, "base"), append(states, c.Base)
	}
	w.table(heads, w.look.Compare(states...))
	w.gap()
	w.choices(c)
	w.note(c.Note)
	w.depends(n)
	w.diffOf(c.Diff, c.DiffDoubt())
}

// choices are what there is to choose from, with the keys.
func (w *writer) choices(c *plan.Conflict) {
	for _, r := range plan.Resolutions {
		if !c.Choices.Allows(r) {
			continue
		}
		sentence := w.look.Choice(c, r)
		mark, t := "  ", plain
		if c.Resolution == r {
			mark, t = "✓ ", strong
		}
		head := mark + r.Short()[:1] + "  "
		if w.brief && c.Resolution != r {
			w.lines = append(w.lines, line{{head, t}, {w.look.cut(sentence, max(0, w.width-len(head))), t}})
			continue
		}
		for i, l := range w.look.wrapped(t, sentence, w.width-len("x y  ")) {
			if i > 0 {
				head = strings.Repeat(" ", len("x y  "))
			}
			w.lines = append(w.lines, append(line{{head, t}}, l...))
		}
	}
}

func (w *writer) operation(n *node, op *plan.Operation) {
	w.say(strong, fmt.Sprintf("#%d %s", op.ID, operationName(w.look.Alike, op)))
	w.say(plain, fmt.Sprintf("%s on %s: %s", op.Action, w.look.tree(op.Side),
		w.look.Reason(op.Reason)))
	switch why := w.list.draft.skips[op.ID]; why {
	case "":
	case plan.SaysSo:
		w.say(warned, "left out: space takes it in again")
	default:
		w.say(warned, "not carried out: "+string(why))
	}
	w.gap()
	w.table([]string{"now", "then"}, w.look.Compare(op.Before, op.After))
	if n.tally.operations > 1 {
		w.gap()
		w.say(plain, "with what is in it:")
		w.contents(n)
		w.say(dim, "space leaves all of it out, or takes it in again")
	}
	w.note(op.Note())
	w.depends(n)
	w.diffOf(op.Diff(), op.DiffDoubt())
}

// operationName is the path of an operation, or both of a move.
func operationName(names render.Alike, op *plan.Operation) string {
	if op.Action == plan.Move {
		return names.Path(op.From(), false) + " → " + names.Path(op.Path, false)
	}
	return names.Path(op.Path, false)
}

func (w *writer) problem(q *plan.Problem) {
	title := string(q.Code)
	if q.Path != nil && *q.Path != tree.Root {
		title = w.look.Alike.Path(*q.Path, false)
	}
	w.say(strong, title)
	about := string(q.Severity) + ": " + string(q.Code)
	if q.Side != nil {
		about += ", on " + w.look.tree(*q.Side)
	}
	w.say(warned, about)
	w.gap()
	w.say(plain, render.Escape(q.Message))
}

func (w *writer) note(text string) {
	if text != "" {
		w.gap()
		w.say(dim, "note: "+render.Escape(text))
	}
}

// diffOf appends a diff, or says why there is none.
func (w *writer) diffOf(d *plan.Diff, doubt string) {
	if d == nil {
		return
	}
	w.gap()
	if remark := render.DiffRemark(d, doubt); remark != "" {
		w.say(dim, remark)
	}
	if doubt == "" {
		w.diff = w.look.diffOf(d, w.width)
	}
}

// table has states side by side or, where they do not fit, below each other.
func (w *writer) table(heads []string, aspects []render.Aspect) {
	widths := make([]int, len(heads))
	for i, head := range heads {
		widths[i] = render.Columns(head)
		for _, a := range aspects {
			widths[i] = max(widths[i], render.Columns(w.look.text(a.Values[i])))
		}
	}
	const label = len("hash") + 1
	total := label
	for _, n := range widths {
		total += n + 1
	}
	for len(heads) > 2 && total-1 > w.width { // the base gives way
		total -= widths[2] + 1
		heads, widths = heads[:2], widths[:2]
	}
	if total-1 > w.width {
		w.stacked(heads, aspects)
		return
	}
	w.lines = append(w.lines, said(dim, strings.Repeat(" ", label)+cells(heads, widths)))
	for _, a := range aspects {
		values := slices.Clone(a.Values[:len(heads)])
		t := plain
		if len(values) == 2 && values[0] == values[1] {
			t = dim
		}
		for i := range values {
			values[i] = w.look.text(values[i])
		}
		w.lines = append(w.lines, line{{a.Label + strings.Repeat(" ", label-len(a.Label)), dim}, {cells(values, widths), t}})
	}
}

// cells are texts, each in its width.
func cells(texts []string, widths []int) string {
	var out strings.Builder
	for i, text := range texts {
		out.WriteString(text)
		if i < len(texts)-1 {
			out.WriteString(strings.Repeat(" ", widths[i]-render.Columns(text)+1))
		}
	}
	return out.String()
}

// stacked has states below each other.
func (w *writer) stacked(heads []string, aspects []render.Aspect) {
	for i, head := range heads {
		var values []string
		for _, a := range aspects {
			if a.Values[i] != "" {
				values = append(values, a.Values[i])
			}
		}
		w.say(plain, head+": "+strings.Join(values, ", "))
	}
}
