package plan

import (
	"bytes"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"treaty/plan/jsontext"
	"treaty/plan/tree"
	"treaty/schema"
	"treaty/testdata/effort"
)

// ReadThrough is ReadFrom with a buffer of the caller's.
var ReadThrough = readThrough

// plainOperations are one of each kind that is plain.
func plainOperations() []Operation {
	file := func(second int64) *tree.State {
		return &tree.State{Type: tree.File, Size: 10, Mtime: tree.UnixTime(second, 5_000_000), Mode: tree.Perm(0o644),
			SHA256: tree.Hash{1, byte(second)}}
	}
	bare := &tree.State{Type: tree.File, Mtime: tree.UnixTime(-1, 0)}
	directory, open := &tree.State{Type: tree.Directory}, &tree.State{Type: tree.Directory, Mode: tree.Perm(0o700)}
	link := &tree.State{Type: tree.Symlink, Rare: tree.LinkTo("../é")}
	sources := map[int]*Source{0: {Tree: Local, Path: "d/ä.txt"}, 1: {Tree: Local, Path: "d/a.txt"},
		4: {Tree: Local, Path: "d/ä.txt"}}
	ops := []Operation{
		{Action: Create, After: file(1), Reason: OnlyOn.On(Local)},
		{Action: Create, After: bare, Reason: OnlyOn.On(Local)},
		{Action: Create, After: directory, Reason: OnlyOn.On(Local)},
		{Action: Create, After: link, Reason: OnlyOn.On(Local)},
		{Action: Update, Before: file(1), After: file(2), Reason: NewerOn.On(Local), Decision: Skip},
		{Action: Update, Before: file(1), After: link, Reason: Undo},
		{Action: Delete, Before: open, Reason: DeletedOn.On(Local)},
		{Action: Move, Before: file(1), After: file(1), Reason: MovedOn.On(Local), Rare: &Rare{From: "old"}},
		{Action: Chmod, Before: directory, After: open, Reason: ModeChangedOn.On(Local)},
		{Action: Touch, Before: file(1), After: file(2), Reason: TouchedOn.On(Local)},
	}
	for i := range ops {
		op := &ops[i]
		op.ID, op.Side, op.Path = i+1, Remote, "d/ä.txt"
		op.Take(sources[i])
		if op.Decision == 0 {
			op.Decision = Apply
		}
	}
	return ops
}

// operationText is the text of an operation as plans have it.
func operationText(op *Operation) []byte {
	w := jsontext.Inside(2)
	op.writeJSON(w)
	return bytes.TrimPrefix(w.Bytes(), []byte(",\n    "))
}

// headOfAPlan is a valid one up to its operations.
func headOfAPlan(t testing.TB) []byte {
	text, err := os.ReadFile("../testdata/plans/both-ways.plan.json")
	if err != nil {
		t.Fatal(err)
	}
	head, _, found := bytes.Cut(text, []byte(`"operations": [`))
	if !found {
		t.Fatal("there are no operations")
	}
	return append(head, `"operations": `...)
}

func TestMostOfWhatTreatyWritesIsPlain(t *testing.T) {
	for _, op := range plainOperations() {
		text := operationText(&op)
		if !plainly(t, headOfAPlan(t), append(slices.Clip(text), ",\n"...), len(text)) {
			t.Errorf("this is not plain:\n%s", text)
		}
	}
}

// plainly tells whether a text begins with a plain operation, and fails if the schema does not have that for one, or it
// is another one as members are read one by one. Of what is not plain, nothing is left.
func plainly(t fataler, head, text []byte, ends int) bool {
	t.Helper()
	var d, other decoder
	var got, want Operation
	n := d.plain(text, &got)
	if n == 0 {
		used := func(s tree.State) bool { return s != (tree.State{}) }
		if !reflect.DeepEqual(got, want) || slices.ContainsFunc(d.states, used) {
			t.Fatalf("something is left of what was not plain: %+v, %+v\n%s", got, d.states[:2], text)
		}
		return false
	}
	whole := appendPlan(nil, head, "operations", text[:n])
	doc, err := schema.Parse(schema.Plan, whole)
	if err != nil || doc.Len("operations") != 1 || ends > 0 && n != ends {
		t.Fatalf("%v: the schema has something against what is plain, %d bytes of\n%s", err, n, text)
	}
	read := func(_ int, r *jsontext.Reader) { other.operation(r, &want) }
	if err := eachElement(whole, doc, "operations", read); err != nil {
		t.Fatalf("%v: what is plain cannot be read\n%s", err, text)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%+v is read of what is plain, and %+v member by member:\n%s", got, want, text)
	}
	return true
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// What is nearly plain is what to be careful of.
func TestNothingIsPlainThatTheSchemaHasSomethingAgainst(t *testing.T) {
	head := headOfAPlan(t)
	values := []string{`""`, `null`, `0`, `01`, `-1`, `1.0`, `1e3`, `999999999999999`, `9999999999999999`, `{}`, `[]`, `true`,
		`"../x"`, `"a//b"`, `"/a"`, `"a/."`, `"a\\b"`, `"\u0041"`, "\"\x1f\"", "\"\xff\"", `"...a"`, `"é"`, `"local"`, `"remote"`,
		`"plan"`, `"create"`, `"update"`, `"delete"`, `"move"`, `"chmod"`, `"touch"`, `"file"`, `"directory"`, `"symlink"`,
		`"special"`, `"absent"`, `"merged"`, `"undo"`, `"skip"`, `"0644"`, `"1644"`, `"0844"`, `"06444"`,
		`"2026-02-29T00:00:00Z"`, `"2024-02-29T23:59:59.123456789Z"`, `"2024-02-29T24:00:00Z"`, `"2024-13-01T00:00:00Z"`,
		`"2024-02-29T00:00:60Z"`, `"2024-02-29T00:00:00.1234567891Z"`, `"2024-02-29T00:00:00.Z"`, `"0000-01-01T00:00:00Z"`,
		`"2024-02-29T00:00:00+00:00"`, `"` + strings.Repeat("0", 64) + `"`, `"` + strings.Repeat("aB", 32) + `"`,
		`"` + strings.Repeat("a", 63) + `"`, `"` + strings.Repeat("a", 64) + `"`}
	effort.Check(t, 500, 5000, func(t *rapid.T) {
		op := rapid.SampledFrom(plainOperations()).Draw(t, "operation")
		lines := strings.SplitAfter(string(operationText(&op)), "\n")
		for range rapid.IntRange(0, 3).Draw(t, "times") {
			at := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
			switch rapid.IntRange(0, 3).Draw(t, "how") {
			case 0:
				lines = slices.Delete(lines, at, at+1)
			case 1:
				other := rapid.SampledFrom(plainOperations()).Draw(t, "other")
				more := strings.SplitAfter(string(operationText(&other)), "\n")
				lines = slices.Insert(lines, at, rapid.SampledFrom(more).Draw(t, "more"))
			default:
				name, value, found := strings.Cut(lines[at], ": ")
				if !found {
					continue
				}
				_, end, _ := strings.Cut(value, ",")
				if strings.HasSuffix(value, ",\n") {
					end = ",\n"
				} else {
					end = "\n" + strings.TrimSpace(end)
				}
				lines[at] = name + ": " + rapid.SampledFrom(values).Draw(t, "value") + end
			}
			if len(lines) == 0 {
				return
			}
		}
		plainly(t, head, []byte(strings.Join(lines, "")), 0)
	})
}

func FuzzPlain(f *testing.F) {
	head := headOfAPlan(f)
	for _, op := range plainOperations() {
		f.Add(operationText(&op))
	}
	f.Fuzz(func(t *testing.T, text []byte) { plainly(t, head, text, 0) })
}

// Most plans that take directories away are told to have nothing skipped without a list, which says the same.
func TestWhatNothingHoldsUpIsNotSkipped(t *testing.T) {
	paths := []tree.Path{"a", "a/b", "a/b/c", "A", "A/b", "a/c", "b"}
	unhindered := 0
	effort.Check(t, 2000, 20000, func(t *rapid.T) {
		p := &Plan{}
		p.Remote.Filesystem.CaseSensitive = rapid.Bool().Draw(t, "case matters")
		state := func(what string) *tree.State {
			return &tree.State{Type: rapid.SampledFrom([]tree.Type{tree.File, tree.Directory}).Draw(t, what)}
		}
		for i := range rapid.IntRange(1, 5).Draw(t, "operations") {
			op := Operation{ID: i + 1, Side: anySide.Draw(t, "side"), Decision: Apply,
				Action: rapid.SampledFrom([]Action{Create, Delete, Delete, Update, Move}).Draw(t, "action"),
				Path:   rapid.SampledFrom(paths).Draw(t, "path")}
			if op.Action != Create {
				op.Before = state("before")
			}
			if op.Action != Delete {
				op.After = state("after")
			}
			if op.Action == Move {
				op.Rare = &Rare{From: rapid.SampledFrom(paths).Draw(t, "from")}
			}
			if rapid.IntRange(0, 9).Draw(t, "skipped") == 0 {
				op.Decision = Skip
			}
			p.Operations = append(p.Operations, op)
		}
		if rapid.IntRange(0, 2).Draw(t, "disputed") == 0 {
			p.Conflicts = []Conflict{{ID: 9, Path: rapid.SampledFrom(paths).Draw(t, "disputed path"), Local: state("local"),
				Remote: state("remote"), Resolution: rapid.SampledFrom(
					[]Resolution{Unresolved, TakeLocal, TakeRemote, SkipPath}).Draw(t, "resolution")}}
		}
		spelled := p.spellings()
		if !spelled.unhindered(p, nil) {
			return
		}
		unhindered++
		if skips := spelled.skips(p, nil); len(skips) > 0 {
			t.Fatalf("%v are skipped in %+v with %+v", skips, p.Operations, p.Conflicts)
		}
	})
	if unhindered == 0 {
		t.Error("all were hindered")
	}
}

// What is written is proven by what is plain too, and by nothing that cannot be read again.
func TestAPlanIsProvenJustWhereItsTextIsRead(t *testing.T) {
	text, err := os.ReadFile("../testdata/plans/both-ways.plan.json")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Read(text)
	if err != nil {
		t.Fatal(err)
	}
	p.Conflicts, p.Problems = []Conflict{}, []Problem{}
	outcomes := map[bool]int{}
	effort.Check(t, 20, 100, func(t *rapid.T) {
		op := rapid.SampledFrom(plainOperations()).Draw(t, "operation")
		other := rapid.SampledFrom(plainOperations()).Draw(t, "other")
		switch rapid.IntRange(0, 9).Draw(t, "broken") {
		case 0:
			op.ID = rapid.SampledFrom([]int{-1, 0, 1<<53 - 1, 1 << 53}).Draw(t, "id")
		case 1:
			op.Path = rapid.SampledFrom([]tree.Path{"", "..", "a//b", "a\"b", ".treaty/x", "a\nb"}).Draw(t, "path")
		case 2:
			op.Before = other.Before
			op.Take(other.Source())
		case 3:
			op.After = other.After
		case 4:
			op.Reason = rapid.SampledFrom([]Reason{0, Merged, Undo}).Draw(t, "reason")
		case 5:
			op.Decision, op.Action = 0, other.Action
		case 6:
			op.Amend(func(r *Rare) { r.From, r.Note = other.From(), "mine" })
		case 7:
			op.Action = other.Action
		}
		p.Operations = []Operation{op}
		var written bytes.Buffer
		if err := p.Write(&written); err != nil {
			t.Fatal(err)
		}
		_, read := Read(written.Bytes())
		if proven := p.Validate(); (proven == nil) != (read == nil) {
			t.Fatalf("it is proven: %v, and read: %v\n%s", proven, read, operationText(&op))
		}
		outcomes[read == nil]++
	})
	if len(outcomes) < 2 {
		t.Errorf("all were alike: %v", outcomes)
	}
}
