package review

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
)

// beside is from which width on the versions of a diff stand beside each other.
const beside = 100

// diffView is a diff as it is shown: a line of it after another or, where there is room, local's lines beside remote's.
type diffView struct {
	diff  *plan.Diff
	rows  []diffRow
	look  Look
	width int
	// partner is, by its place, the line of the other version that a changed one stands beside; -1 where none does.
	partner []int
	// shift is how many columns of each line are left out at its beginning.
	shift int
}

// diffRow is a line of a diff or, of one that was changed, both; by their places in it, -1 for none. Both are the same
// where the versions are.
type diffRow struct {
	left, right int
	// from and to are the numbers of the lines in both files, 0 where there is none.
	from, to int
}

// diffOf is how a diff is shown.
func (l Look) diffOf(d *plan.Diff, width int) *diffView {
	v := &diffView{diff: d, look: l, width: width, rows: make([]diffRow, 0, len(d.Lines)),
		partner: slices.Repeat([]int{-1}, len(d.Lines))}
	from, to := 0, 0
	for at := 0; at < len(d.Lines); {
		if text := d.Lines[at]; at < 2 || text == "" || strings.IndexByte("-+", text[0]) < 0 {
			v.plainRow(at, &from, &to)
			at++
			continue
		}
		at = v.changedRows(at, &from, &to)
	}
	return v
}

// plainRow adds a line that is no change: of both versions, or about them.
func (v *diffView) plainRow(at int, from, to *int) {
	row, text := diffRow{left: at, right: at}, v.diff.Lines[at]
	switch {
	case at < 2:
	case strings.HasPrefix(text, "@@"):
		// A header that is none leaves the numbers as they are.
		_, _ = fmt.Sscanf(strings.NewReplacer("@", "", "-", "", "+", "").Replace(headOf(text)), "%d %d", from, to)
	case !strings.HasPrefix(text, `\`):
		row.from, row.to = *from, *to
		*from, *to = *from+1, *to+1
	}
	v.rows = append(v.rows, row)
}

// headOf are the starts of a hunk's header, "@@ -12 +14", without the lengths.
func headOf(text string) string {
	words := strings.Fields(text)
	for i := range words {
		words[i], _, _ = strings.Cut(words[i], ",")
	}
	return strings.Join(words, " ")
}

// changedRows adds the lines that go and those that come in their place, and returns where the diff goes on.
func (v *diffView) changedRows(at int, from, to *int) int {
	gone := v.run(at, '-')
	came := v.run(gone, '+')
	for i := range max(gone-at, came-gone) {
		row := diffRow{left: -1, right: -1}
		if at+i < gone {
			row.left, row.from = at+i, *from
			*from++
		}
		if gone+i < came {
			row.right, row.to = gone+i, *to
			*to++
		}
		if row.left >= 0 && row.right >= 0 {
			v.partner[row.left], v.partner[row.right] = row.right, row.left
		}
		v.rows = append(v.rows, row)
	}
	return max(came, at+1)
}

// run is where lines with a sign end that begin at a place.
func (v *diffView) run(at int, sign byte) int {
	for at < len(v.diff.Lines) && v.diff.Lines[at] != "" && v.diff.Lines[at][0] == sign {
		at++
	}
	return at
}

// length is how many lines it is shown in.
func (v *diffView) length() int {
	switch {
	case v == nil:
		return 0
	case v.width >= beside:
		return len(v.rows)
	}
	return len(v.diff.Lines)
}

// line is one of the lines that it is shown in.
func (v *diffView) line(at int) line {
	if v.width < beside {
		return v.unified(at)
	}
	row := v.rows[at]
	if row.left == row.right && row.from == 0 {
		return v.unified(row.left)
	}
	half := (v.width - 1) / 2
	l := v.half(row.left, row.from, half)
	l = append(l, run{v.look.text("│"), dim})
	return append(l, v.half(row.right, row.to, v.width-1-half)...)
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

// marked is a line with what another one has otherwise drawn the other way round, if they have anything in common.
func marked(text, other string, t tone) line {
	before := common(text, other)
	after := commonEnd(text[before:], other[before:])
	if 2*(before+after) < len(text) {
		return said(t, text)
	}
	return line{{text[:before], t}, {text[before : len(text)-after], t + ";" + inFocus}, {text[len(text)-after:], t}}
}

// common is how many bytes, whole characters, two texts begin with alike, and commonEnd end with.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(a) && !utf8.RuneStart(a[n]) {
		n--
	}
	return n
}

func commonEnd(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	for n > 0 && !utf8.RuneStart(a[len(a)-n]) {
		n--
	}
	return n
}

// diffTone is how a line of a diff looks, by its place in it.
func diffTone(at int, text string) tone { return tone(render.DiffColour(at, text)) }
