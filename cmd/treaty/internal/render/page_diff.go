package render

import (
	"strings"

	"treaty/cmd/treaty/internal/beside"
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
	Pieces []beside.Piece
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
	for _, row := range beside.Rows(told.raw) {
		if row.Old >= len(out.Names) || row.New >= len(out.Names) {
			out.Rows = append(out.Rows, told.row(row))
		}
	}
	out.Open = len(out.Rows) <= shortDiff
	return out
}

// row is a row of the diff as a page has it.
func (d *diff) row(at beside.Row) diffRow {
	switch {
	case at.About:
		return diffRow{About: strings.TrimPrefix(d.Lines[at.Old].Text, `\ `)}
	case at.Changed():
		old, fresh := beside.Words(d.content(at.Old), d.content(at.New))
		return diffRow{Old: diffCell{at.From, old}, New: diffCell{at.To, fresh}}
	}
	row := diffRow{Same: at.Old == at.New}
	if at.Old >= 0 {
		row.Old = diffCell{at.From, []beside.Piece{{Text: d.content(at.Old)}}}
	}
	if at.New >= 0 {
		row.New = diffCell{at.To, []beside.Piece{{Text: d.content(at.New)}}}
	}
	return row
}

// content is a line of a file, without the sign before it.
func (d *diff) content(at int) string { return d.Lines[at].Text[1:] }
