package home

import (
	"path/filepath"
	"testing"
)

func TestHomeIsExpandedOnlyInFront(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	for path, want := range map[string]string{
		"":           "",
		"~":          home,
		"~/":         home,
		"~/a/b":      filepath.Join(home, "a", "b"),
		"~/../x":     filepath.Join(filepath.Dir(home), "x"),
		"~nobody":    "~nobody",
		"~nobody/x":  "~nobody/x",
		"a/~":        "a/~",
		"./~":        "./~",
		"/~/x":       "/~/x",
		" ~":         " ~",
		"relative/x": "relative/x",
	} {
		if got := Expand(path); got != want {
			t.Errorf("expandHome(%q) = %q, not %q", path, got, want)
		}
	}
}
