package render

import (
	"fmt"

	"treaty/plan"
)

// merge is what there is to say of a conflict's merge, "" for nothing, and what that changes on each side, or its whole
// text.
type merge struct {
	Says  string
	diffs []diff
}

// Merge says of a conflict what its merge comes to, or why it has none; "" where it could have none.
func Merge(unmerged *plan.Unmerged, c *plan.Conflict) string {
	m := c.Merge
	if m == nil {
		why := unmerged.Why(c)
		if why == "" {
			return ""
		}
		return "no merge: " + why
	}
	if m.Open > 0 {
		return fmt.Sprintf("merge  %s, %d open", Count(m.Regions, "region"), m.Open)
	}
	says := fmt.Sprintf("merge  %s, none open, %s", Count(m.Regions, "region"), Bytes(int64(len(m.Text()))))
	if line := m.MarkerLeft(); line > 0 {
		says += fmt.Sprintf("; line %d looks like a marker that was left in it", line)
	}
	return says
}

// mergedIn are the diffs from each version to its merge, or the whole text where a version cannot be had.
func mergedIn(o Options, c *plan.Conflict) []diff {
	if c.Merge == nil || !o.Diffs {
		return nil
	}
	var out []diff
	for _, side := range plan.BothSides {
		text := textIn(o, c, side)
		if text == nil {
			return []diff{wholeMerge(c.Merge)}
		}
		out = append(out, diffOf(c.MergedFrom(side, text), ""))
	}
	return out
}

func textIn(o Options, c *plan.Conflict, side plan.Side) []byte {
	if o.Text == nil {
		return nil
	}
	return o.Text(c, side)
}

// wholeMerge is a merge's text, each line as it is.
func wholeMerge(m *plan.Merge) diff {
	d := diff{Remark: "the merged text:", Lines: make([]span, len(m.Lines))}
	for i, l := range m.Lines {
		d.Lines[i] = span{escapeLine("  " + l), plain}
	}
	return d
}
