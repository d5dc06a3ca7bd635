package textdiff

import (
	"os/exec"
	"strings"
	"testing"
)

// FuzzUnified holds diffs to a strict reading of the format and, where they are
// installed, to git apply and patch.
func FuzzUnified(f *testing.F) {
	for _, x := range edgeCases {
		if len(x.old) < 1000 {
			f.Add(x.old, x.new)
		}
	}
	f.Add("\x00", "a")
	f.Add("\xff", "a")
	f.Fuzz(func(t *testing.T, old, new string) {
		x := texts{old, new}
		if d := check(t, x); d.Omitted != "" || old == new {
			return
		}
		for program := range appliers {
			if _, err := exec.LookPath(program); err == nil && !testing.Short() {
				files{"f": x}.applyWith(t, program)
			}
		}
	})
}

// FuzzMatching turns bytes into lines of a small alphabet, for texts with much in common.
func FuzzMatching(f *testing.F) {
	f.Add("abcabba", "cbabac")
	f.Add(strings.Repeat("ab", 40), strings.Repeat("ba", 41))
	f.Fuzz(func(t *testing.T, old, new string) {
		lines := func(s string) string {
			var text strings.Builder
			for i := range len(s) {
				text.WriteByte('a' + s[i]%16)
				text.WriteByte('\n')
			}
			return text.String()
		}
		check(t, texts{lines(old), lines(new)})
	})
}
