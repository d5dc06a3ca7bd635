package render

import (
	"strconv"
	"strings"

	"treaty/plan"
)

// pageDiff is a diff whose versions stand beside each other. The zero value is none.
type pageDiff struct {
	Remark, Counts string
	Names          [2]string
	Rows           []diffRow
	Open           bool // unfolded from the start
}

// diffRow is a line of both versions, or what stands in one beside what stands in the other.
type diffRow struct {
	// About is a line on the versions, such as a hunk's header; then there is nothing else.
	About string
	Old   diffCell
	New   diffCell
	Same  bool
}

// diffCell is one version's line, with its number; number 0 is none.
type diffCell struct {
	Number int
	Pieces []piece
}

// piece is a run of a line, and whether the other version has something else there.
type piece struct {
	Text    string
	Changed bool
}

// shortDiff is how many rows a diff has that is unfolded from the start.
const shortDiff = 40

// besideEachOther is a diff as a page has it, without its lines where these are not wanted. One that cannot be true,
// for the reason in doubt, is not shown.
func besideEachOther(d *plan.Diff, doubt string, lines bool) pageDiff {
	told := diffOf(d, doubt)
	out := pageDiff{Remark: told.Remark, Counts: strings.TrimPrefix(told.counts, "diff: ")}
	if len(told.Lines) == 0 {
		return out
	}
	if !lines {
		return pageDiff{Remark: told.counts}
	}
	for i := range out.Names {
		if i < len(told.Lines) {
			out.Names[i] = strings.TrimLeft(told.Lines[i].Text, "-+ ")
		}
	}
	a := aligner{lines: told.Lines, raw: d.Lines}
	for a.at = 2; a.at < len(a.lines); {
		a.next()
	}
	out.Rows, out.Open = a.rows, len(a.rows) <= shortDiff
	return out
}

// aligner goes over the lines of a diff.
type aligner struct {
	lines    []span
	raw      []string
	at       int
	old, new int // the numbers of the next lines
	rows     []diffRow
}

func (a *aligner) sign(at int) byte {
	if at >= len(a.raw) || a.raw[at] == "" {
		return 0
	}
	return a.raw[at][0]
}

// next adds a row, or those of a change.
func (a *aligner) next() {
	text := a.lines[a.at].Text
	switch a.sign(a.at) {
	case '-', '+':
		a.change()
		return
	case '@':
		a.old, a.new = startIn(text, "-", a.old), startIn(text, "+", a.new)
		a.rows = append(a.rows, diffRow{About: text})
	case ' ':
		same := []piece{{Text: text[1:]}}
		a.rows = append(a.rows, diffRow{Old: diffCell{a.old, same}, New: diffCell{a.new, same}, Same: true})
		a.old, a.new = a.old+1, a.new+1
	default:
		a.rows = append(a.rows, diffRow{About: strings.TrimPrefix(text, `\ `)})
	}
	a.at++
}

// startIn is the number after a sign in a hunk's header, otherwise where there is none.
func startIn(header, sign string, otherwise int) int {
	_, after, _ := strings.Cut(header, sign)
	if end := strings.IndexFunc(after, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
		after = after[:end]
	}
	if n, err := strconv.Atoi(after); err == nil {
		return n
	}
	return otherwise
}

// change adds the lines that go beside those that come in their place.
func (a *aligner) change() {
	gone := a.run(a.at, '-')
	came := a.run(gone, '+')
	for i := range max(gone-a.at, came-gone) {
		var row diffRow
		old, fresh := "", ""
		if a.at+i < gone {
			old = a.lines[a.at+i].Text[1:]
			row.Old = diffCell{a.old, []piece{{Text: old}}}
			a.old++
		}
		if gone+i < came {
			fresh = a.lines[gone+i].Text[1:]
			row.New = diffCell{a.new, []piece{{Text: fresh}}}
			a.new++
		}
		if row.Old.Pieces != nil && row.New.Pieces != nil {
			row.Old.Pieces, row.New.Pieces = changedWords(old, fresh)
		}
		a.rows = append(a.rows, row)
	}
	a.at = came
}

// run is where lines with a sign end that begin at a place.
func (a *aligner) run(at int, sign byte) int {
	for a.sign(at) == sign {
		at++
	}
	return at
}
