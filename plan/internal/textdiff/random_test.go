package textdiff

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"treaty/testdata/effort"
)

// author writes texts and edits them, the same ones in every run.
type author struct {
	*rand.Rand
	words int // how many different lines there are to choose from
}

func newAuthor(seed uint64, words int) author {
	return author{rand.New(rand.NewPCG(seed, 0)), words}
}

// line is often one of those that come everywhere in code, where words allow.
func (a author) line() string {
	if a.words > 100 && a.IntN(4) == 0 {
		return []string{"\n", "}\n", "\t}\n"}[a.IntN(3)]
	}
	return fmt.Sprintf("line %d\n", a.IntN(a.words))
}

func (a author) text(lines int) []string {
	text := make([]string, lines)
	for i := range text {
		text[i] = a.line()
	}
	return text
}

// edit changes about one line in a hundred times percent, and moves a block at times.
func (a author) edit(text []string, percent float64) []string {
	var out []string
	for _, line := range text {
		if a.Float64()*100 >= percent {
			out = append(out, line)
			continue
		}
		switch a.IntN(3) {
		case 0:
			out = append(out, a.line())
		case 1:
			out = append(out, line, a.line())
		}
	}
	if len(out) > 10 && a.IntN(3) == 0 {
		from := a.IntN(len(out) / 2)
		size := 1 + a.IntN(len(out)/4)
		block := append([]string{}, out[from:from+size]...)
		out = append(out[:from], append(out[from+size:], block...)...)
	}
	return out
}

func (a author) pair(lines int, percent float64) texts {
	old := a.text(lines)
	x := texts{strings.Join(old, ""), strings.Join(a.edit(old, percent), "")}
	if a.IntN(4) == 0 {
		x.old = strings.TrimSuffix(x.old, "\n")
	}
	if a.IntN(4) == 0 {
		x.new = strings.TrimSuffix(x.new, "\n")
	}
	if a.IntN(8) == 0 {
		x.old = strings.ReplaceAll(x.old, "3\n", "3\r\n")
	}
	return x
}

func TestSmallDiffsAreMinimal(t *testing.T) {
	for seed := range uint64(effort.Tries(300, 1000)) {
		a := newAuthor(seed, 1+int(seed%12))
		x := a.pair(a.IntN(30), float64(a.IntN(100)))
		d := check(t, x)
		old, new := splitLines([]byte(x.old)), splitLines([]byte(x.new))
		if want := len(old) + len(new) - 2*lcs(old, new); d.Added+d.Removed != want {
			t.Fatalf("%d lines instead of %d:\n%s", d.Added+d.Removed, want, patchOf(d))
		}
	}
}

func lcs(a, b []string) int {
	row := make([]int, len(b)+1)
	for i := range a {
		diagonal := 0
		for j := range b {
			above := row[j+1]
			if a[i] == b[j] {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			diagonal = above
		}
	}
	return row[len(b)]
}

// TestLargeDiffsAreTrue makes everything small texts never reach: anchors and slices.
func TestLargeDiffsAreTrue(t *testing.T) {
	kinds := []int{1, 2, 5, 100, 3000, 1_000_000}
	changed := []float64{0.1, 1, 30, 100}
	for i := 0; i < len(kinds)*len(changed); i += effort.Stride(5, 1) {
		words := kinds[i%len(kinds)]
		check(t, newAuthor(uint64(words), words).pair(MaxLines*2/3, changed[i/len(kinds)]))
	}
	for name, x := range worst() {
		t.Run(name, func(t *testing.T) { check(t, x) })
	}
}

func TestProgramsApplyRandomDiffs(t *testing.T) {
	fs := files{}
	for seed := range uint64(effort.Tries(100, 100)) {
		a := newAuthor(seed, 1+int(seed%40))
		fs[fmt.Sprintf("small/%d", seed)] = a.pair(a.IntN(80), float64(a.IntN(40)))
	}
	for seed := range uint64(6) {
		fs[fmt.Sprintf("large/%d", seed)] = newAuthor(seed, 200<<seed).pair(9000, float64(5*seed))
	}
	eachApplier(t, func(t *testing.T, program string) { fs.applyWith(t, program) })
}

// gnuDiff is what diff -u prints, under our header.
func gnuDiff(t *testing.T, x texts) string {
	t.Helper()
	effort.Program(t, "diff")
	dir := t.TempDir()
	for name, text := range map[string]string{"old": x.old, "new": x.new} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	out, _ := run(dir, "", "diff", "-u", "--label", "local/f", "--label", "remote/f", "old", "new")
	if x.old != x.new && !strings.HasPrefix(out, "--- local/f\n+++ remote/f\n") {
		t.Skip("diff is none that knows -u --label")
	}
	return out
}

// Where no line comes twice there is one best diff, but for texts with a block moved.
func TestDistinctLinesGiveTheDiffOfDiffU(t *testing.T) {
	for seed := range uint64(60) {
		a := newAuthor(seed, 0)
		var old, new strings.Builder
		for n := range a.IntN(200) {
			change := a.IntN(8)
			if change != 0 {
				fmt.Fprintln(&old, n)
			}
			if change == 1 {
				fmt.Fprintln(&new, "changed", n)
			} else if change != 2 {
				fmt.Fprintln(&new, n)
			}
		}
		x := texts{old.String() + "end", new.String() + "end" + strings.Repeat("\n", a.IntN(2))}
		if got, want := patchOf(check(t, x)), gnuDiff(t, x); x.old != x.new && got != want {
			t.Fatalf("got\n%swant\n%s", got, want)
		}
	}
}

// Not so texts of two or three different lines: of those, most of any two unrelated parts
// matches by chance. Minimal diffs then show a moved block as a thousand little changes,
// and ours show it as a moved block.
func TestLargeDiffsAreAboutAsSmallAsDiffU(t *testing.T) {
	ours, theirs := 0, 0
	for _, words := range []int{8, 20, 300, 5000, 1_000_000} {
		for _, percent := range []float64{0.2, 1, 5, 30} {
			x := newAuthor(uint64(words)+7, words).pair(7500, percent)
			d := x.diff()
			p, err := parse(strings.Split(strings.TrimSuffix(gnuDiff(t, x), "\n"), "\n"))
			if err != nil {
				t.Fatal(err)
			}
			got, want := d.Added+d.Removed, p.added+p.removed
			t.Logf("%7d words, %4.1f%% changed: %5d lines, diff -u %5d", words, percent, got, want)
			if got > want+want/4 {
				t.Errorf("%d lines where diff -u has %d", got, want)
			}
			ours, theirs = ours+got, theirs+want
		}
	}
	if ours > theirs+theirs/20 {
		t.Errorf("%d lines in all, diff -u %d", ours, theirs)
	}
}
