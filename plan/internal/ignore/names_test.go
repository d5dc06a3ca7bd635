package ignore

import (
	"path"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"treaty/testdata/effort"
)

// What a list says of the names in a directory is what it says of their paths.
func TestNamesInADirectoryMatchAsTheirPathsDo(t *testing.T) {
	piece := rapid.SampledFrom(append(strings.Fields("a A b ab a.b é e\u0301 * ? ** [ab] \u0338"), " (remote)"))
	word := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(piece, 1, 3).Draw(t, "word"), "") })
	names := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(word, 1, 3).Draw(t, "path"), "/") })
	pattern := rapid.Custom(func(t *rapid.T) string {
		return rapid.SampledFrom([]string{"", "/", "!", "!/"}).Draw(t, "begin") + names.Draw(t, "pattern") +
			rapid.SampledFrom([]string{"", "/"}).Draw(t, "end")
	})
	effort.Check(t, 200, 2000, func(t *rapid.T) {
		patterns := rapid.SliceOfN(pattern, 0, 4).Draw(t, "patterns")
		p := names.Draw(t, "path")
		dir, name := path.Split(p)
		for _, l := range []List{{}, Patterns(patterns), Sensitive(patterns)} {
			want := l.Match(p, false)
			if got := l.In(strings.TrimSuffix(dir, "/")).Match(name); got != want {
				t.Fatalf("%q in %q with %q: %t, want %t", name, dir, patterns, got, want)
			}
		}
	})
}
