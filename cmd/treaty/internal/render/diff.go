package render

import (
	"strconv"
	"strings"

	"treaty/cmd/treaty/internal/beside"
	"treaty/plan"
)

// diff is a diff in words and coloured lines, escaped. The zero value is none.
type diff struct {
	Remark string // why there are no lines, or what is special about them
	Lines  []span
	raw    []string // the lines as the plan has them
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
	out := diff{Lines: make([]span, len(d.Lines)), raw: d.Lines}
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

// pieces are the lines' parts, by their places in the diff, what is otherwise in the line that one stands for marked.
// Only lines that go together have any.
func (d *diff) pieces() map[int][]beside.Piece {
	out := map[int][]beside.Piece{}
	for _, row := range beside.Rows(d.raw) {
		if row.Changed() {
			out[row.Old], out[row.New] = beside.Words(d.content(row.Old), d.content(row.New))
		}
	}
	return out
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
