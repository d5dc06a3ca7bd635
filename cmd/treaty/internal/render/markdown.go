package render

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"treaty/plan"
)

// Markdown writes a plan for a pull request or a chat, in the dialect that GitHub, GitLab and most others read: what
// Summary says and what Show lists. Names and ids stand as code, so that nothing in them is markup, a mention or a
// link; a diff can be unfolded.
func Markdown(w io.Writer, p *plan.Plan, opts Options) error {
	opts.Zone = nil // Whoever reads it may be anywhere.
	m := &marker{out: bufio.NewWriter(w), opts: opts}
	e := effects(p, opts)
	m.line("### Plan %s", code(Escape(p.ID)))
	m.line("")
	if about := opts.Undoes.Sentence(opts); about != "" {
		m.line("%s\n", marked(about))
	}
	m.facts(opts.trees(p))
	m.facts(facts(e, p))
	m.conflicts(opts.disputes(p, conflictsOf(p, opts)))
	for _, sec := range e.sections() {
		m.heading(sec.title)
		rower := rower{e, sec.sided}
		for l := range sec.lines {
			row := rower.row(&l)
			m.row(&row, "")
		}
	}
	m.problems(opts.troubles(p))
	return m.out.Flush()
}

// marker writes Markdown. Its writer keeps the first error until it is flushed.
type marker struct {
	out  *bufio.Writer
	opts Options
}

func (m *marker) line(format string, args ...any) { fmt.Fprintf(m.out, format+"\n", args...) }

func (m *marker) heading(title string) { m.line("\n#### %s\n", title) }

// facts are a list of lines, those without a label below the one before.
func (m *marker) facts(list []fact) {
	for _, f := range list {
		var parts []string
		for _, s := range f.spans {
			parts = append(parts, s.Text)
		}
		text := strings.Join(parts, ", ")
		switch f.label {
		case "":
			m.line("- %s", marked(text))
		case plan.Local.String(), plan.Remote.String():
			m.line("- **%s** %s", f.label, code(text))
		default:
			m.line("- **%s** %s", f.label, marked(text))
		}
	}
}

// row is an item of a list, with what hangs below it.
func (m *marker) row(r *row, indent string) {
	text := code(id(r.ID)) + " " + code(r.Name)
	if len(r.Details) > 0 {
		var parts []string
		for _, s := range r.Details {
			parts = append(parts, marked(s.Text))
		}
		text += " " + strings.Join(parts, ", ")
	}
	m.line("%s- %s", indent, text)
	indent += "  "
	m.below(indent, r.Note, &r.Diff)
	for i := range r.Also {
		m.row(&r.Also[i], indent)
	}
}

// below is what hangs below an item: its note and its diff.
func (m *marker) below(indent, note string, d *diff) {
	if note != "" {
		m.line("%s- note: %s", indent, marked(note))
	}
	if d.Remark != "" {
		m.line("%s- %s", indent, marked(d.Remark))
	}
	if len(d.Lines) == 0 {
		return
	}
	if !m.opts.Diffs {
		m.line("%s- %s", indent, d.counts)
		return
	}
	fence := "```"
	for _, l := range d.Lines {
		for strings.Contains(l.Text, fence) {
			fence += "`"
		}
	}
	m.line("\n%s<details><summary>%s</summary>\n\n%[1]s%[3]sdiff", indent, d.counts, fence)
	for _, l := range d.Lines {
		m.line("%s%s", indent, l.Text)
	}
	m.line("%s%s\n\n%[1]s</details>\n", indent, fence)
}

func (m *marker) conflicts(list []dispute) {
	if len(list) == 0 {
		return
	}
	m.heading("Conflicts")
	for i := range list {
		m.conflict(&list[i])
	}
}

func (m *marker) conflict(d *dispute) {
	m.line("- %s %s %s", code(id(d.ID)), code(d.Name), marked(d.Kind))
	for _, side := range d.Sides {
		m.line("  - %s: %s", side.Label, marked(side.Text()))
	}
	switch {
	case d.Resolution == "":
		m.line("  - **not resolved**; choose one of")
	case d.Unfulfilled != "":
		m.line("  - **resolved: %s, which is %s**", code(d.Resolution), d.Unfulfilled)
	default:
		m.line("  - resolved: %s", code(d.Resolution))
	}
	for _, c := range d.Choices {
		if d.Resolution == "" || c.Chosen {
			m.line("    - %s %s", code(c.Name), marked(c.Sentence))
		}
	}
	m.below("  ", d.Note, &d.Diff)
	if d.Merge.Says != "" {
		m.line("  - %s", marked(d.Merge.Says))
	}
	for i := range d.Merge.diffs {
		m.below("  ", "", &d.Merge.diffs[i])
	}
}

func (m *marker) problems(list []trouble) {
	if len(list) == 0 {
		return
	}
	m.heading("Problems")
	for _, t := range list {
		where := ""
		if t.Where != "" {
			where = " " + code(t.Where)
		}
		m.line("- **%s** %s%s: %s", t.Severity, code(t.Code), where, marked(t.Message))
	}
}

// code is a text as code, between backticks that it does not contain.
func code(text string) string {
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}

// marked is a text in which nothing is markup, nor an address that would be made a link.
var marked = strings.NewReplacer("://", ":&#47;/", "www.", "www&#46;", `\`, `\\`, "`", "\\`", "*", `\*`, "_",
	`\_`, "[", `\[`, "]", `\]`,
	"<", "&lt;", ">", "&gt;", "&", "&amp;",
	"#", `\#`, "|", `\|`, "~", `\~`, "@", "&#64;", "$", `\$`).Replace
