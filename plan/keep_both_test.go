package plan_test

import (
	"strings"
	"testing"

	"treaty/plan/tree"
)

// The name for the remote version is free and fits on both sides, whatever the name it is made from.
func TestKeptNamesFit(t *testing.T) {
	for _, c := range []struct {
		what       string
		profile    tree.Profile
		name, want string
	}{
		{"a short name", tree.POSIX, "a.txt", "a (remote).txt"},
		{"a name of 255 bytes", tree.POSIX, strings.Repeat("x", 251) + ".txt", strings.Repeat("x", 242) + " (remote).txt"},
		{"no half characters", tree.POSIX, strings.Repeat("é", 125) + ".txt", strings.Repeat("é", 121) + " (remote).txt"},
		{"UTF-16 units on FAT, but bytes on the other side", tree.FAT, strings.Repeat("é", 125) + ".txt",
			strings.Repeat("é", 121) + " (remote).txt"},
		{"an extension that is nearly all of the name", tree.POSIX, "x." + strings.Repeat("y", 253),
			" (remote)." + strings.Repeat("y", 245)},
		{"no space left before the tag", tree.POSIX, strings.Repeat("x", 241) + " yyyyyyyyy.txt",
			strings.Repeat("x", 241) + " (remote).txt"},
	} {
		w := &world{options: defaults()}
		for i, profile := range []tree.Profile{tree.POSIX, c.profile} {
			w.trees[i] = newTree(profile)
			content := strings.Repeat("1", i+1)
			w.trees[i].put(tree.Path(c.name),
				&node{kind: tree.File, content: content, size: int64(i + 1), mtime: epoch, mode: tree.Perm(0o644)})
		}
		p, err := w.compare()
		if err != nil {
			t.Fatal(err)
		}
		checkDocument(t, c.what, p)
		if got := string(p.Conflicts[0].KeepBothAs); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}
