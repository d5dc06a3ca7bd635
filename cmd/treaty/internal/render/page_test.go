package render

import (
	"io"
	"strings"

	"treaty/plan"
)

// whole writes a plan as a page that tells nothing besides.
func whole(w io.Writer, p *plan.Plan, opts Options) error { return HTML(w, p, Page{Options: opts}) }

// withoutOurs is a page without what is not drawn of the plan: style, script, the policy that has their hashes, and
// what is packed for the script.
func withoutOurs(page string) string {
	for _, ours := range []string{pageStyle, pageScript()} {
		page = strings.Replace(page, ours, "…", 1)
	}
	page = without(page, `Content-Security-Policy" content="`, `"`)
	page = without(page, `"plan":"`, `"`)
	return without(page, `"known":"`, `"`)
}

// without is a page with an ellipsis for what stands between two marks.
func without(page, begin, end string) string {
	before, rest, found := strings.Cut(page, begin)
	if !found {
		return page
	}
	_, after, _ := strings.Cut(rest, end)
	return before + begin + "…" + end + after
}
