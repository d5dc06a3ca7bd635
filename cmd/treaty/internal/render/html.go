package render

import (
	"bufio"
	_ "embed"
	"html/template"
	"io"
	"iter"

	"treaty/plan"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// HTML writes the plan as one page that needs nothing else: no script, no font, nothing from a network,
// and a policy that forbids them. It has the sections of Show in the same order, each operation and
// conflict under the anchor op-ID; what text folds into one line can be unfolded here.
func HTML(w io.Writer, p *plan.Plan, opts Options) error {
	out := bufio.NewWriterSize(w, 1<<15)
	opts.Zone = nil // Whoever reads a page may be anywhere.
	e := effects(p, opts)
	view := pageView{Title: "Plan " + Escape(p.ID), About: opts.Undoes.Sentence(opts), Made: opts.Time(p.CreatedAt), By: author(&p.CreatedBy),
		Trees: opts.trees(p), Facts: facts(e, p), Conflicts: opts.disputes(p), Problems: opts.troubles(p)}
	for _, s := range e.sections() {
		view.Sections = append(view.Sections, pageSection{Title: s.title, lines: s.lines, rower: rower{e, s.sided}, diffs: opts.Diffs})
	}
	for i := range view.Conflicts {
		view.Conflicts[i].Diff.hide(!opts.Diffs)
	}
	if err := page.Execute(out, &view); err != nil {
		return err
	}
	return out.Flush()
}

func author(a *plan.Author) string {
	return Escape(a.User) + " on " + Escape(a.Host) + ", treaty " + Escape(a.Version)
}

// hide leaves only the number of lines.
func (d *diff) hide(yes bool) {
	if yes && d.counts != "" {
		d.Remark, d.Lines = d.counts, nil
	}
}

type pageView struct {
	Title, About, Made, By string
	Trees, Facts           []fact
	Conflicts              []dispute
	Sections               []pageSection
	Problems               []trouble
}

// pageSection makes its rows as the template asks for them: a plan can have a million.
type pageSection struct {
	Title string
	lines []line
	rower rower
	diffs bool
}

// Rows are the section's rows.
func (s pageSection) Rows() iter.Seq[pageRow] {
	return func(yield func(pageRow) bool) {
		for i := range s.lines {
			row := s.rower.row(&s.lines[i])
			row.hideDiffs(!s.diffs)
			if !yield(pageRow{row, true}) {
				return
			}
		}
	}
}

func (r *row) hideDiffs(yes bool) {
	r.Diff.hide(yes)
	for i := range r.Also {
		r.Also[i].hideDiffs(yes)
	}
}

// pageRow is a row; on top, it can be unfolded.
type pageRow struct {
	row
	top bool
}

// Anchor tells whether links to the operation lead here.
func (r pageRow) Anchor() bool { return !r.Shown }

// Below are the rows that tell more than the line.
func (r pageRow) Below() []pageRow {
	rows := make([]pageRow, len(r.Also))
	for i, also := range r.Also {
		rows[i] = pageRow{also, false}
	}
	return rows
}

// Folded are the operations that the line stands for, without those that are shown below it.
func (r pageRow) Folded() []pageRow {
	if !r.top || r.folded == nil {
		return nil
	}
	shown := map[int]bool{}
	var mark func([]row)
	mark = func(rows []row) {
		for _, also := range rows {
			shown[also.ID] = true
			mark(also.Also)
		}
	}
	mark(r.Also)
	var rows []pageRow
	for _, one := range r.folded() {
		if !shown[one.ID] {
			rows = append(rows, pageRow{one, false})
		}
	}
	return rows
}
