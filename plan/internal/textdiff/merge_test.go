package textdiff

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"treaty/testdata/effort"
)

func merged(t *testing.T, base, local, remote string) *Merge {
	t.Helper()
	m, why := Merge3([]byte(base), []byte(local), []byte(remote))
	if why != "" {
		t.Fatalf("no merge: %s", why)
	}
	return m
}

func TestChangesOfBothSidesAreMergedByLines(t *testing.T) {
	for _, c := range []struct{ name, base, local, remote, want string }{
		{"different lines", "a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nc\nD\n", "A\nb\nc\nD\n"},
		{"the same change", "a\nb\n", "A\nb\n", "A\nb\n", "A\nb\n"},
		{"adjacent lines", "a\nb\n", "A\nb\n", "a\nB\n",
			"<<<<<<< local\nA\nb\n||||||| base\na\nb\n=======\na\nB\n>>>>>>> remote\n"},
		{"what both begin and end with is outside", "x\n", "1\n2\n3\n", "1\nzwei\n3\n",
			"1\n<<<<<<< local\n2\n||||||| base\nx\n=======\nzwei\n>>>>>>> remote\n3\n"},
		{"one converts, one edits", "a\nb\nc\n", "a\r\nb\r\nc\r\n", "a\nb\nC\n", "a\r\nb\r\nC\r\n"},
		{"both convert, both edit", "a\nb\nc\n", "A\r\nb\r\nc\r\n", "a\r\nb\r\nC\r\n", "A\r\nb\r\nC\r\n"},
		{"open with CRs", "a\r\n", "b\r\n", "c\r\n",
			"<<<<<<< local\r\nb\r\n||||||| base\r\na\r\n=======\r\nc\r\n>>>>>>> remote\r\n"},
		{"mixed ends are part of lines", "a\r\nb\nc\nd\n", "a\r\nb\nc\nD\n", "a\nb\nc\nd\n", "a\nb\nc\nD\n"},
		{"a last newline comes", "a\nb\nc", "a\nb\nc\n", "A\nb\nc", "A\nb\nc\n"},
		{"a last newline goes", "a\nb\nc\n", "a\nb\nc", "A\nb\nc\n", "A\nb\nc"},
		{"a BOM comes", "a\nb\nc\n", "\ufeffa\nb\nc\n", "a\nb\nC\n", "\ufeffa\nb\nC\n"},
		{"a BOM goes", "\ufeffa\nb\nc\n", "a\nb\nc\n", "\ufeffa\nb\nC\n", "a\nb\nC\n"},
		{"from nothing", "", "a\n", "", "a\n"},
		{"to nothing", "a\n", "", "a\n", ""},
		{"nothing but a BOM", "", "\ufeff", "", "\ufeff"},
		{"CRLF without a last newline", "a\r\nb", "A\r\nb", "a\r\nb", "A\r\nb"},
		{"a marker is there already", "a\n=======\n", "b\n=======\n", "c\n=======\n",
			"<<<<<<<< local\nb\n|||||||| base\na\n========\nc\n>>>>>>>> remote\n=======\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(merged(t, c.base, c.local, c.remote).Text()); got != c.want {
				t.Errorf("got\n%q, want\n%q", got, c.want)
			}
		})
	}
}

// laws holds what is true of any merge.
func laws(t *testing.T, base, local, remote string) {
	t.Helper()
	m, why := Merge3([]byte(base), []byte(local), []byte(remote))
	swapped, whySwapped := Merge3([]byte(base), []byte(remote), []byte(local))
	if why != whySwapped {
		t.Fatalf("%q and %q", why, whySwapped)
	}
	if why != "" {
		return
	}
	if m.Regions != swapped.Regions || m.Open != swapped.Open || m.FinalNewline != swapped.FinalNewline {
		t.Fatalf("swapped: %+v, %+v", m, swapped)
	}
	if m.Open == 0 && !bytes.Equal(m.Text(), swapped.Text()) {
		t.Fatalf("swapped: %q, %q", m.Text(), swapped.Text())
	}
	for name, c := range map[string][3]string{"nobody changed": {base, base, base}, "local": {base, local, base},
		"remote": {base, base, remote}, "both alike": {base, local, local}} {
		got, why := Merge3([]byte(c[0]), []byte(c[1]), []byte(c[2]))
		want := c[1]
		if name == "remote" {
			want = c[2]
		}
		if why != "" || got.Open != 0 || string(got.Text()) != want {
			t.Fatalf("%s: %s %q, want %q", name, why, got.Text(), want)
		}
	}
}

func TestAnyMergeObeysTheLaws(t *testing.T) {
	for seed := range uint64(effort.Tries(100, 1000)) {
		a := newAuthor(seed, 1+int(seed%30))
		base := a.text(a.IntN(40))
		laws(t, ending(a, base), ending(a, a.edit(base, 15)), ending(a, a.edit(base, 15)))
	}
}

// ending is a text of lines, with ends of one kind or another, a BOM and a last newline, or without.
func ending(a author, lines []string) string {
	text := strings.Join(lines, "")
	switch a.IntN(6) {
	case 0:
		text = strings.ReplaceAll(text, "\n", "\r\n")
	case 1:
		text = strings.Replace(text, "\n", "\r\n", 1)
	}
	if a.IntN(6) == 0 {
		text = strings.TrimSuffix(text, "\n")
	}
	if a.IntN(8) == 0 {
		text = bom + text
	}
	return text
}

func FuzzMerge(f *testing.F) {
	f.Add("a\nb\n", "a\nB\n", "A\nb\n")
	f.Add("\ufeffa\r\nb", "", "\r\r\n")
	f.Fuzz(func(t *testing.T, base, local, remote string) { laws(t, base, local, remote) })
}

// distinct is a text in which no line comes twice, and edited are its edits: none of them makes a line that is there.
type distinct struct {
	author
	made int
}

func (d *distinct) fresh() string { d.made++; return fmt.Sprintf("line %d\n", d.made) }

func (d *distinct) text(n int) (lines []string) {
	for range n {
		lines = append(lines, d.fresh())
	}
	return lines
}

func (d *distinct) edited(lines []string, percent float64) (out []string) {
	for _, line := range lines {
		if d.Float64()*100 >= percent {
			out = append(out, line)
			continue
		}
		switch d.IntN(4) {
		case 0:
			out = append(out, d.fresh())
		case 1:
			out = append(out, line, d.fresh())
		case 2:
			out = append(out, d.fresh(), d.fresh(), line)
		}
	}
	return out
}

// gitMerges has git merge texts, as many as there are in one go, and returns what came of each.
func gitMerge(t *testing.T, dir, style, base, local, remote string) string {
	t.Helper()
	names := []string{"local", "base", "remote"}
	for i, text := range []string{local, base, remote} {
		if err := os.WriteFile(filepath.Join(dir, names[i]), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("git", "merge-file", "-p", style, "-L", "local", "-L", "base", "-L", "remote",
		"local", "base", "remote")
	command.Dir = dir
	out, err := command.Output()
	if _, conflicts := err.(*exec.ExitError); err != nil && !conflicts {
		t.Fatal(err)
	}
	return string(out)
}

func TestDistinctLinesMergeAsInGit(t *testing.T) {
	effort.Program(t, "git")
	dir := t.TempDir()
	open := 0
	for seed := range uint64(effort.Tries(10, 60)) {
		d := &distinct{author: newAuthor(seed, 1)}
		base := d.text(d.IntN(30))
		local, remote := d.edited(base, 12), d.edited(base, 12)
		if d.IntN(4) == 0 {
			remote = slices.Clone(local)
			if len(remote) > 3 {
				remote[2] = d.fresh()
			}
		}
		b, l, r := strings.Join(base, ""), strings.Join(local, ""), strings.Join(remote, "")
		m := merged(t, b, l, r)
		open += m.Open
		if want := gitMerge(t, dir, "--zdiff3", b, l, r); string(m.Text()) != want {
			t.Fatalf("seed %d: base\n%s\nlocal\n%s\nremote\n%s\ngot\n%s\nwant\n%s", seed, b, l, r, m.Text(), want)
		}
		if want := trimmed(gitMerge(t, dir, "--diff3", b, l, r)); string(m.Text()) != want {
			t.Fatalf("seed %d, by --diff3: base\n%s\nlocal\n%s\nremote\n%s\ngot\n%s\nwant\n%s", seed, b, l, r, m.Text(),
				want)
		}
	}
	if open == 0 {
		t.Error("nothing was open")
	}
}

// trimmed is what git merge-file --diff3 writes, without the lines that both versions of an open region begin or end
// with.
func trimmed(text string) string {
	markers := markersOf(leastMarks)
	var out []string
	var parts [3][]string
	at := -1
	for line := range strings.Lines(text) {
		switch mark := slices.Index(markers[:], strings.TrimSuffix(line, "\n")); {
		case mark == 3:
			m := &Merge{}
			for i := range parts {
				for j := range parts[i] {
					parts[i][j] = strings.TrimSuffix(parts[i][j], "\n")
				}
			}
			m.open(parts[1], parts[0], parts[2], markers)
			out = append(out, strings.Join(m.Lines, "\n")+"\n")
			parts, at = [3][]string{}, -1
		case mark >= 0:
			at = mark
		case at < 0:
			out = append(out, line)
		default:
			parts[at] = append(parts[at], line)
		}
	}
	return strings.Join(out, "")
}

// A merge is not changed by being merged again with a version that is in it, and each line that a version has made is
// there, once where nothing is open.
func TestAMergeHasEachChangeOnce(t *testing.T) {
	whole := 0
	for seed := range uint64(effort.Tries(100, 1000)) {
		d := &distinct{author: newAuthor(seed, 1)}
		base := d.text(d.IntN(40))
		local, remote := d.edited(base, 8), d.edited(base, 8)
		b, l, r := strings.Join(base, ""), strings.Join(local, ""), strings.Join(remote, "")
		m := merged(t, b, l, r)
		count := map[string]int{}
		for _, line := range m.Lines {
			count[line+"\n"]++
		}
		for _, line := range slices.Concat(local, remote) {
			if n := count[line]; !slices.Contains(base, line) && n != 1 {
				t.Fatalf("seed %d: %q is there %d times in\n%s", seed, line, n, m.Text())
			}
		}
		if m.Open > 0 {
			continue
		}
		whole++
		for name, again := range map[string]*Merge{"with remote": merged(t, b, string(m.Text()), r),
			"with local": merged(t, b, l, string(m.Text()))} {
			if again.Open > 0 || !bytes.Equal(again.Text(), m.Text()) {
				t.Fatalf("seed %d, %s: base\n%s\nlocal\n%s\nremote\n%s\ngot\n%s\nthen\n%s", seed, name, b, l, r, m.Text(),
					again.Text())
			}
		}
	}
	if whole == 0 {
		t.Error("nothing was merged")
	}
}

// What git merges is the same here, or open; and merging again changes nothing.
func TestAnyLinesMergeAsInGitOrAreOpen(t *testing.T) {
	effort.Program(t, "git")
	dir := t.TempDir()
	clean, here := 0, 0
	for seed := range uint64(effort.Tries(10, 60)) {
		a := newAuthor(seed, 1+int(seed%40))
		base := a.text(a.IntN(60))
		b, l, r := strings.Join(base, ""), strings.Join(a.edit(base, 5), ""), strings.Join(a.edit(base, 5), "")
		m := merged(t, b, l, r)
		git := gitMerge(t, dir, "--zdiff3", b, l, r)
		switch gitClean := !strings.Contains(git, ">>>>>>> remote\n"); {
		case m.Open > 0:
		case !gitClean:
			here++
		case string(m.Text()) != git:
			t.Logf("seed %d: base\n%s\nlocal\n%s\nremote\n%s\ngot\n%s\nwant\n%s", seed, b, l, r, m.Text(), git)
			here++
		default:
			clean++
		}
	}
	t.Logf("%d merge as in git, %d only here", clean, here)
	if clean == 0 {
		t.Error("nothing was merged")
	}
}
