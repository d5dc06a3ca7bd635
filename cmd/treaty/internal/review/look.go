package review

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
)

// Look is what the terminal can show.
type Look struct {
	render.Options
	// ASCII is set where the terminal shows nothing else.
	ASCII bool
}

// tone is what a run of text is; its value is the parameter of ECMA-48's Select Graphic Rendition for it.
type tone string

const (
	plain   tone = ""
	strong  tone = "1"
	dim     tone = "2"
	inFocus tone = "7"
	removed tone = "31"
	added   tone = "32"
	warned  tone = "33"
	hunk    tone = "36"
)

// run is text in one tone, and line a line of the screen, of any length.
type (
	run struct {
		text string
		tone tone
	}
	line []run
)

// said is a line in one tone.
func said(t tone, text string) line { return line{{text, t}} }

// signs are what is drawn without letters, and what stands for it where there is only ASCII.
var signs = strings.NewReplacer("→", "->", "↔", "<->", "−", "-", "…", "...", "▸", ">", "▾", "v", "│",
	"|", "─", "-", "✓", "+",
	"↑", "^", "↓", "v", "·", "-")

// text is s as the terminal can show it: what is no ASCII is escaped where it shows nothing else.
func (l Look) text(s string) string {
	if !l.ASCII || ascii(s) {
		return s
	}
	var out strings.Builder
	for _, r := range signs.Replace(s) {
		switch {
		case r < utf8.RuneSelf:
			out.WriteRune(r)
		case r <= 0xffff:
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			fmt.Fprintf(&out, `\U%08x`, r)
		}
	}
	return out.String()
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// widestHead is how many columns of a tree's name head a column, or stand in a row.
const widestHead = 20

// tree is what the tree of a side is called.
func (l Look) tree(side plan.Side) string { return l.cut(l.Tree(side), widestHead) }

// cut is s within width columns, and tail its end.
func (l Look) cut(s string, width int) string  { return l.ellipsis(render.Cut(l.text(s), width)) }
func (l Look) tail(s string, width int) string { return l.ellipsis(render.Tail(l.text(s), width)) }

// ellipsis is what a cut left, with a sign of the same width for what it left out.
func (l Look) ellipsis(s string) string {
	if l.ASCII {
		return strings.ReplaceAll(s, "…", "~")
	}
	return s
}

// fill writes a line as exactly so many columns.
func (l Look) fill(out *strings.Builder, of line, width int, focus bool) {
	for _, r := range of {
		text := l.cut(r.text, width)
		width -= render.Columns(text)
		l.put(out, r.tone, text, focus)
	}
	l.put(out, plain, strings.Repeat(" ", max(0, width)), focus)
}

// put writes text in its tone. What is in focus is drawn the other way round.
func (l Look) put(out *strings.Builder, t tone, text string, focus bool) {
	if focus {
		t = inFocus
	}
	if !l.Color || t == plain || text == "" {
		out.WriteString(text)
		return
	}
	out.WriteString("\x1b[" + string(t) + "m" + text + "\x1b[0m")
}

// wrapped are the lines of a text, in one tone.
func (l Look) wrapped(t tone, s string, width int) []line {
	var lines []line
	for _, text := range render.Wrap(l.text(s), max(1, width)) {
		lines = append(lines, said(t, text))
	}
	return lines
}
