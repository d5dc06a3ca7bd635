package render

import (
	"slices"
	"strings"
	"testing"
	"time"

	"treaty/plan"
)

func TestWideCharactersAreTwoColumns(t *testing.T) {
	for s, want := range map[string]int{"": 0, "abc": 3, "日本": 4, "é": 1, "e\u0301": 1, "🙂": 2, "👩\u200d🔬": 2,
		"한글.txt": 8, "→": 1} {
		if got := columns(s); got != want {
			t.Errorf("%q: %d columns, not %d", s, got, want)
		}
	}
}

func TestCutFits(t *testing.T) {
	for _, c := range []struct {
		s     string
		width int
		want  string
	}{{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"日本語", 5, "日本…"}, {"日本語", 4, "日…"}, {"日", 1, "…"}, {"a", 0, ""}} {
		if got := Cut(c.s, c.width); got != c.want || columns(got) > c.width {
			t.Errorf("%q in %d columns is %q, not %q", c.s, c.width, got, c.want)
		}
	}
}

// However narrow the terminal, text has half of it, and no line ends in the blanks of a column that has no room.
func TestANarrowTerminalIsHalfText(t *testing.T) {
	shown := text(t, Show, full(), Options{Width: 20})
	for l := range strings.Lines(shown) {
		l = strings.TrimSuffix(l, "\n")
		if blanks := len(l) - len(strings.TrimLeft(l, " ")); blanks > 10 || strings.HasSuffix(l, "  ") {
			t.Errorf("%q", l)
		}
	}
}

// Lines end at spaces, but never within what a person may want to copy.
func TestWhatStandsInQuotesIsNeverBroken(t *testing.T) {
	for text, want := range map[string][]string{
		`keep it as "draft (remote).txt", both`: {"keep", "it", "as", `"draft (remote).txt",`, "both"},
		`a "b \" c" d`:                          {"a", `"b \" c"`, "d"},
		`a 5" disk, or so`:                      {"a", `5"`, "disk,", "or", "so"},
		" led by a space":                       {"", "led", "by", "a", "space"},
	} {
		if got := words(text); !slices.Equal(got, want) {
			t.Errorf("%q is parted as %q, not %q", text, got, want)
		}
	}
}

func TestTimesAreThoseOfTheZone(t *testing.T) {
	zone := time.FixedZone("", 2*3600)
	o := Options{Zone: zone}
	when := time.Date(2026, 7, 2, 23, 30, 0, 5, time.UTC)
	if got, want := o.Time(when), "2026-07-03 01:30:00"; got != want {
		t.Errorf("%s, not %s", got, want)
	}
	if got, want := o.times(at(1), at(1).Add(1)),
		[]string{"2026-07-01 03:00:00 +02:00", "2026-07-01 03:00:00.000000001 +02:00"}; !slices.Equal(got, want) {
		t.Errorf("%s, not %s", got, want)
	}
	if got, want := o.times(at(1), at(1).Add(5_000_000)),
		[]string{"2026-07-01 03:00:00.000", "2026-07-01 03:00:00.005"}; !slices.Equal(got, want) {
		t.Errorf("%s, not %s", got, want)
	}
	if page := text(t, whole, full(), o); page != text(t, whole, full(), Options{}) {
		t.Error("a page depends on the zone of who made it")
	}
}

func TestADiffNamesItsVersionsAsPeopleDo(t *testing.T) {
	d := diffOf(&plan.Diff{Lines: []string{
		"--- \"local/Vertr\\303\\244ge/\\302\\233 \\\"x\\\".txt\"\t", "+++ remote/Müller & Söhne.txt\t", "@@ -1 +1 @@",
		`-"\303\244"`, `+--- "\303"`}}, "")
	var got []string
	for _, l := range d.Lines {
		got = append(got, l.Text)
	}
	want := []string{`--- "local/Verträge/\u009b \"x\".txt"`, "+++ remote/Müller & Söhne.txt", "@@ -1 +1 @@",
		`-"\303\244"`, `+--- "\303"`}
	if !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}

func TestADiffThatCannotBeTrueIsNotShown(t *testing.T) {
	p := full()
	for i := range p.Conflicts {
		if c := &p.Conflicts[i]; c.Diff != nil {
			c.Remote.Size++
		}
	}
	_, page, _ := strings.Cut(text(t, whole, p, Options{Diffs: true}), "</nav>")
	for name, shown := range map[string]string{"text": text(t, Show, p, Options{Diffs: true}), "page": page} {
		conflicts, _, _ := strings.Cut(shown, "Update Local to Remote")
		if !strings.Contains(conflicts, "diff is not shown, since it cannot be true") ||
			strings.Contains(conflicts, "not a header") {
			t.Errorf("%s:\n%s", name, conflicts)
		}
	}
}

func TestAPlanThatDeletesIsNotSaidToDeleteNothing(t *testing.T) {
	p := full()
	p.Baseline = nil
	if shown := text(t, Summary, p, Options{}); !strings.Contains(shown, "never synced") ||
		strings.Contains(shown, "nothing is deleted") {
		t.Errorf("%s", shown)
	}
}

func TestThatNothingIsDeletedFitsANarrowTerminal(t *testing.T) {
	p := full()
	p.Baseline, p.Operations, p.Conflicts = nil, nil, nil
	want := "        never synced with each other,\n        so nothing is deleted\n"
	if shown := text(t, Summary, p, Options{Width: 40}); !strings.Contains(shown, want) {
		t.Errorf("%s", shown)
	}
}

func TestResultsThatAreAlikeAreCountedAfterTwenty(t *testing.T) {
	remote := plan.Remote
	results := make([]Result, 81)
	for i := range results {
		results[i] = Result{ID: i + 1, Side: &remote, Action: "create", Path: "file", Outcome: "failed", Error: "no space"}
	}
	var out strings.Builder
	if err := Receipt(&out, Applied{Outcome: "partial", Failed: 81}, slices.Values(results), Options{}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 22 || lines[21] != "  failed  61 more: no space" {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

func TestWhatAnInterruptCameBeforeIsOneLine(t *testing.T) {
	side := plan.Remote
	results := []Result{{ID: 1, Side: &side, Action: "create", Path: "a", Outcome: "failed", Error: "no space"}}
	for i := range 9 {
		results = append(results, Result{ID: 2 + i, Side: &side, Action: "create", Path: "b", Outcome: "failed",
			Error: "not reached", Unreached: true})
	}
	var out strings.Builder
	applied := Applied{Outcome: "partial", Done: 1, Failed: 1, Unreached: 9}
	if err := Receipt(&out, applied, slices.Values(results), Options{}); err != nil {
		t.Fatal(err)
	}
	const want = `partial: 1 done, 1 failed, 9 not reached
  failed  #1  create on remote  a: no space
  not reached  9 operations
`
	if out.String() != want {
		t.Errorf("%s\nnot\n%s", out.String(), want)
	}
}

func TestLinesOfLogAndCleanFitANarrowTerminal(t *testing.T) {
	when := time.Date(2026, 7, 2, 8, 30, 0, 0, time.UTC)
	opts := Options{Width: 40, Zone: time.UTC}
	var out strings.Builder
	for _, err := range []error{
		Log(&out, Applied{Number: 12, PlanID: "01981f3e", At: when, By: "ann@laptop", Outcome: "partial", Done: 5,
			Skipped: 1, Failed: 3, Bytes: 1 << 20}, opts),
		Old(&out, when, "/media/ann/STICK/.treaty/trash/x", 12, opts),
		Line(&out, "# Compare again: the two are now really in step.", 0, 2, opts),
		Line(&out, "indented, and short", 6, 6, opts),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	const want = `  12  2026-07-02 08:30:00  partial
      5 done, 1 skipped, 3 failed,
      1.0 MiB  ann@laptop  01981f3e
  2026-07-02 08:30:00
    /media/ann/STICK/.treaty/trash/x,
    12 B
# Compare again: the two are now really
  in step.
      indented, and short
`
	if out.String() != want {
		t.Errorf("%s\nnot\n%s", out.String(), want)
	}
}
