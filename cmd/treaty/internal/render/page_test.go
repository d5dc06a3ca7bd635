package render

import (
	"io"
	"strings"

	"treaty/plan"
)

// whole writes a plan as a page that tells nothing besides.
func whole(w io.Writer, p *plan.Plan, opts Options) error { return HTML(w, p, Page{Options: opts}) }

// withoutOurs is a page without what no plan has a part in: style, script, and the policy that has their hashes.
func withoutOurs(page string) string {
	for _, ours := range []string{pageStyle, pageScript} {
		page = strings.Replace(page, ours, "…", 1)
	}
	before, rest, found := strings.Cut(page, `Content-Security-Policy" content="`)
	if !found {
		return page
	}
	_, after, _ := strings.Cut(rest, `"`)
	return before + `Content-Security-Policy" content="…"` + after
}
