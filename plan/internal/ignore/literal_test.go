package ignore

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"treaty/plan/visible"
	"treaty/testdata/effort"
)

// oddPath draws a path with every byte that means something to a .treatyignore.
func oddPath() *rapid.Generator[string] {
	name := rapid.StringMatching("[ab *?\\[\\]\\\\#! \n\r\t\x1b\u202e.-]{1,4}").Filter(func(s string) bool {
		return s != "." && s != ".."
	})
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(name, 1, 3).Draw(t, "names"), "/")
	})
}

// leaves tells whether a .treatyignore of this line, alone or above others, leaves out a path.
func leaves(line, path string) bool {
	scope := New(Options{}).Enter("", []byte("unused\n"+line+"\nunused\n"))
	return scope.Match(path, false) != New(Options{}).Match(path, false)
}

func TestALiteralLeavesOutItsPathAndNoOther(t *testing.T) {
	effort.Check(t, 100, 2000, func(t *rapid.T) {
		path, other := oddPath().Draw(t, "path"), oddPath().Draw(t, "other")
		if line := Literal(path); !leaves(line, path) {
			t.Fatalf("%q does not leave out %q", line, path)
		} else if visible.Text(line, "") != line {
			t.Fatalf("%q cannot be typed as it is shown", line)
		}
		inside := other == path || strings.HasPrefix(other, path+"/")
		if !inside && visible.Text(path, "") == path && leaves(Literal(path), other) {
			t.Fatalf("%q leaves out %q too", Literal(path), other)
		}
	})
}

func TestAPlainNameIsItsOwnPattern(t *testing.T) {
	effort.Check(t, 100, 2000, func(t *rapid.T) {
		path := oddPath().Draw(t, "path")
		name := path[strings.LastIndexByte(path, '/')+1:]
		if Plain(path) && !leaves(name, path) {
			t.Fatalf("%q does not leave out %q", name, path)
		}
	})
	for _, name := range []string{"[a]", "a*", "a?", `a\b`, "!a", "#a", "a ", "d/#a", "a\tb", "\x1b[31mred", "a\u202eb", "\xff"} {
		if Plain(name) {
			t.Errorf("%q passes for plain", name)
		}
	}
}
