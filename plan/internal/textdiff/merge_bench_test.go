package textdiff

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// spread is a text of so many lines, and two versions of it that have changed so many places together, none of them the
// same.
func spread(lines, regions int) (base, local, remote string) {
	step := lines / regions
	var b, l, r strings.Builder
	for n := range lines {
		line := fmt.Sprintf("line %d of some length, as in a text that people write\n", n)
		mine, theirs := line, line
		switch {
		case n%step == 0 && n/step%2 == 0:
			mine = "mine: " + line
		case n%step == 0:
			theirs = "theirs: " + line
		}
		b.WriteString(line)
		l.WriteString(mine)
		r.WriteString(theirs)
	}
	return b.String(), l.String(), r.String()
}

// BenchmarkMerge3 merges texts, and makes one diff of the same, so that both can be held against each other; git merges
// those of the first case as a program of its own. A merge should take at most 2.5 times as long as one diff, and twice
// as long as git.
func BenchmarkMerge3(b *testing.B) {
	base, local, remote := spread(9_999, 201)
	cases := map[string][3]string{"200 regions of 10000 lines": {base, local, remote}}
	for name, x := range worst() {
		cases["worst, "+name] = [3]string{x.old, x.new, x.old}
		cases["worst on both sides, "+name] = [3]string{x.old, x.new, x.new + "end\n"}
	}
	for name, x := range cases {
		texts := [3][]byte{[]byte(x[0]), []byte(x[1]), []byte(x[2])}
		b.Run(name+"/merge", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if m, why := Merge3(texts[0], texts[1], texts[2]); m == nil && why != OmittedTooLarge {
					b.Fatal(why)
				}
			}
		})
		b.Run(name+"/one diff", func(b *testing.B) {
			for b.Loop() {
				if d := Unified("base", "local", texts[0], texts[1]); d.Omitted != "" {
					b.Fatal(d.Omitted)
				}
			}
		})
	}
	b.Run("200 regions of 10000 lines/git", func(b *testing.B) { gitMerges(b, base, local, remote) })
}

// gitMerges has git merge the same texts again and again.
func gitMerges(b *testing.B, base, local, remote string) {
	if _, err := exec.LookPath("git"); err != nil {
		b.Skip("there is no git")
	}
	dir := b.TempDir()
	for name, text := range map[string]string{"base": base, "local": local, "remote": remote} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		command := exec.Command("git", "merge-file", "-p", "local", "base", "remote")
		command.Dir = dir
		if _, err := command.Output(); err != nil {
			b.Fatal(err)
		}
	}
}
