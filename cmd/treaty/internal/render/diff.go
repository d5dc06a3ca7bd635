package render

import (
	"strconv"
	"strings"

	"treaty/plan"
)

// diff is a diff in words and coloured lines, escaped. The zero value is none.
type diff struct {
	Remark string // why there are no lines, or what is special about them
	Lines  []span
	counts string
}

// diffOf is a diff as a person sees it. One that cannot be true, for the reason in doubt, is not shown.
func diffOf(d *plan.Diff, doubt string) diff {
	if d == nil {
		return diff{}
	}
	if doubt != "" {
		return diff{Remark: "the plan's diff is not shown, since it cannot be true: " + Escape(doubt)}
	}
	if why := omitted(d); why != "" {
		return diff{Remark: why}
	}
	out := diff{Lines: make([]span, len(d.Lines))}
	if d.OnlyLineEndings {
		out.Remark = "only line endings differ"
	}
	for i, l := range d.Lines {
		if i < 2 {
			l = header(l)
		}
		out.Lines[i] = span{escapeLine(l), lineTone(i, l)}
	}
	if len(d.Lines) > 0 {
		out.counts = "diff: " + Count(d.Added, "line") + " added, " + Count(d.Removed, "line") + " removed"
	}
	return out
}

// header is a line that names a version, without the quoting that git reads, which hides all but ASCII.
func header(l string) string {
	for _, mark := range []string{"--- ", "+++ "} {
		name, found := strings.CutPrefix(strings.TrimSuffix(l, "\t"), mark)
		if !found {
			continue
		}
		if plain, err := strconv.Unquote(name); err == nil && name[0] == '"' {
			name = plain
		}
		return mark + Name(name)
	}
	return l
}

// pieces are the lines' parts, what is otherwise in the line that one stands for marked. Only lines that go together
// have any.
func (d *diff) pieces() map[int][]piece {
	out := map[int][]piece{}
	for at := 2; at < len(d.Lines); at++ {
		gone := d.run(at, removed)
		came := d.run(gone, added)
		for i := range min(gone-at, came-gone) {
			out[at+i], out[gone+i] = changedWords(d.Lines[at+i].Text[1:], d.Lines[gone+i].Text[1:])
		}
		at = max(at, came-1)
	}
	return out
}

// run is where lines of a tone end that begin at a place.
func (d *diff) run(at int, tone tone) int {
	for at < len(d.Lines) && d.Lines[at].Tone == tone {
		at++
	}
	return at
}

// lineTone goes by place for the two header lines: a removed line "-- x" reads "--- x" too.
func lineTone(i int, l string) tone {
	switch {
	case i < 2:
		return bold
	case l == "":
		return plain
	}
	switch l[0] {
	case '+':
		return added
	case '-':
		return removed
	case '@':
		return hunk
	case '\\':
		return dim
	}
	return plain
}
