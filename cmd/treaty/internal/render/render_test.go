package render

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"treaty/plan"
	"treaty/plan/tree"
	"treaty/plan/visible"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden holds got to a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update rewrites it); got:\n%s", name, got)
	}
}

type writer func(io.Writer, *plan.Plan, Options) error

func text(t testing.TB, write writer, p *plan.Plan, opts Options) string {
	t.Helper()
	var out strings.Builder
	if err := write(&out, p, opts); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGoldenFiles(t *testing.T) {
	for _, c := range []struct {
		name  string
		write writer
		plan  *plan.Plan
		opts  Options
	}{
		{"summary.txt", Summary, full(), Options{}},
		{"summary-empty.txt", Summary, blank(), Options{}},
		{"show.txt", Show, full(), Options{Diffs: true}},
		{"show-no-diffs.txt", Show, full(), Options{}},
		{"show-colour.txt", Show, full(), Options{Diffs: true, Color: true}},
		{"show-narrow.txt", Show, full(), Options{Width: 60}},
		{"show-empty.txt", Show, blank(), Options{}},
		{"plan.md", Markdown, full(), Options{Diffs: true}},
		{"plan-no-diffs.md", Markdown, full(), Options{}},
		{"page.html", whole, full(), Options{Diffs: true}},
		{"page-empty.html", whole, blank(), Options{Diffs: true}},
	} {
		t.Run(c.name, func(t *testing.T) { golden(t, c.name, withoutOurs(text(t, c.write, c.plan, c.opts))) })
	}
}

func TestSectionsComeInTheOrderOfTheContract(t *testing.T) {
	want := []string{"Conflicts", "Update Local to Remote", "Update Remote to Local", "Copy Local to Remote",
		"Copy Remote to Local", "Move", "Delete", "Modes and Times", "Problems"}
	var got []string
	for l := range strings.Lines(text(t, Show, full(), Options{Diffs: true})) {
		if l = strings.TrimSuffix(l, "\n"); l != "" && l[0] != ' ' {
			got = append(got, l)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("show has %q", got)
	}
	got = nil
	for part := range strings.SplitSeq(text(t, whole, full(), Options{}), "<h2>") {
		if title, _, ok := strings.Cut(part, "</h2>"); ok {
			got = append(got, title)
		}
	}
	want = append([]string{"Summary"}, want...)
	if !slices.Equal(got, want) {
		t.Errorf("the page has %q", got)
	}
}

func TestNothingHiddenIsEverWritten(t *testing.T) {
	for name, write := range map[string]writer{"Summary": Summary, "Show": Show, "HTML": whole} {
		for _, opts := range []Options{{}, {Diffs: true}, {Diffs: true, Width: 20}} {
			out := text(t, write, full(), opts)
			for line := range strings.Lines(out) {
				if shown := visible.Text(line, "\n\t"); shown != line {
					t.Errorf("%s %+v writes %q", name, opts, line)
				}
			}
		}
	}
}

func TestColourChangesNoText(t *testing.T) {
	plainText := text(t, Show, full(), Options{Diffs: true})
	coloured := text(t, Show, full(), Options{Diffs: true, Color: true})
	for _, code := range sgr {
		coloured = strings.ReplaceAll(coloured, "\x1b["+code+"m", "")
	}
	if got := strings.ReplaceAll(coloured, "\x1b[0m", ""); got != plainText {
		t.Errorf("without its colours:\n%s", got)
	}
}

func TestTheOrderOfAPlanDoesNotMatter(t *testing.T) {
	reversed := full()
	slices.Reverse(reversed.Operations)
	slices.Reverse(reversed.Conflicts)
	slices.Reverse(reversed.Problems)
	for name, write := range map[string]writer{"Summary": Summary, "Show": Show, "HTML": whole} {
		one, other := text(t, write, full(), Options{Diffs: true}), text(t, write, reversed, Options{Diffs: true})
		if withoutOurs(one) != withoutOurs(other) {
			t.Errorf("%s depends on the order of the plan", name)
		}
	}
}

func TestShowDoesNotChangeThePlan(t *testing.T) {
	p := full()
	var before, after bytes.Buffer
	for _, step := range []func() error{
		func() error { return p.Write(&before) },
		func() error { return Show(io.Discard, p, Options{}) },
		func() error { return whole(io.Discard, p, Options{}) },
		func() error { return p.Write(&after) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	if before.String() != after.String() {
		t.Error("the plan is another one now")
	}
}

func TestSummaryCountsWhatIsCarriedOut(t *testing.T) {
	for _, c := range []struct{ plan, want string }{
		{"create remote a 10\ncreate remote b 2048", "on remote: create 2 files (2.0 KiB)\n"},
		{"create remote d/\ncreate remote d/a 10", "on remote: create 1 file, 1 directory (10 B)\n"},
		{"delete local a 10\nmove remote x > y", "on local: delete 1 file (10 B)\non remote: move 1 file\n"},
		{"create remote a 10\ndelete remote b 5\ndelete local c 3",
			"on remote: delete 1 file (5 B), create 1 file (10 B)\non local: delete 1 file (3 B)\n"},
		{"create remote a 10\nskip create remote b 2048", "on remote: create 1 file (10 B)\nskipped: 1 operation\n"},
		{"skip create remote a/\ncreate remote a/b", "skipped: 2 operations\n"},
		{"delete remote a/\nskip delete remote a/b\ndelete remote a/c",
			"on remote: delete 1 file (1 B)\nskipped: 2 operations\n"},
		{"create remote b/\ncreate remote b/c/\ndelete remote a/\ndelete remote a/c/\ndelete remote z 5\n" +
			"move remote a/c/x > b/c/x\nmove remote a/y > b/y\nmove remote k > l",
			"on remote: delete 1 file (5 B), move 1 file, 1 directory (2 files)\n"},
		{"skip create remote b/\ndelete remote a/\nmove remote a/y > b/y", "skipped: 3 operations\n"},
		{"", "already in sync\n"},
	} {
		_, got, _ := strings.Cut(text(t, Summary, parse(t, c.plan), Options{}), "\n\n")
		if got != c.want {
			t.Errorf("%s\ngives\n%swant\n%s", c.plan, got, c.want)
		}
	}
}

func TestABlockedPathIsNotInSync(t *testing.T) {
	p := blank()
	p.Problems = []plan.Problem{{Severity: plan.Blocked, Code: plan.Unreadable}}
	want := "already in sync, but for what is blocked\nproblems: 1 blocked\n"
	if got := text(t, Summary, p, Options{}); !strings.Contains(got, want) {
		t.Errorf("got\n%s", got)
	}
}

// TestPageIsWellFormed reads the page as strict XML, which a page with no unclosed or unquoted part is.
func TestPageIsWellFormed(t *testing.T) {
	for _, p := range []*plan.Plan{full(), blank()} {
		page := withoutOurs(text(t, whole, p, Options{Diffs: true}))
		d := xml.NewDecoder(strings.NewReader(page))
		ids, links := map[string]bool{}, []string{}
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			element, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			for _, a := range element.Attr {
				switch a.Name.Local {
				case "id":
					if ids[a.Value] {
						t.Errorf("two elements have the id %q", a.Value)
					}
					ids[a.Value] = true
				case "href":
					links = append(links, a.Value)
				case "src", "onclick", "style":
					t.Errorf("the page has %s=%q", a.Name.Local, a.Value)
				}
			}
		}
		for _, l := range links {
			if !ids[strings.TrimPrefix(l, "#")] {
				t.Errorf("%s leads nowhere", l)
			}
		}
		for i := range p.Operations {
			if !ids["op-"+id(p.Operations[i].ID)[1:]] {
				t.Errorf("operation %d has no anchor", p.Operations[i].ID)
			}
		}
		if strings.Count(page, "<script") != map[bool]int{true: 1, false: 2}[p.Empty()] || strings.Contains(page,
			"ZgotmplZ") {
			t.Error("the page has an unescaped or refused name")
		}
	}
}

func TestUncheckedPlansDoNotPanic(t *testing.T) {
	p := blank()
	for _, action := range append(plan.Actions[:], 0, 99) {
		for _, states := range [][2]*tree.State{{nil, nil}, {directory(), nil}, {nil, file(1, 1, "")}, {link(""),
			directory()}} {
			p.Operations = append(p.Operations, plan.Operation{Action: action, Before: states[0], After: states[1]},
				plan.Operation{Action: action, Path: "a/b", Rare: &plan.Rare{From: "b"}, Before: states[0], After: states[1]})
		}
	}
	p.Conflicts = []plan.Conflict{{}, {Kind: plan.ChangedAndDeleted, Local: link("x"), Remote: link("y")}, {Kind: "new",
		Resolution: "x"}}
	p.Problems = []plan.Problem{{}}
	for _, write := range []writer{Summary, Show, whole} {
		text(t, write, p, Options{Diffs: true, Width: 1, Color: true})
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space") }

func TestWriteErrorsAreReported(t *testing.T) {
	for name, write := range map[string]writer{"Summary": Summary, "Show": Show, "HTML": whole} {
		if write(fullDisk{}, full(), Options{}) == nil {
			t.Errorf("%s hides that nothing was written", name)
		}
	}
}

func TestLogAndReceiptAreAsInTheirFile(t *testing.T) {
	when := time.Date(2026, 7, 2, 8, 30, 0, 5, time.FixedZone("", 7200))
	var out strings.Builder
	for _, a := range []Applied{
		{Number: 1, PlanID: "01981f3e", At: when, By: "ann@laptop", Outcome: "complete", Done: 5, Bytes: 1 << 20},
		{Number: 12, PlanID: "0198\x1b", At: when, By: "bob \u202e", Outcome: "partial", Done: 5, Skipped: 1, Drifted: 2,
			Failed: 3},
		{Number: 123, PlanID: "01981f40", At: when, By: "ann@laptop", Outcome: "complete"},
		{Number: 124, PlanID: "01981f41", At: when, By: "ann@laptop", Outcome: "complete", Done: 3,
			Told: &Told{Trees: plan.Sides[string]{"macbook", "my stick"},
				Changes: plan.Sides[map[plan.Action]int]{{plan.Create: 2}, {plan.Delete: 1, plan.Move: 1}}, Undoes: 12,
				Approved: []Approved{{By: "ann", Note: "as \u202esaid"}, {By: "bob", Signed: true, Signer: "bob"}}}},
	} {
		if err := Log(&out, a, Options{}); err != nil {
			t.Fatal(err)
		}
	}
	local, remote := plan.Local, plan.Remote
	results := []Result{
		{ID: 1, Side: &remote, Action: "create", Path: "fine", Outcome: "done"},
		{ID: 2, Side: &local, Action: "update", Path: "a\nb", Outcome: "drifted", Error: "changed since \x07 the plan"},
		{ID: 3, Side: &remote, Action: "delete", Path: "dir", Outcome: "skipped"},
		{ID: 4, Path: "left alone", Outcome: "skipped"},
	}
	applied := Applied{Outcome: "partial", Done: 1, Skipped: 1, Drifted: 1}
	if err := Receipt(&out, applied, slices.Values(results), Options{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "log.txt", out.String())
}
