package review

import (
	"slices"
	"strings"
	"testing"
)

// On the page of help, keys are written as on a keyboard.
var written = map[string]string{"up": "↑", "down": "↓", "left": "←", "right": "→", "pgup": "PgUp", "pgdown": "PgDn",
	"home": "Home", "end": "End", "tab": "Tab", "shift+tab": "Shift-Tab", "enter": "Enter", "esc": "Esc",
	"ctrl+c": "Ctrl-C", "ctrl+d": "Ctrl-D", "ctrl+u": "Ctrl-U"}

func TestThePageOfHelpNamesEachKeyAndNoOther(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range keyRows() {
		words := strings.FieldsFunc(r.shown+" "+r.does, func(c rune) bool { return strings.ContainsRune(" ,;", c) })
		var names []string
		for key := range r.acts {
			name := key
			if as := written[key]; as != "" {
				name = as
			}
			if names = append(names, name); r.shown != "" && !slices.Contains(words, name) {
				t.Errorf("%s is not in %q", key, r.shown+"  "+r.does)
			}
			if seen[key] {
				t.Errorf("%s is in two rows", key)
			}
			seen[key] = true
		}
		for _, name := range strings.Fields(r.shown) {
			if !slices.Contains(names, name) {
				t.Errorf("%s does nothing", name)
			}
		}
	}
}
