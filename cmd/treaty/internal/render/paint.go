package render

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"

	"treaty/plan"
	"treaty/plan/tree"
)

// Options are how to write, never what.
type Options struct {
	// Color allows ANSI colours in text.
	Color bool
	// Diffs shows the lines of diffs; otherwise only their number.
	Diffs bool
	// Text is what a side has of a conflict, nil where that is not what the plan saw; nil where nobody can tell.
	Text func(c *plan.Conflict, side plan.Side) []byte
	// Width is where text may be wrapped, in columns; 0 never wraps. Diffs, names and commands are not wrapped.
	Width int
	// Zone is that of times; where it is nil they are UTC, as RFC 3339.
	Zone *time.Location
	// All gives each operation a line of its own; otherwise those of a directory that is new, gone or moved have one.
	All bool
	// Only is what Show lists, nil for all. What becomes of it is told by the whole plan.
	Only *Selection
	// Names are what people call the trees; one without a name is called by its side.
	Names plan.Sides[string]
	// Alike are the paths of the plan that are to be told from others.
	Alike Alike
	// Glance is what Show begins with; nil for nothing.
	Glance *Glance
	// Undoes is the apply that the plan undoes, nil of any other plan.
	Undoes *Undone
	// There tells which directories were on a side when the plan was made; nil where nobody knows.
	There func(side plan.Side, dir tree.Path) bool
}

// Undone is an apply that a plan undoes.
type Undone struct {
	Number int // in the history
	// At is when it was; zero where nobody knows.
	At time.Time
}

// Sentence says so; "" of nil.
func (u *Undone) Sentence(opts Options) string {
	if u == nil {
		return ""
	}
	text := "This undoes number " + strconv.Itoa(u.Number)
	if !u.At.IsZero() {
		text += ", which was applied " + opts.Time(u.At)
	}
	return text
}

// Selection is a part of a plan: operations and conflicts by their ids, problems by their place in the plan.
type Selection struct {
	IDs      map[int]bool
	Problems map[int]bool
}

// has tells whether the operation or the conflict with this id is selected. No selection selects all.
func (s *Selection) has(id int) bool { return s == nil || s.IDs[id] }

// hasProblem tells whether the plan's problem at this place is selected.
func (s *Selection) hasProblem(at int) bool { return s == nil || s.Problems[at] }

// tone is what a run of text is, as a class of the page's style sheet and a colour of the terminal.
type tone string

const (
	plain   tone = ""
	bold    tone = "bold"
	dim     tone = "dim"
	added   tone = "added"
	removed tone = "removed"
	hunk    tone = "hunk"
	warned  tone = "warned" // conflicts, skipped operations, warnings
)

// marked is a tone for a part of a line that is otherwise in this one.
func (t tone) marked() tone { return t + " marked" }

// sgr are the parameters of ECMA-48's Select Graphic Rendition. Only the eight basic colours, which
// every terminal's theme makes legible.
var sgr = map[tone]string{bold: "1", dim: "2", removed: "31", added: "32", warned: "33", hunk: "36",
	added.marked(): "32;7", removed.marked(): "31;7"}

// printer writes text in colours, wrapped. Errors of the writer are kept by bufio until flush.
type printer struct {
	*bufio.Writer
	opts   Options
	column int
}

func newPrinter(w io.Writer, opts Options) *printer {
	return &printer{Writer: bufio.NewWriterSize(w, 1<<15), opts: opts}
}

// put writes s, which has no line break.
func (p *printer) put(t tone, s string) {
	p.column += columns(s)
	code := sgr[t]
	if !p.opts.Color || code == "" || s == "" {
		p.WriteString(s)
		return
	}
	p.WriteString("\x1b[" + code + "m")
	p.WriteString(s)
	p.WriteString("\x1b[0m")
}

func (p *printer) newline() {
	p.WriteByte('\n')
	p.column = 0
}

func (p *printer) indent(n int) {
	p.put(plain, strings.Repeat(" ", max(0, p.hang(n)-p.column)))
}

// hang is the column n, or one further to the left where that would leave less than half of the width.
func (p *printer) hang(n int) int {
	if p.opts.Width <= 0 {
		return n
	}
	return min(n, max(margin, p.opts.Width/2))
}

// list writes spans with commas between, wrapped before those that do not fit, to hang at column n.
func (p *printer) list(n int, spans []span) {
	for i, s := range spans {
		text := s.Text
		if i < len(spans)-1 {
			text += ","
		}
		if i > 0 {
			p.wrapped(n, s.Tone, text)
		} else {
			p.word(n, s.Tone, text)
		}
	}
}

// text writes s, wrapped at its spaces to hang at column n.
func (p *printer) text(n int, t tone, s string) {
	if p.opts.Width <= 0 {
		p.put(t, s)
		return
	}
	for i, word := range words(s) {
		if i > 0 {
			p.wrapped(n, t, word)
		} else {
			p.word(n, t, word)
		}
	}
}

// words are the parts of a text between which a line may end: at its spaces, but for those in double quotes, where
// a path or a command stands.
func words(s string) []string {
	var out []string
	from := 0
	for at := 0; at < len(s); at++ {
		switch s[at] {
		case '"':
			if quoted, err := strconv.QuotedPrefix(s[at:]); err == nil {
				at += len(quoted) - 1
			}
		case ' ':
			out, from = append(out, s[from:at]), at+1
		}
	}
	return append(out, s[from:])
}

// wrapped writes s after a space, or on a new line at column n if it does not fit.
func (p *printer) wrapped(n int, t tone, s string) {
	if p.fits(1 + columns(s)) {
		p.put(plain, " ")
	} else if p.column > p.hang(n) {
		p.newline()
	}
	p.word(n, t, s)
}

// apart writes s after two spaces, or on a new line at column n if it does not fit.
func (p *printer) apart(n int, t tone, s string) {
	p.gap(2, s)
	p.word(n, t, s)
}

// gap leaves blanks before a text, or ends the line where the text would not fit behind them.
func (p *printer) gap(blanks int, before string) {
	if p.fits(blanks + columns(before)) {
		p.put(plain, strings.Repeat(" ", blanks))
	} else {
		p.newline()
	}
}

// word writes s, on a new line at column n if it does not fit.
func (p *printer) word(n int, t tone, s string) {
	if p.column > p.hang(n) && !p.fits(columns(s)) {
		p.newline()
	}
	p.indent(n)
	p.put(t, s)
}

func (p *printer) fits(n int) bool { return p.opts.Width <= 0 || p.column+n <= p.opts.Width }
