package terminal

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestOutputsInOneFileAreReadTogether(t *testing.T) {
	open := func(name string) *os.File {
		f, err := os.Create(filepath.Join(t.TempDir(), name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	a, b := open("a"), open("b")
	if !Together(a, a) {
		t.Error("one file counts as two")
	}
	if Together(a, b) {
		t.Error("two files count as one")
	}
}

func TestColourIsAskedForThenForbiddenThenForcedThenFoundOut(t *testing.T) {
	for _, c := range []struct {
		asked, forbidden, forced string
		want                     bool
	}{
		{"auto", "", "", false},
		{"auto", "", "1", true},
		{"auto", "", "0", false},
		{"auto", "1", "1", false},
		{"auto", "1", "", false},
		{"always", "1", "", true},
		{"never", "", "1", false},
	} {
		t.Setenv("NO_COLOR", c.forbidden)
		t.Setenv("CLICOLOR_FORCE", c.forced)
		for _, term := range []string{"dumb", "xterm"} {
			t.Setenv("TERM", term)
			if got := Coloured(c.asked, &bytes.Buffer{}); got != c.want {
				t.Errorf("--color %s, NO_COLOR=%s, CLICOLOR_FORCE=%s, TERM=%s: %v", c.asked, c.forbidden, c.forced, term, got)
			}
		}
	}
}
