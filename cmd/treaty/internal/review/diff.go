package review

import (
	"fmt"
	"slices"
	"strings"

	"treaty/cmd/treaty/internal/beside"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
)

// wide is from which width on the versions of a diff stand beside each other.
const wide = 100

// diffView is a diff as it is shown: a line of it after another or, where there is room, local's lines beside remote's.
type diffView struct {
	diff  *plan.Diff
	rows  []beside.Row
	look  Look
	width int
	// partner is, by its place, the line of the other version that a changed one stands beside; -1 where none does.
	partner []int
	// shift is how many columns of each line are left out at its beginning.
	shift int
}

// diffOf is how a diff is shown.
func (l Look) diffOf(d *plan.Diff, width int) *diffView {
	v := &diffView{diff: d, look: l, width: width, rows: beside.Rows(d.Lines),
		partner: slices.Repeat([]int{-1}, len(d.Lines))}
	for _, row := range v.rows {
		if row.Changed() {
			v.partner[row.Old], v.partner[row.New] = row.New, row.Old
		}
	}
	return v
}

// length is how many lines it is shown in.
func (v *diffView) length() int {
	switch {
	case v == nil:
		return 0
	case v.width >= wide:
		return len(v.rows)
	}
	return len(v.diff.Lines)
}

// line is one of the lines that it is shown in.
func (v *diffView) line(at int) line {
	if v.width < wide {
		return v.unified(at)
	}
	row := v.rows[at]
	if row.About {
		return v.unified(row.Old)
	}
	half := (v.width - 1) / 2
	l := v.half(row.Old, row.From, half)
	l = append(l, run{v.look.text("│"), dim})
	return append(l, v.half(row.New, row.To, v.width-1-half)...)
}

// unified is a line of the diff by its place in it. What says where it is from is not shifted.
func (v *diffView) unified(at int) line {
	text := v.diff.Lines[at]
	if at < 2 || text == "" || strings.IndexByte(" -+", text[0]) < 0 {
		return said(diffTone(at, text), v.look.text(render.DiffLine(v.diff, at)))
	}
	return append(line{{text[:1], diffTone(at, text)}}, v.content(at, v.width-1)...)
}

// half is one version's line by its place, with its number.
func (v *diffView) half(at, number, width int) line {
	if at < 0 {
		return said(plain, strings.Repeat(" ", width))
	}
	head := fmt.Sprintf("%5d ", number)
	l := append(line{{head, dim}}, v.content(at, max(0, width-len(head)))...)
	for _, r := range l {
		width -= render.Columns(r.text)
	}
	return append(l, run{strings.Repeat(" ", max(0, width)), plain})
}

// content is what is to be seen of a line of a file within so many columns, what is otherwise in its partner marked.
func (v *diffView) content(at, width int) line {
	l, t := said(diffTone(at, v.diff.Lines[at]), v.text(at)), diffTone(at, v.diff.Lines[at])
	if other := v.partner[at]; other >= 0 {
		l = marked(v.text(at), v.text(other), t)
	}
	left := v.shift
	for i := range l {
		gone := min(left, render.Columns(l[i].text))
		l[i].text, left = render.Drop(l[i].text, gone), left-gone
	}
	for i := range l {
		l[i].text = v.look.cut(l[i].text, width)
		width -= render.Columns(l[i].text)
	}
	return l
}

// text is a line of a file as it can be shown, without the sign before it.
func (v *diffView) text(at int) string {
	return v.look.text(strings.ReplaceAll(render.DiffLine(v.diff, at)[1:], "\t", "    "))
}

// marked is a line with what another one has otherwise drawn the other way round, if they have enough in common.
func marked(text, other string, t tone) line {
	pieces, _ := beside.Words(text, other)
	l := make(line, len(pieces))
	for i, p := range pieces {
		if l[i] = (run{p.Text, t}); p.Changed {
			l[i] = run{p.Text, t + ";" + inFocus}
		}
	}
	return l
}

// diffTone is how a line of a diff looks, by its place in it.
func diffTone(at int, text string) tone { return tone(render.DiffColour(at, text)) }
