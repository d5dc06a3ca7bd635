package plan_test

import (
	"strings"
	"testing"

	"treaty/plan"
)

// disputed is a conflict of two files with its true diff.
func disputed(t *testing.T) (*plan.Plan, *plan.Conflict) {
	t.Helper()
	p := full(t)
	c := conflict(p, "both")
	c.Diff = &plan.Diff{Format: "unified",
		Lines: []string{"--- local/both", "+++ remote/both", "@@ -1 +1 @@", "-one", "+two"}, Added: 1, Removed: 1}
	c.Local.Size, c.Remote.Size = 4, 4
	return p, c
}

func TestAnEditedDiffIsRefusedOrDoubted(t *testing.T) {
	for what, c := range map[string]struct {
		edit           func(*plan.Conflict)
		refused, doubt string
	}{
		"a true one":               {func(*plan.Conflict) {}, "", ""},
		"another spelling of both": {func(c *plan.Conflict) { c.Diff.Lines[1] = "+++ remote/BOTH" }, "", ""},
		"none":                     {func(c *plan.Conflict) { c.Diff = nil }, "", ""},
		"no hunk": {func(c *plan.Conflict) {
			c.Diff.Lines[2] = "nothing to see"
		}, "no header of a hunk", ""},
		"a count":             {func(c *plan.Conflict) { c.Diff.Added = 0 }, "counts 0 lines added", ""},
		"omitted, with lines": {func(c *plan.Conflict) { c.Diff.Omitted = "binary" }, "left out", ""},
		"nothing on one side": {func(c *plan.Conflict) { c.Local = nil }, "two files", ""},
		"of other files":      {func(c *plan.Conflict) { c.Diff.Lines[1] = "+++ remote/else" }, "", "other files"},
		"of larger files":     {func(c *plan.Conflict) { c.Local.Size, c.Remote.Size = 2, 2 }, "", "more than there is"},
		"of another size":     {func(c *plan.Conflict) { c.Remote.Size = 9 }, "", "another number of bytes"},
		"of the same content": {func(c *plan.Conflict) { c.Remote.SHA256 = c.Local.SHA256 }, "", "nothing does"},
	} {
		t.Run(what, func(t *testing.T) {
			p, k := disputed(t)
			c.edit(k)
			var refused string
			for _, wrong := range p.Check() {
				if strings.HasSuffix(wrong.Pointer, "/diff") {
					refused = wrong.Message
				}
			}
			if !says(refused, c.refused) {
				t.Errorf("refused: %q, want %q", refused, c.refused)
			}
			if c.refused == "" && !says(k.DiffDoubt(), c.doubt) {
				t.Errorf("doubted: %q, want %q", k.DiffDoubt(), c.doubt)
			}
		})
	}
}

func says(text, want string) bool {
	return (text == "") == (want == "") && strings.Contains(text, want)
}
