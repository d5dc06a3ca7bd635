package render

import (
	"io"
	"strconv"
	"strings"

	"treaty/cmd/treaty/internal/beside"
	"treaty/plan"
)

// Show lists a plan: conflicts, operations by what they do, problems, under the headings of `show`. A
// plan with none of these gives nothing at all; Summary is what says that all is in sync.
func Show(w io.Writer, p *plan.Plan, opts Options) error {
	s, e := newShower(w, p, opts), effects(p, opts)
	s.about(opts.Undoes.Sentence(opts))
	s.glance(p, e)
	s.conflicts(plan.UnmergedIn(p), conflictsOf(p, opts))
	if err := s.Flush(); err != nil { // whoever reads has something to read, and may have enough
		return err
	}
	s.operations(e.sections(), e)
	s.problems(opts.troubles(p))
	return s.Flush()
}

// about heads a plan with what it is for.
func (s *shower) about(sentence string) {
	if sentence == "" {
		return
	}
	s.text(margin, plain, sentence)
	s.newline()
	s.later = true
}

func newShower(w io.Writer, p *plan.Plan, opts Options) *shower {
	s := &shower{printer: newPrinter(w, opts)}
	last := 0
	for i := range p.Operations {
		last = max(last, p.Operations[i].ID)
	}
	for i := range p.Conflicts {
		last = max(last, p.Conflicts[i].ID)
	}
	s.ids = len(id(last))
	return s
}

// operations lists sections of them: by folders, where one has more lines than are read at once.
func (s *shower) operations(sections []section, e *effect) {
	for _, sec := range sections {
		s.heading(sec.title)
		if !s.opts.All && sec.more(few) {
			s.folders(sec, e, few)
			continue
		}
		rower, names := rower{e, sec.sided}, 0
		for l := range sec.lines {
			names = wider(names, e.opts.Alike.line(&l))
		}
		for l := range sec.lines {
			row := rower.row(&l)
			s.row(&row, margin, names)
		}
	}
}

func (s *shower) problems(all []trouble) {
	s.part("Problems", len(all))
	for i := range all {
		s.problem(&all[i])
	}
}

const (
	// margin is where rows begin, and how much deeper rows below rows do.
	margin = 2
	// widestName is up to where names make the column of details move to the right.
	widestName = 40
)

// wider is how wide the column of names is with one more name in it.
func wider(names int, name string) int {
	if n := columns(name); n <= widestName {
		return max(names, n)
	}
	return names
}

// spans are plain runs of text.
func spans(texts []string) []span {
	out := make([]span, len(texts))
	for i, text := range texts {
		out[i] = span{text, plain}
	}
	return out
}

func id(n int) string { return "#" + strconv.Itoa(n) }

type shower struct {
	*printer
	ids   int // columns of the widest id
	later bool
}

// part begins what has so many elements; nothing where it has none.
func (s *shower) part(title string, elements int) {
	if elements > 0 {
		s.heading(title)
	}
}

// heading begins what has elements.
func (s *shower) heading(title string) {
	if s.later {
		s.newline()
	}
	s.later = true
	s.put(bold, title)
	s.newline()
}

// row writes one line, its details after a column of names, and what hangs below it.
func (s *shower) row(r *row, at, names int) {
	s.indent(at)
	if r.ID > 0 {
		s.put(dim, id(r.ID))
	}
	body := at + s.ids + 2
	s.indent(body)
	s.put(r.Tone, r.Name)
	if len(r.Details) > 0 {
		s.gap(max(0, names-columns(r.Name))+2, r.Details[0].Text)
		s.list(body+2, r.Details)
	}
	s.newline()
	s.note(body, r.Note)
	s.diff(body, &r.Diff)
	names = 0
	for i := range r.Also {
		names = wider(names, r.Also[i].Name)
	}
	for i := range r.Also {
		s.row(&r.Also[i], at+margin, names)
	}
}

func (s *shower) note(at int, note string) {
	if note == "" {
		return
	}
	s.indent(at)
	s.put(dim, "note: ")
	s.text(at+2, plain, note)
	s.newline()
}

func (s *shower) diff(body int, d *diff) {
	say := func(t tone, text string) {
		s.indent(body)
		s.put(t, text)
		s.newline()
	}
	if d.Remark != "" {
		say(dim, d.Remark)
	}
	if !s.opts.Diffs {
		if d.counts != "" {
			say(dim, d.counts)
		}
		return
	}
	var pieces map[int][]beside.Piece
	if s.opts.Color {
		pieces = d.pieces()
	}
	for i, l := range d.Lines {
		if len(pieces[i]) == 0 {
			say(l.Tone, l.Text)
			continue
		}
		s.indent(body)
		s.put(l.Tone, l.Text[:1])
		for _, p := range pieces[i] {
			s.put(map[bool]tone{true: l.Tone.marked(), false: l.Tone}[p.Changed], p.Text)
		}
		s.newline()
	}
}

// conflicts lists them: what is settled in a line, and what choices do only of the first that has them. There may be
// very many, with long diffs, so each is put in words when it is written.
func (s *shower) conflicts(unmerged *plan.Unmerged, all []*plan.Conflict) {
	s.part("Conflicts", len(all))
	names := 0
	for _, c := range all {
		if chosen(c) {
			names = wider(names, s.opts.Alike.conflict(c))
		}
	}
	whole, explained := s.opts.All || s.opts.Only != nil, map[string]bool{}
	for i, c := range all {
		d := s.opts.disputeOf(unmerged, c)
		brief := d.resolved() && !whole && !d.takesNewText()
		if i > 0 && !(brief && chosen(all[i-1])) {
			s.newline()
		}
		if brief {
			s.brief(&d, names)
			continue
		}
		choices := d.Code + strings.Join(d.choiceNames(), " ")
		s.conflict(&d, explained[choices] && !d.resolved())
		explained[choices] = explained[choices] || !d.resolved()
	}
}

// brief is a conflict in a line: its name, what it is about, and what was chosen.
func (s *shower) brief(d *dispute, names int) {
	r := row{ID: d.ID, Name: d.Name, Tone: warned, Details: []span{{d.Kind, plain}}, Note: d.Note}
	if d.Resolution != "" {
		r.Details = append(r.Details, span{"resolved: " + d.Resolution, added})
	}
	s.row(&r, margin, names)
}

// conflict is one with all that there is to say; choices that were explained before are only named.
func (s *shower) conflict(d *dispute, explained bool) {
	s.indent(margin)
	s.put(dim, id(d.ID))
	body := margin + s.ids + 2
	s.indent(body)
	s.put(warned, d.Name)
	s.gap(2, words(d.Kind)[0])
	s.text(body+2, plain, d.Kind)
	s.wrapped(body+2, dim, "("+d.Code+")")
	s.newline()
	labels := 0
	for _, side := range d.Sides {
		labels = max(labels, columns(side.Label))
	}
	for _, side := range d.Sides {
		s.indent(body)
		s.put(dim, side.Label)
		s.list(body+labels+2, spans(side.parts))
		s.newline()
	}
	s.indent(body)
	switch {
	case explained:
		s.put(warned, map[bool]string{true: "not resolved",
			false: "resolved: " + d.Resolution + ", which is " + d.Unfulfilled}[d.Resolution == ""])
		s.put(plain, "; choose one of ")
		s.list(body+2, s.named(d))
	case d.Resolution == "":
		s.put(warned, "not resolved; choose one of")
	case d.Unfulfilled != "":
		s.put(removed, "resolved: "+d.Resolution+", which is "+d.Unfulfilled)
	default:
		s.put(added, "resolved: "+d.Resolution)
	}
	s.newline()
	for _, c := range d.Choices {
		if explained {
			break
		}
		s.indent(body)
		mark, t := "  ", plain
		if c.Chosen {
			mark, t = "> ", bold
		}
		s.put(t, mark+c.Name)
		hang := body + 2 + len("take-remote") + 2
		s.indent(hang)
		s.text(hang, plain, c.Sentence)
		s.newline()
	}
	s.note(body, d.Note)
	s.diff(body, &d.Diff)
	s.merge(body, d)
}

// merge says what a merge comes to, and what it changes.
func (s *shower) merge(at int, d *dispute) {
	if d.Merge.Says == "" {
		return
	}
	s.indent(at)
	s.put(plain, d.Merge.Says)
	s.newline()
	for i := range d.Merge.diffs {
		s.diff(at, &d.Merge.diffs[i])
	}
}

// named are the choices of a conflict by their names, and the name that a version would be kept under.
func (s *shower) named(d *dispute) []span {
	var names []span
	for _, c := range d.Choices {
		text := c.Name
		if c.Name == string(plan.KeepBoth) && d.KeptAs != "" {
			text += " (" + s.opts.name(plan.Remote) + "'s as " + d.KeptAs + ")"
		}
		names = append(names, span{text, plain})
	}
	return names
}

func (s *shower) problem(t *trouble) {
	s.indent(margin)
	s.put(t.Tone, t.Severity)
	s.put(plain, "  "+t.Code)
	if t.Where != "" {
		s.put(plain, "  "+t.Where)
	}
	s.put(plain, ":")
	s.text(margin+2, plain, " "+t.Message)
	s.newline()
}
