package preflight

import (
	"strings"
	"testing"
)

func TestSlotsOfNames(t *testing.T) {
	for _, c := range []struct {
		name  string
		slots int
	}{
		{"README", 1}, {"README.TXT", 1}, {"LONGFI~1.TXT", 1}, {"Readme.txt", 2}, {"a", 2}, {".config", 2},
		{"thirteen.char", 2}, {"fourteen.chars", 3}, {strings.Repeat("\u00e9", 26), 3}, {"\U0001F600", 2},
		{strings.Repeat("x", 255), 21},
	} {
		if got := slotsOf(c.name); got != c.slots {
			t.Errorf("%q takes %d slots, want %d", c.name, got, c.slots)
		}
	}
}
