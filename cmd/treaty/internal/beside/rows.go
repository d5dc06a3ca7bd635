// Package beside puts the two versions of a unified diff beside each other: which line of the one stands beside which
// of the other, and what in a changed line is otherwise. It is pure, and knows of no screen.
package beside

import (
	"strconv"
	"strings"
)

// Row is a line of a diff or, of one that was changed, both.
type Row struct {
	// Old and New are their places in the diff, -1 where a version has none. Both are the same where the versions are,
	// and of a line about them.
	Old, New int
	// From and To are the numbers of the lines in both files, 0 for none.
	From, To int
	// About tells of a line on the versions, such as a hunk's header.
	About bool
}

// Changed tells whether the row has a line of each version that stands for the other.
func (r Row) Changed() bool { return r.Old >= 0 && r.New >= 0 && r.Old != r.New }

// header is how many lines at the beginning of a diff name its versions, whatever they begin with.
const header = 2

// Rows are the rows of a diff's lines, which need not be a true one: each line is in one row, in order, but that a line
// that goes stands beside the one that comes in its place.
func Rows(lines []string) []Row {
	a := aligner{lines: lines, rows: make([]Row, 0, len(lines))}
	for a.at < len(lines) {
		a.next()
	}
	return a.rows
}

// aligner goes over the lines of a diff.
type aligner struct {
	lines    []string
	at       int
	from, to int // the numbers of the next lines
	rows     []Row
}

// sign is what a line begins with, 0 for nothing, and where there is none.
func (a *aligner) sign(at int) byte {
	if at < header || at >= len(a.lines) || a.lines[at] == "" {
		return 0
	}
	return a.lines[at][0]
}

// next adds a row, or those of a change.
func (a *aligner) next() {
	row := Row{Old: a.at, New: a.at, About: true}
	switch a.sign(a.at) {
	case '-', '+':
		a.change()
		return
	case '@':
		a.from, a.to = startIn(a.lines[a.at], "-", a.from), startIn(a.lines[a.at], "+", a.to)
	case ' ':
		row.From, row.To, row.About = a.from, a.to, false
		a.from, a.to = a.from+1, a.to+1
	}
	a.rows = append(a.rows, row)
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
		row := Row{Old: -1, New: -1}
		if a.at+i < gone {
			row.Old, row.From = a.at+i, a.from
			a.from++
		}
		if gone+i < came {
			row.New, row.To = gone+i, a.to
			a.to++
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
