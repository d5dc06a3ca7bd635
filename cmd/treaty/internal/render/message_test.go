package render

import (
	"strings"
	"testing"
)

func TestMessagesBreakAtTheWidthAndNeverInACommand(t *testing.T) {
	for name, c := range map[string]struct {
		width      int
		line, want string
	}{
		"one that fits": {30, "treaty: nothing was changed", "treaty: nothing was changed"},
		"no width":      {0, "treaty: nothing was changed", "treaty: nothing was changed"},
		"words": {30, "treaty: the trees are not what they were when the plan was made", `
treaty: the trees are not what
  they were when the plan was
  made`},
		"an indented line": {30, "  local: notes/a.txt: it has 10 bytes, not 2", `
  local: notes/a.txt: it has
    10 bytes, not 2`},
		"a name in quotes": {30, `treaty: there is no such "name with a space" here`, `
treaty: there is no such
  "name with a space" here`},
		"a command that fits below": {30, "hint: look at the deletes, then: treaty plan -C mac ../stick", `
hint: look at the deletes,
  then:
  treaty plan -C mac ../stick`},
		"a command that fits nowhere": {30, "hint: mount it, then: treaty sync '/media/ann/my stick, the red one' --yes", `
hint: mount it, then:
  treaty sync '/media/ann/my stick, the red one' --yes`},
		"nothing but a command": {30, "hint: treaty recover --break-lock /media/ann/stick", `
hint:
  treaty recover --break-lock /media/ann/stick`},
		"a command before a semicolon": {30, "hint: treaty apply -C mac goes on; or, to settle it back, then: treaty recover mac", `
hint:
  treaty apply -C mac goes on;
  or, to settle it back, then:
  treaty recover mac`},
		"a command in brackets": {30, "hint: make room (treaty clean -C mac removes old trash), then: treaty apply", `
hint: make room
  (treaty clean -C mac removes old trash),
  then: treaty apply`},
		"a path that is too long for any line": {30, "Plan: /home/ann/docs/.treaty/plans/2026.plan.json",
			"Plan: /home/ann/docs/.treaty/plans/2026.plan.json"},
		"a path that fits below": {30, "Approved: /home/ann/docs/plan.json", "Approved:\n  /home/ann/docs/plan.json"},
	} {
		if got, want := Message(c.line, c.width), strings.TrimPrefix(c.want, "\n"); got != want {
			t.Errorf("%s:\n%s\nnot\n%s", name, got, want)
		}
	}
}
