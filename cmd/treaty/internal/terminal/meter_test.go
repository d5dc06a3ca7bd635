package terminal

import (
	"testing"
	"time"
)

func TestProgressFitsTheTerminal(t *testing.T) {
	m := Measured{"applying: 3 of 40 operations", 3 << 20, 40 << 20}
	for width, want := range map[int]string{
		0:   "",
		1:   "…",
		12:  "applying: 3…",
		100: "applying: 3 of 40 operations  [#-------------------]  3.0 MiB of 40.0 MiB, 1.5 MiB/s, 25s left",
	} {
		if got := m.line(2*time.Second, width); got != want {
			t.Errorf("in %d columns: %q, not %q", width, got, want)
		}
	}
	if got, want := (Measured{What: "reading the trees: 1 file"}).line(time.Minute, 80),
		"reading the trees: 1 file"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
}
