package render

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"treaty/plan"
	"treaty/plan/tree"
)

// many is a plan with more of everything than anybody reads line by line.
func many(t testing.TB) *plan.Plan {
	var text strings.Builder
	for i := range 12 {
		fmt.Fprintf(&text, "delete remote attic/box/%02d 10\ncreate remote letters/%02d.txt 20\n", i, i)
		fmt.Fprintf(&text, "move remote old/%02d.jpg > sorted/%02d.jpg 30\n", i, i)
	}
	for i := range 30 {
		fmt.Fprintf(&text, "create local music/%d/%02d.mp3 5000000\n", i%3, i)
	}
	p := parse(t, text.String()+"skip create local music/0/skip.mp3 7\ncreate local music/1/note.mp3 7 "+
		"note=mine\ndelete local single")
	for i := range 40 {
		path := tree.Path(fmt.Sprintf("src/%s/%02d.go", []string{"plan", "plan/walk", "apply", "cmd"}[i%4], i))
		p.Operations = append(p.Operations, plan.Operation{Side: plan.Remote, Action: plan.Update, Path: path,
			Reason: plan.ChangedOn.On(plan.Local), Before: file(100, 1, "a"), After: file(200, 2, "b"), Decision: plan.Apply})
	}
	for i := range 25 {
		p.Operations = append(p.Operations,
			plan.Operation{Side: plan.Side(i % 2), Action: plan.Touch, Path: tree.Path(fmt.Sprintf("raw/%02d", i)),
				Reason: plan.AlignTimes, Before: file(9, 1, "a"), After: file(9, 2, "a"), Decision: plan.Apply})
	}
	for i := range 10 {
		p.Conflicts = append(p.Conflicts,
			plan.Conflict{Kind: plan.BothChanged, Path: tree.Path(fmt.Sprintf("notes/%02d.txt", i)),
				Local: file(11, 2, "l"), Remote: file(12, 3, "r"), Base: file(10, 1, "b"),
				KeepBothAs: tree.Path(fmt.Sprintf("notes/%02d (remote).txt", i)),
				Choices: plan.Choices{plan.TakeLocal: "replace remote's", plan.TakeRemote: "replace local's",
					plan.KeepBoth: "keep both",
					plan.SkipPath: "leave both sides as they are; the next plan asks again"}})
	}
	p.Conflicts[3].Resolution = plan.TakeLocal
	p.Conflicts[4].Resolution, p.Conflicts[4].Note = plan.SkipPath, "ask Kim"
	p.Baseline = &plan.BaselineRef{PlanID: "x"}
	p.Sort()
	p.Number()
	return p
}

// named are options as of a person at a terminal of a width.
func named(width int) Options {
	return Options{Width: width, Diffs: true, Names: plan.Sides[string]{"macbook", "my stick"}}
}

func TestManyChangesAreListedByFolder(t *testing.T) {
	list := func(w io.Writer, p *plan.Plan, o Options) error { return List(w, p, "treaty show", o) }
	for _, width := range []int{80, 120} {
		opts := named(width)
		golden(t, fmt.Sprintf("list-many-%d.txt", width), text(t, list, many(t), opts))
		opts.Glance = &Glance{Free: plan.Sides[int64]{100 << 20, 1 << 40}}
		golden(t, fmt.Sprintf("show-many-%d.txt", width), text(t, Show, many(t), opts))
		opts.Names[plan.Remote] = ""
		golden(t, fmt.Sprintf("show-all-%d.txt", width), text(t, Show, full(), opts))
	}
}

// Of many conflicts only those are described that are listed.
func TestWhatIsNotListedIsNotDescribed(t *testing.T) {
	allocations := func(conflicts int) float64 {
		p := many(t)
		for i := range conflicts {
			c := p.Conflicts[i%10]
			c.Path = tree.Path(fmt.Sprintf("notes/%06d.txt", i))
			p.Conflicts = append(p.Conflicts, c)
		}
		return testing.AllocsPerRun(1, func() {
			if err := List(io.Discard, p, "treaty show", named(80)); err != nil {
				t.Fatal(err)
			}
		})
	}
	if few, all := allocations(100), allocations(1100); all > few+2*1000 {
		t.Errorf("for 1,000 conflicts more: %v allocations instead of %v", all, few)
	}
}

// Whatever is folded, nothing is lost, and nothing is told twice.
func TestFoldersTogetherHaveAllLinesOnce(t *testing.T) {
	p := many(t)
	e := effects(p, Options{})
	for _, sec := range e.sections() {
		all := slices.Collect(sec.lines)
		for room := 1; room < 50; room++ {
			var lines int
			for _, b := range e.byFolder(e.listing(sec.lines), room) {
				lines += b.lines.len()
				for _, l := range b.lines.all() {
					if path := l.path(); b.dir != tree.Root && !path.Within(b.dir) {
						t.Errorf("%s in the folder %s", path, b.dir)
					}
				}
			}
			if lines != len(all) {
				t.Errorf("%s with room for %d: %d of %d lines", sec.title, room, lines, len(all))
			}
		}
	}
}

// What is left out is listed line by line as long as that is little, below a folder's line too; else by folders, apart
// from what is not.
func TestMuchThatIsLeftOutIsListedByFolder(t *testing.T) {
	for _, c := range []struct {
		name, folder string
		files        int
		want         []string
		rows         int
	}{
		{"few in a new folder", "new/", 20, []string{"new/01  skipped, 1 B", "new/19  skipped, 1 B"}, 21},
		{"many in a new folder", "new/", 500, []string{"new/  skipped, 500 files (500 B)", "new/  1 file, 7 B"}, 2},
		{"few among others", "", 15, []string{"s/01  skipped, 1 B", "s/14  skipped, 1 B"}, 16},
		{"many among others", "", 500, []string{"s/  skipped, 500 files", "r/  30 files"}, 2},
	} {
		var lines strings.Builder
		if c.folder != "" {
			fmt.Fprintf(&lines, "create remote %s\ncreate remote %s~kept 7\n", c.folder, c.folder)
		}
		for i := range c.files {
			fmt.Fprintf(&lines, "skip create remote %s%02d 1\n", cmp.Or(c.folder, "s/"), i)
		}
		for i := range 30 {
			if c.folder == "" {
				fmt.Fprintf(&lines, "create remote r/%02d 1\n", i)
			}
		}
		p := parse(t, lines.String())
		p.Sort()
		p.Number()
		shown := text(t, Show, p, Options{})
		for _, want := range c.want {
			if !strings.Contains(shown, want) {
				t.Errorf("%s: no %q in\n%s", c.name, want, shown)
			}
		}
		if rows := strings.Count(shown, "\n") - 1; rows != c.rows {
			t.Errorf("%s: %d rows, not %d:\n%.600s", c.name, rows, c.rows, shown)
		}
		all := text(t, Show, p, Options{All: true})
		if n := strings.Count(all, "skipped"); n != c.files {
			t.Errorf("%s: of %d that are left out, %d are listed where all are", c.name, c.files, n)
		}
	}
}

func TestAllShowsEachByItself(t *testing.T) {
	opts := named(0)
	opts.All = true
	shown := text(t, Show, many(t), opts)
	for _, path := range []string{"src/plan/walk/01.go", "raw/24", "music/2/29.mp3", "attic/box/11"} {
		if !strings.Contains(shown, "  "+path) {
			t.Errorf("%s is not shown", path)
		}
	}
}

func TestChoicesAreExplainedOnce(t *testing.T) {
	p := many(t)
	p.Operations = nil
	if n := strings.Count(text(t, Show, p, Options{}), "the next plan asks again"); n != 1 {
		t.Errorf("they are explained %d times", n)
	}
	whole := Options{Only: &Selection{IDs: map[int]bool{p.Conflicts[3].ID: true}}}
	if one := text(t, Show, p, whole); !strings.Contains(one, "> take-local") || !strings.Contains(one, "sha256") {
		t.Errorf("a settled one that is asked for is\n%s", one)
	}
}

func TestWordsThatChangedAreMarked(t *testing.T) {
	p := full()
	for i := range p.Conflicts {
		if c := &p.Conflicts[i]; c.Diff != nil {
			c.Remote.Size = c.Local.Size + 17
			c.Diff = &plan.Diff{Format: "unified", Added: 2, Removed: 1,
				Lines: []string{"--- local/notes/a.txt", "+++ remote/notes/a.txt", "@@ -1 +1,2 @@",
					"-the stick is in the post", "+the stick is in the blue drawer", "+and Kim's"}}
		}
	}
	const marked = "\x1b[31m-\x1b[0m\x1b[31mthe stick is in the \x1b[0m\x1b[31;7mpost\x1b[0m\n"
	const other = "\x1b[32m+\x1b[0m\x1b[32mthe stick is in the \x1b[0m\x1b[32;7mblue drawer\x1b[0m\n"
	shown := text(t, Show, p, Options{Diffs: true, Color: true})
	if !strings.Contains(shown, marked) || !strings.Contains(shown, other) ||
		!strings.Contains(shown, "\x1b[32m+and Kim's\x1b[0m\n") {
		t.Errorf("it is shown as\n%q", shown)
	}
}

// firstWrite takes one write, and fails.
type firstWrite struct{ text []byte }

func (w *firstWrite) Write(text []byte) (int, error) {
	w.text = slices.Clone(text)
	return len(text), errors.New("enough")
}

// Of a large plan, what comes first is there to be read before its operations are sorted, and who has enough waits for
// no more.
func TestWhatAPlanBeginsWithIsWrittenBeforeTheRest(t *testing.T) {
	var out firstWrite
	options := named(80)
	options.Glance = &Glance{}
	if err := Show(&out, many(t), options); err == nil {
		t.Error("it goes on where nobody reads")
	}
	text := string(out.text)
	if !strings.Contains(text, "Conflicts") || !strings.Contains(text, "notes/09.txt") || strings.Contains(text, "Copy") {
		t.Errorf("this is written first:\n%s", text)
	}
}
