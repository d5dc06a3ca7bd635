package review

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/plan/visible"
	"treaty/testdata/effort"
)

var update = flag.Bool("update", false, "rewrite the golden screens")

// golden holds a screen to a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	got = bare(got)
	if *update {
		must(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if got != string(want) {
		t.Errorf("%s differs (go test -update rewrites it); got:\n%s", name, got)
	}
}

// bare is a screen without the blanks at the ends of its lines.
func bare(screen string) string {
	var out strings.Builder
	for line := range strings.Lines(screen) {
		out.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return out.String()
}

// typing presses keys, parted by blanks; what is in single quotes is typed as text.
func typing(m Model, keys string) Model {
	for _, word := range strings.Fields(keys) {
		if text, quoted := strings.CutPrefix(word, "'"); quoted {
			for _, r := range strings.ReplaceAll(strings.TrimSuffix(text, "'"), "_", " ") {
				m = m.Press(Key{string(r), string(r)})
			}
			continue
		}
		m = m.Press(keyOf(word))
	}
	return m
}

// keyOf is a key by its name.
func keyOf(name string) Key {
	switch {
	case name == "space":
		return Key{name, " "}
	case utf8.RuneCountInString(name) == 1:
		return Key{name, name}
	}
	return Key{Name: name}
}

// decided is what is decided in a plan, apart from what a plan begins with.
func decided(p *plan.Plan) string {
	var said []string
	for i := range p.Conflicts {
		if c := &p.Conflicts[i]; c.Resolution != plan.Unresolved {
			said = append(said, fmt.Sprintf("%s=%s", c.Path, c.Resolution.Short()))
		}
		if note := p.Conflicts[i].Note; note != "" {
			said = append(said, fmt.Sprintf("%s:%s", p.Conflicts[i].Path, note))
		}
	}
	for i := range p.Operations {
		if op := &p.Operations[i]; op.Decision == plan.Skip {
			said = append(said, fmt.Sprintf("-%s", op.Path))
		}
		if note := p.Operations[i].Note(); note != "" {
			said = append(said, fmt.Sprintf("%s:%s", p.Operations[i].Path, note))
		}
	}
	return strings.Join(said, " ")
}

func TestScreens(t *testing.T) {
	for _, c := range []struct {
		name          string
		width, height int
		keys          string
		look          Look
	}{
		{"start-80x24.txt", 80, 24, "", Look{}},
		{"start-120x40.txt", 120, 40, "", Look{}},
		{"start-40x12.txt", 40, 12, "", Look{}},
		{"start-ascii-80x24.txt", 80, 24, "", Look{ASCII: true}},
		{"whole-80x24.txt", 80, 24, "home", Look{}},
		{"settled-80x24.txt", 80, 24, "l r b s l", Look{}},
		{"directory-80x24.txt", 80, 24, "home / 'photos' enter down down down", Look{}},
		{"left-out-120x40.txt", 120, 40, "/ 'photos' enter down down space", Look{}},
		{"alone-80x24.txt", 80, 24, "tab d", Look{}},
		{"alone-120x24.txt", 120, 24, "tab d J J", Look{}},
		{"help-80x24.txt", 80, 24, "?", Look{}},
		{"help-40x12.txt", 40, 12, "?", Look{}},
		{"help-end-40x12.txt", 40, 12, "? end down", Look{}},
		{"help-left-40x12.txt", 40, 12, "? down x", Look{}},
		{"alike-80x24.txt", 80, 24, "tab A", Look{}},
		{"leaving-80x24.txt", 80, 24, "l q", Look{}},
		{"all-open-120x40.txt", 120, 40, "home * * home", Look{}},
		{"start-50x30.txt", 50, 30, "", Look{}},
		{"tiny-20x5.txt", 20, 5, "", Look{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.look.Zone, c.look.Names = time.UTC, plan.Sides[string]{"macbook", "stick"}
			m := New(parse(t, pair), c.look).Resize(c.width, c.height)
			golden(t, c.name, typing(m, c.keys).Screen())
		})
	}
}

func TestKeysDecide(t *testing.T) {
	for _, c := range []struct{ name, keys, want string }{
		{"a key settles the conflict in focus, and goes on to the next", "l r", "letters/kim.txt=local notes/a.txt=remote"},
		{"what a conflict does not allow settles nothing", "n", ""},
		{"a directory's key settles all in it that is open and allows it", "tab r left b",
			"notes/a.txt=remote notes/b.txt=both notes/deeper/c.txt=both"},
		{"a second key on a settled directory settles it anew", "tab left b r",
			"notes/a.txt=remote notes/b.txt=remote notes/deeper/c.txt=remote"},
		{"the whole plan settles all", "home s",
			"letters/kim.txt=skip notes/a.txt=skip notes/b.txt=skip notes/deeper/c.txt=skip odd=skip"},
		{"A settles all of a kind", "tab A n", "notes/a.txt=newer notes/b.txt=newer"},
		{"another key leaves what A asked about", "tab A esc", ""},
		{"a filter is what a directory's key is about", "/ 'both-changed' enter home r",
			"notes/a.txt=remote notes/b.txt=remote"},
		{"x opens again", "l r shift+tab home x", ""},
		{"u takes back the last", "l r u", "letters/kim.txt=local"},
		{"u takes back all of a directory at once", "l home b u", "letters/kim.txt=local"},
		{"space settles a conflict as skip", "space", "letters/kim.txt=skip"},
		{"space again opens it", "space home down down space", ""},
		{"space leaves out an operation", "/ 'latest' enter end space", "-photos/latest.jpg"},
		{"space leaves out a directory with all in it", "/ 'photos' enter down down space",
			"-photos -photos/2025 -photos/2025/a.jpg -photos/2025/b.jpg -photos/latest.jpg"},
		{"space takes it in again", "/ 'photos' enter down down space space", ""},
		{"c notes", "c 'ask_Kim' enter", "letters/kim.txt:ask Kim"},
		{"a note that is given up is none", "c 'ask_Kim' esc", ""},
		{"a note is changed", "c 'ask_Kim' enter c backspace backspace backspace 'Eve' enter", "letters/kim.txt:ask Eve"},
		{"keys of choices are letters in a note", "c 'lrnbs' enter", "letters/kim.txt:lrnbs"},
		{"keys decide while the element stands alone too", "d l", "letters/kim.txt=local"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := decided(typing(New(parse(t, pair), Look{}), c.keys).Plan()); got != c.want {
				t.Errorf("%s decides %q, want %q", c.keys, got, c.want)
			}
		})
	}
}

// What of a directory that is taken whole is left out with another is taken in again by its own key, with all of it.
func TestSpaceTakesADirectoryInAgainThatIsTakenWhole(t *testing.T) {
	for _, c := range []struct{ name, keys, want string }{
		{"one is left out", "/ 'latest' enter end space", "-photos/latest.jpg"},
		{"another is taken in", "/ 'latest' enter end space / ctrl+u '2025/a.jpg' enter end space", ""},
		{"and that is taken back", "/ 'latest' enter end space / ctrl+u '2025/a.jpg' enter end space u",
			"-photos/latest.jpg"},
	} {
		p := parse(t, pair)
		unit := &plan.Unit{Path: "photos"}
		for i := range p.Operations {
			if op := &p.Operations[i]; op.Path.Within("photos") {
				op.Amend(func(r *plan.Rare) { r.Unit = unit })
				unit.Operations++
			}
		}
		if got := decided(typing(New(p, Look{}), c.keys).Plan()); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAFilterLeavesWhatAllItsWordsAreTrueOf(t *testing.T) {
	for _, c := range []struct{ filter, want string }{
		{"2025", "photos/2025 photos/2025/a.jpg photos/2025/b.jpg"},
		{"PHOTOS LATEST", "photos/latest.jpg"},
		{"both-changed", "notes/a.txt notes/b.txt"},
		{"unresolved notes b.txt", "notes/b.txt"},
		{"settled", "letters/kim.txt"},
		{"delete attic", "attic attic/x attic/y"},
		{"touch", "clock"},
		{"name.txt old", "new/name.txt"},
		{"blocked", "aux.c"},
		{"skipped", "music/one.ogg"},
		{"remembered", "work/today.txt"},
		{"nothing at all", ""},
	} {
		t.Run(c.filter, func(t *testing.T) {
			p := parse(t, pair)
			for i := range p.Operations {
				switch op := &p.Operations[i]; op.Path {
				case "music/one.ogg":
					op.Decision = plan.Skip
				case "work/today.txt":
					op.Amend(func(r *plan.Rare) { r.Note = "Remembered" })
				}
			}
			m := New(p, Look{}).Press(keyOf("l")).filtered(c.filter)
			var got []string
			for i := range m.place.outline {
				if n := &m.place.outline[i]; element(n) {
					got = append(got, string(n.path))
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("it leaves %q, not %q", got, c.want)
			}
			if n := m.place.outline[0].tally; n.conflicts+n.operations+n.problems != len(got) {
				t.Errorf("it counts %+v", n)
			}
			if back := m.filtered(""); len(back.place.outline) != len(back.whole) {
				t.Error("without it there is less than there was")
			}
		})
	}
}

// Who adds a resolution hears of it if two begin alike; TestThePageOfHelpNamesEachKeyAndNoOther has all other keys.
func TestEachChoiceHasAKeyOfItsOwn(t *testing.T) {
	if len(choices) != len(plan.Resolutions) {
		t.Errorf("%d keys for %d choices", len(choices), len(plan.Resolutions))
	}
}

func TestAModelWantsWhatTheKeysAskFor(t *testing.T) {
	const settled = "home s "
	for _, c := range []struct {
		name, keys string
		want       Wish
	}{
		{"nothing was decided, and q leaves", "q", Leave},
		{"something was decided, and q asks", "l q", Nothing},
		{"y writes and leaves", "l q y", WriteAndLeave},
		{"n leaves without", "l q n", Leave},
		{"anything else stays", "l q q", Nothing},
		{"w writes", "l w", Write},
		{"there is nothing to be written", "w", Nothing},
		{"what is undone needs no writing", "l u w", Nothing},
		{"conflicts are left, and a says so", "a", Nothing},
		{"a asks before it writes", settled + "a", Nothing},
		{"a writes and approves", settled + "a y", WriteAndApprove},
		{"ctrl-c stops, also at a question", "l q ctrl+c", Stop},
		{"q leaves what stands alone first", "d q", Nothing},
		{"D compares the versions of a conflict", "tab D", Compare},
		{"D has nothing to compare where one side has none", "D", Nothing},
		{"D has nothing to compare elsewhere", "home D", Nothing},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := typing(New(parse(t, pair), Look{}), c.keys).Wants(); got != c.want {
				t.Errorf("%s wants %d, not %d", c.keys, got, c.want)
			}
		})
	}
}

func TestWhatIsWrittenIsWhatResolveWrites(t *testing.T) {
	m := typing(New(parse(t, pair), Look{}), "home b / 'photos' enter end space")
	p := parse(t, pair)
	var all []int
	for i := range p.Conflicts {
		all = append(all, p.Conflicts[i].ID)
	}
	_, err := p.Resolve(plan.KeepBoth, all...)
	must(t, err)
	for i := range p.Operations {
		if p.Operations[i].Path == "photos/latest.jpg" {
			must(t, p.Decide(plan.Skip, p.Operations[i].ID))
		}
	}
	if got, want := text(t, m.Plan()), text(t, p); got != want {
		t.Errorf("it would write\n%s\nnot\n%s", got, want)
	}
}

// text is a plan in JSON.
func text(t rapid.TB, p *plan.Plan) string {
	t.Helper()
	out, err := json.Marshal(p)
	must(t, err)
	return string(out)
}

// anyKey draws keys of all kinds.
var anyKey = rapid.SampledFrom(strings.Fields("l r n b s x u A c / ? w a q d enter esc space up down left right " +
	"home end " +
	"pgup pgdown tab shift+tab * J K ctrl+d ctrl+u backspace y ä photos notes"))

// walk presses drawn keys, and shows each model.
func walk(t *rapid.T, m Model, seen func(Model)) Model {
	for _, name := range rapid.SliceOfN(anyKey, 1, 40).Draw(t, "keys") {
		if rapid.IntRange(0, 9).Draw(t, "resized") == 0 {
			m = m.Resize(rapid.IntRange(1, 130).Draw(t, "width"), rapid.IntRange(1, 45).Draw(t, "height"))
		}
		m = m.Press(keyOf(name))
		if m.Wants() >= Write && m.Wants() <= WriteAndApprove {
			m = m.Written(nil)
		}
		seen(m)
	}
	return m
}

func TestAKeyLeavesTheModelBeforeItAsItWas(t *testing.T) {
	effort.Check(t, 40, 400, func(t *rapid.T) {
		p := parse(t, pair)
		before := text(t, p)
		m := New(p, Look{})
		last, screen, plan := m, m.Screen(), text(t, m.Plan())
		walk(t, m, func(next Model) {
			if last.Screen() != screen || text(t, last.Plan()) != plan {
				t.Fatal("the model before has changed")
			}
			last, screen, plan = next, next.Screen(), text(t, next.Plan())
		})
		if text(t, p) != before {
			t.Fatal("the plan that was given has changed")
		}
	})
}

func TestAllDecisionsCanBeUndone(t *testing.T) {
	effort.Check(t, 40, 400, func(t *rapid.T) {
		p := parse(t, pair)
		before := text(t, p)
		m := walk(t, New(p, Look{}), func(Model) {})
		m = typing(m, "esc esc esc")
		for range 100 {
			m = m.Press(keyOf("u"))
		}
		if got := text(t, m.Plan()); got != before {
			t.Fatalf("it is not what it was:\n%s", got)
		}
	})
}

func TestEachScreenIsAsLargeAsItsTerminalAndHidesNothing(t *testing.T) {
	effort.Check(t, 40, 400, func(t *rapid.T) {
		p := parse(t, pair)
		p.Conflicts[0].Path, p.Conflicts[1].Path = "evil\x1b[2J\u202etxt", "日本語/🇩🇪 é ü.txt"
		p.Conflicts[1].Diff = diff("x", 3)
		p.Conflicts[1].Diff.Lines[5] = "-\x1b[2J\u202e日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語"
		p.Operations[3].Amend(func(r *plan.Rare) { r.Note = "\x07\u2066" })
		look := Look{ASCII: rapid.Bool().Draw(t, "ASCII")}
		walk(t, New(p, look), func(m Model) {
			lines := strings.Split(m.Screen(), "\n")
			whole := m.size.width >= leastWidth && m.size.height >= leastHeight
			if len(lines) > m.size.height || whole && len(lines) != m.size.height {
				t.Fatalf("%d lines on %d", len(lines), m.size.height)
			}
			for _, line := range lines {
				if n := render.Columns(line); n > m.size.width && n > 1 || whole && n != m.size.width {
					t.Fatalf("%d columns on %d: %q", n, m.size.width, line)
				}
				if visible.Text(line, "") != line {
					t.Fatalf("it shows %+q", line)
				}
				if look.ASCII && !ascii(line) {
					t.Fatalf("it is no ASCII: %q", line)
				}
			}
			if m.place.cursor != m.place.shown(m.place.cursor) {
				t.Fatal("the cursor is in a closed directory")
			}
		})
	})
}

func TestColourChangesNoText(t *testing.T) {
	coloured := New(parse(t, pair), Look{Options: render.Options{Color: true}}).Screen()
	if !strings.Contains(coloured, "\x1b[33m") {
		t.Error("there is no colour")
	}
	text := coloured
	for _, code := range []tone{strong, dim, inFocus, removed, added, warned, hunk, "0"} {
		text = strings.ReplaceAll(text, "\x1b["+string(code)+"m", "")
	}
	if want := New(parse(t, pair), Look{}).Screen(); text != want {
		t.Errorf("with colours it is\n%s\nnot\n%s", text, want)
	}
}

// The tree has each element of a plan once, in as many lines as there are, whatever is taken together.
func TestTheTreeHasEachElementOnce(t *testing.T) {
	effort.Check(t, 40, 400, func(t *rapid.T) {
		p := blank()
		names := rapid.SliceOfN(rapid.StringMatching(`[ab](/[ab]){0,3}`), 0, 20).Draw(t, "paths")
		for _, name := range names {
			side := plan.Side(rapid.IntRange(0, 1).Draw(t, "side"))
			state := &tree.State{Type: rapid.SampledFrom([]tree.Type{tree.File, tree.Directory}).Draw(t, "type")}
			op := plan.Operation{Side: side, Path: tree.Path(name), Decision: plan.Apply, Action: plan.Create, After: state}
			if rapid.Bool().Draw(t, "goes") {
				op.Action, op.Before, op.After = plan.Delete, state, nil
			}
			p.Operations = append(p.Operations, op)
			p.Conflicts = append(p.Conflicts, plan.Conflict{Path: tree.Path(name), Local: state})
		}
		o := outlineOf(p)
		count := map[string]int{}
		for at := range o {
			if n := &o[at]; n.what >= aConflict {
				count[fmt.Sprint(n.what, n.at)]++
			}
			if up := o[at].parent; at > 0 && (up < 0 || up >= at || o[up].end < o[at].end || o[at].depth != o[up].depth+1) {
				t.Fatalf("%d of %d does not lie in its parent %d", at, len(o), up)
			}
		}
		if len(count) != 2*len(names) {
			t.Fatalf("%d of %d elements", len(count), 2*len(names))
		}
		for what, n := range count {
			if n != 1 {
				t.Fatalf("%s stands there %d times", what, n)
			}
		}
		if o[0].tally.operations != len(names) || o[0].tally.conflicts != len(names) {
			t.Fatalf("it counts %+v", o[0].tally)
		}
	})
}

func TestWhatDependsOnTheElementInFocusIsTold(t *testing.T) {
	p := parse(t, `
		delete remote attic/
		delete remote attic/old/
		delete remote attic/old/x
		changed-and-deleted attic/kept - 12@3
		create local new/
		create local new/in
		create local apart
	`)
	for _, c := range []struct{ name, keys, want string }{
		{"a conflict says which choice leaves what undone", "",
			"remote leaves undone 1 operation:\n  delete on remote: attic\n" +
				"\nskip leaves undone 1 operation:\n  delete on remote: attic"},
		{"a directory says what is left out with it", "/ 'new' enter end left",
			"if this is left out, so are 1 operation:\n  create on local: new/in"},
		{"what nothing depends on says nothing", "/ 'apart' enter end", ""},
		{"what is left out holds nothing more", "/ 'new' enter end left space", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := typing(New(p, Look{}), c.keys)
			if got := dependsOn(m.Knowing(m.Dependents())); got != c.want {
				t.Errorf("it says %q, not %q", got, c.want)
			}
			moved := m.Press(keyOf("home"))
			if got := dependsOn(moved.Knowing(m.Dependents())); got != "" {
				t.Errorf("of something else it says %q", got)
			}
		})
	}
}

// dependsOn is what is told to depend on the element in focus.
func dependsOn(m Model) string {
	w := &writer{detail: detail{look: m.look}, width: 80, list: m.list()}
	w.depends(m.place.focus())
	var text []string
	for _, l := range w.lines {
		said := ""
		for _, r := range l {
			said += r.text
		}
		text = append(text, said)
	}
	return strings.TrimSpace(strings.Join(text, "\n"))
}

func TestWhatChangedInALineIsMarked(t *testing.T) {
	for _, c := range []struct{ name, text, other, want string }{
		{"a word in the middle", "the old house", "the new house", "the |old| house"},
		{"something added", "one two", "one two three", "one two"},
		{"a character of several bytes", "Grüße aus Köln", "Grüße aus Kiln", "Grüße aus |Köln"},
		{"nothing in common", "abc", "xyz", "abc"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var parts []string
			for _, r := range marked(c.text, c.other, removed) {
				parts = append(parts, r.text)
			}
			if got := strings.Join(parts, "|"); got != c.want {
				t.Errorf("it is %s, not %s", got, c.want)
			}
		})
	}
}

// large is a plan of so many files in directories of a hundred.
func large(files int) *plan.Plan {
	p := blank()
	for i := range files {
		path := tree.Path(fmt.Sprintf("d%04d/f%02d", i/100, i%100))
		op := plan.Operation{Side: plan.Remote, Action: plan.Create, Decision: plan.Apply, Path: path,
			After: &tree.State{Type: tree.File, Size: 10, Mtime: hour(1)}}
		p.Operations = append(p.Operations, op.Taking(&plan.Source{Path: path}))
	}
	p.Sort()
	p.Number()
	return p
}

// opened is a large plan with all directories open, and the cursor some lines into it.
func opened(files int) Model {
	return typing(New(large(files), Look{}), "home * * end home down down down down").Resize(120, 40)
}

func TestAKeyThatMovesCostsWhatIsSeen(t *testing.T) {
	few, many := opened(1000), opened(100_000)
	cost := func(m Model, key string) float64 {
		return testing.AllocsPerRun(5, func() {
			m = m.Press(keyOf(key))
			_ = m.Screen()
		})
	}
	for _, key := range []string{"down", "pgdown", "left", "right", "end", "home", "J", "d"} {
		if few, many := cost(few, key), cost(many, key); many > few*1.3+20 {
			t.Errorf("%s costs %.0f allocations with 1,000 rows, and %.0f with 100,000", key, few, many)
		}
	}
}

func BenchmarkFilter(b *testing.B) {
	m := opened(100_000)
	b.ReportAllocs()
	for b.Loop() {
		_ = typing(m, "/ 'f99'").Screen()
	}
}

func BenchmarkKey(b *testing.B) {
	for _, key := range []string{"down", "pgdown", "space"} {
		b.Run(key, func(b *testing.B) {
			m := opened(100_000)
			b.ReportAllocs()
			for b.Loop() {
				m = m.Press(keyOf(key))
				_ = m.Screen()
			}
		})
	}
}
