package beside_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"treaty/cmd/treaty/internal/beside"
	"treaty/testdata/effort"
)

func TestBothVersionsOfADiffStandBesideEachOtherWhole(t *testing.T) {
	effort.Check(t, 40, 400, func(t *rapid.T) {
		lines := []string{"--- local/a", "+++ remote/a", "@@ -3,9 +5,9 @@"}
		signs := rapid.SliceOfN(rapid.SampledFrom([]string{" ", "-", "+", `\`, "@@ -30 +50 @@"}), 0, 30).Draw(t, "signs")
		for i, sign := range signs {
			lines = append(lines, fmt.Sprintf("%s%d", sign, i))
		}
		var left, right []string
		for _, row := range beside.Rows(lines) {
			if row.Old >= 0 {
				left = append(left, lines[row.Old])
			}
			if row.New >= 0 {
				right = append(right, lines[row.New])
			}
			if row.Old >= 0 && row.New >= 0 && lines[row.Old][0] == ' ' != (lines[row.New][0] == ' ') {
				t.Fatalf("%q stands beside %q", lines[row.Old], lines[row.New])
			}
		}
		without := func(sign string) []string {
			return slices.DeleteFunc(slices.Clone(lines), func(l string) bool {
				return strings.HasPrefix(l, sign) && l != "--- local/a" && l != "+++ remote/a"
			})
		}
		if !slices.Equal(left, without("+")) || !slices.Equal(right, without("-")) {
			t.Fatalf("left are %q, right %q", left, right)
		}
	})
}

func TestLinesOfADiffHaveTheNumbersOfTheirFiles(t *testing.T) {
	lines := []string{"--- local/a", "+++ remote/a", "@@ -3,3 +3,4 @@", " same", "-old", "+new", "+more",
		" end", "@@ -10 +11 @@", "-x", "+y"}
	var got []string
	for _, row := range beside.Rows(lines) {
		got = append(got, fmt.Sprintf("%d|%d", row.From, row.To))
	}
	if want := "0|0 0|0 0|0 3|3 4|4 0|5 5|6 0|0 10|11"; strings.Join(got, " ") != want {
		t.Errorf("they are %s, not %s", strings.Join(got, " "), want)
	}
}

// What is shown of a plan that somebody has edited need not be a diff.
func TestAnyLinesStandInRows(t *testing.T) {
	effort.Check(t, 40, 400, func(t *rapid.T) {
		lines := rapid.SliceOf(rapid.SampledFrom([]string{"", " ", "-", "+", "@", "@@ -x +", `\`, "word"})).Draw(t, "lines")
		seen := make([]int, len(lines))
		for _, row := range beside.Rows(lines) {
			if row.Old >= 0 {
				seen[row.Old]++
			}
			if row.New >= 0 && row.New != row.Old {
				seen[row.New]++
			}
		}
		if slices.ContainsFunc(seen, func(n int) bool { return n != 1 }) {
			t.Fatalf("%q are seen %v times", lines, seen)
		}
	})
}

func TestPiecesOfLinesAreTheLines(t *testing.T) {
	effort.Check(t, 40, 400, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("ab ,ö")), 0, 12, -1)
		lines := [2]string{text.Draw(t, "old"), text.Draw(t, "new")}
		var same [2]string
		old, fresh := beside.Words(lines[0], lines[1])
		for i, pieces := range [2][]beside.Piece{old, fresh} {
			whole := ""
			for _, p := range pieces {
				if whole += p.Text; !p.Changed {
					same[i] += p.Text
				}
			}
			if whole != lines[i] {
				t.Fatalf("the pieces of %q are %q", lines[i], whole)
			}
		}
		if altogether := same[0] == lines[0] && same[1] == lines[1]; !altogether && same[0] != same[1] {
			t.Fatalf("of %q the same are %q", lines, same)
		}
	})
}
