package ignore

import (
	"slices"
	"strconv"
	"testing"
)

func TestIdleLinesAreFound(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "",
		"*.o\n# [a\n\n  \n\r\n!keep\na/\n": "",
		"\ufeff[a\n":                       `1: "[" without "]"`,
		"*.o\r\n[a\r\n":                    `2: "[" without "]"`,
		"!\n/\n!/\nx":                      "1: it names nothing 2: it names nothing 3: it names nothing",
	} {
		got := ""
		for _, idle := range Idles([]byte(text)) {
			if got != "" {
				got += " "
			}
			got += strconv.Itoa(idle.Line) + ": " + idle.Why.Error()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// What is called idle matches nothing that has the letters of the pattern.
func FuzzIdleLinesMatchNothing(f *testing.F) {
	for _, line := range []string{"[a", "!", "/", "a[", "\\", "*", "a\x00b"} {
		f.Add(line, "a")
	}
	f.Fuzz(func(t *testing.T, line, path string) {
		if path == "" || slices.Contains([]byte(line), '\n') || idle(line) == nil {
			return
		}
		if l := Patterns([]string{line}); l.Match(path, false) || l.Match(path, true) {
			t.Errorf("%q is idle, and matches %q", line, path)
		}
	})
}
