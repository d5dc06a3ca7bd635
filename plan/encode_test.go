package plan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"treaty/plan/internal/textdiff"
	"treaty/plan/jsontext"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

var (
	anyText = rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z]{1,8}(/[a-zé \\"<\x{202e}]{1,8}){0,3}`))
	anySide = rapid.SampledFrom(BothSides[:])
)

func anyState(t *rapid.T) *tree.State {
	if rapid.Bool().Draw(t, "nothing") {
		return nil
	}
	s := &tree.State{Type: rapid.SampledFrom([]tree.Type{tree.File, tree.Directory, tree.Symlink}).Draw(t, "type")}
	if s.Type == tree.File {
		s.Size = rapid.Int64().Draw(t, "size")
		s.Mtime = tree.UnixTime(rapid.Int64Range(-1e11, 1e11).Draw(t, "seconds"),
			rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
		copy(s.SHA256[:], rapid.SliceOfN(rapid.Byte(), 0, 32).Draw(t, "sha256"))
	}
	if rapid.Bool().Draw(t, "modes") {
		s.Mode = tree.Perm(rapid.Uint32().Draw(t, "mode"))
	}
	return s
}

func anyDiff(t *rapid.T) *Diff {
	if rapid.Bool().Draw(t, "no diff") {
		return nil
	}
	return &Diff{Format: textdiff.FormatUnified,
		Lines: append([]string{}, rapid.SliceOfN(anyText, 0, 3).Draw(t, "lines")...),
		Added: rapid.Int().Draw(t, "added"), Removed: rapid.Int().Draw(t, "removed"),
		OnlyLineEndings: rapid.Bool().Draw(t, "ends"),
		Omitted:         rapid.SampledFrom([]textdiff.Omitted{"", textdiff.OmittedBinary}).Draw(t, "omitted")}
}

func anyRare(t *rapid.T) Rare {
	return Rare{tree.Path(anyText.Draw(t, "from")), &Rarer{Diff: anyDiff(t), Note: anyText.Draw(t, "note")}}
}

// anyOperation draws an operation, whether or not a plan may have it; so do the two below it.
func anyOperation(t *rapid.T) Operation {
	o := Operation{ID: rapid.Int().Draw(t, "id"), Side: anySide.Draw(t, "side"), Path: tree.Path(anyText.Draw(t, "path")),
		Action: rapid.SampledFrom(Actions[:]).Draw(t, "action"), Rare: anyRare(t).orNone(),
		Reason: rapid.SampledFrom([]Sided{OnlyOn, NewerOn}).Draw(t, "reason").On(anySide.Draw(t, "of")),
		Before: anyState(t), After: anyState(t), Decision: rapid.SampledFrom([]Decision{Apply, Skip}).Draw(t, "decision")}
	if rapid.Bool().Draw(t, "copied") {
		path := rapid.SampledFrom([]tree.Path{o.Path, tree.Path(anyText.Draw(t, "other"))}).Draw(t, "source")
		o.Take(&Source{Tree: anySide.Draw(t, "tree"), Path: path})
	}
	return o
}

func anyConflict(t *rapid.T) Conflict {
	c := Conflict{ID: rapid.Int().Draw(t, "id"),
		Kind: rapid.SampledFrom([]Kind{BothChanged, TypeMismatch}).Draw(t, "kind"),
		Path: tree.Path(anyText.Draw(t, "path")), RemotePath: tree.Path(anyText.Draw(t, "remote_path")),
		Local: anyState(t), Remote: anyState(t), Base: anyState(t), Diff: anyDiff(t), Choices: Choices{},
		KeepBothAs: tree.Path(anyText.Draw(t, "as")), Note: anyText.Draw(t, "note"),
		Resolution: rapid.SampledFrom([]Resolution{Unresolved, TakeLocal, SkipPath}).Draw(t, "resolution")}
	for _, r := range rapid.SliceOfDistinct(rapid.SampledFrom(Resolutions[:]), rapid.ID).Draw(t, "choices") {
		c.Choices[r] = anyText.Draw(t, "what it does")
	}
	return c
}

func anyProblem(t *rapid.T) Problem {
	p := Problem{Severity: Blocked, Code: Unreadable, Message: anyText.Draw(t, "message")}
	if rapid.Bool().Draw(t, "sided") {
		side := anySide.Draw(t, "side")
		p.Side = &side
	}
	if rapid.Bool().Draw(t, "pathed") {
		path := tree.Path(anyText.Draw(t, "path"))
		p.Path = &path
	}
	return p
}

func anyPlan(t *rapid.T) *Plan {
	return &Plan{Format: Format, FormatVersion: FormatVersion, ID: "x", Local: Snapshot{Root: anyText.Draw(t, "root")},
		Operations: append([]Operation{}, rapid.SliceOfN(rapid.Custom(anyOperation), 0, 3).Draw(t, "operations")...),
		Conflicts:  append([]Conflict{}, rapid.SliceOfN(rapid.Custom(anyConflict), 0, 2).Draw(t, "conflicts")...),
		Problems:   append([]Problem{}, rapid.SliceOfN(rapid.Custom(anyProblem), 0, 2).Draw(t, "problems")...)}
}

// inOrder is an operation with its fields in the order of the JSON.
type inOrder struct {
	ID       int         `json:"id"`
	Side     Side        `json:"side"`
	Action   Action      `json:"action"`
	Path     tree.Path   `json:"path"`
	From     tree.Path   `json:"from,omitempty"`
	Source   *Source     `json:"source,omitempty"`
	Unit     *Unit       `json:"unit,omitempty"`
	Reason   Reason      `json:"reason"`
	Before   *tree.State `json:"before"`
	After    *tree.State `json:"after"`
	Decision Decision    `json:"decision"`
	Diff     *Diff       `json:"diff,omitempty"`
	Note     string      `json:"note"`
}

func (o inOrder) operation() Operation {
	return Operation{ID: o.ID, Side: o.Side, Action: o.Action, Reason: o.Reason, Decision: o.Decision, Path: o.Path,
		Before: o.Before, After: o.After,
		Rare: Rare{o.From, &Rarer{Unit: o.Unit, Diff: o.Diff, Note: o.Note}}.orNone()}.Taking(o.Source)
}

// reflected is what reflection makes of a plan.
func reflected(p *Plan) ([]byte, error) {
	envelope, operations := *p, make([]inOrder, len(p.Operations))
	for i, o := range p.Operations {
		operations[i] = inOrder{o.ID, o.Side, o.Action, o.Path, o.From(), o.Source(), o.Unit(), o.Reason, o.Before, o.After,
			o.Decision, o.Diff(), o.Note()}
	}
	envelope.Operations = nil
	text, err := Indented(&envelope)
	if err != nil {
		return nil, err
	}
	list, err := indented(operations, "  ")
	member := ",\n  \"operations\": "
	return bytes.Replace(text, []byte(member+"null"), append([]byte(member), list...), 1), err
}

// written holds what Write writes of a plan to what reflection makes of it as a whole.
func written(t interface{ Fatal(...any) }, p *Plan) []byte {
	var out bytes.Buffer
	if err := p.Write(&out); err != nil {
		t.Fatal(err)
	}
	if want, err := reflected(p); err != nil || !bytes.Equal(out.Bytes(), want) {
		t.Fatal(fmt.Sprintf("%v: written is\n%s\nwant\n%s", err, out.Bytes(), want))
	}
	return out.Bytes()
}

func TestAnyPlanIsWrittenAsReflectionWouldWriteIt(t *testing.T) {
	effort.Check(t, 50, 300, func(t *rapid.T) { written(t, anyPlan(t)) })
}

func TestThePlansOfTestdataAreWrittenAsTheyAre(t *testing.T) {
	names, err := filepath.Glob("../testdata/plans/*.plan.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no plans: %v", err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Read(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := written(t, p); !bytes.Equal(got, text) {
			t.Errorf("%s is written\n%s", name, got)
		}
	}
}

// What is written is proven as if it had been read: by the schema, by what a decoder refuses, and by Check.
func TestNoTextIsMadeOfAPlanThatCannotBeRead(t *testing.T) {
	if text, err := manyCreates(3).Text(); err != nil || !bytes.Equal(text, textOf(t, manyCreates(3))) {
		t.Fatalf("%v: the text is\n%s", err, text)
	}
	for what, spoil := range map[string]func(p *Plan){
		"an unknown decision": func(p *Plan) { p.Operations[1].Decision = 99 },
		"an envelope's name":  func(p *Plan) { p.ID = "" },
		"a path twice":        func(p *Plan) { p.Operations[1].Path = p.Operations[0].Path },
		"a path outside":      func(p *Plan) { p.Operations[1].Path = "../x" },
	} {
		p := manyCreates(3)
		spoil(p)
		_, err := p.Text()
		_, want := Read(textOf(t, p))
		if err == nil || want == nil || err.Error() != want.Error() {
			t.Errorf("%s: %v, and when it is read: %v", what, err, want)
		}
	}
}

// isRead holds how an element is read to how reflection reads it.
func isRead[T, R any](t *rapid.T, v T, write func(*T, *jsontext.Writer), read func(*jsontext.Reader, *T),
	reflected func(R) T) {
	var w jsontext.Writer
	write(&v, &w)
	var got T
	var want R
	r := jsontext.NewReader(w.Bytes())
	read(&r, &got)
	if err := json.Unmarshal(w.Bytes(), &want); err != nil || r.Err() != nil || !reflect.DeepEqual(got, reflected(want)) {
		t.Fatalf("%v, %v: from %s\n%+v\nwant\n%+v", err, r.Err(), w.Bytes(), got, want)
	}
}

func itself[T any](v T) T { return v }

func TestWhatIsWrittenIsReadAsReflectionWouldReadIt(t *testing.T) {
	effort.Check(t, 50, 300, func(t *rapid.T) {
		var d decoder
		isRead(t, anyOperation(t), (*Operation).writeJSON, d.operation, inOrder.operation)
		isRead(t, anyConflict(t), func(c *Conflict, w *jsontext.Writer) { c.writeJSON(w, true) }, d.conflict, itself)
		isRead(t, anyProblem(t), (*Problem).writeJSON, d.problem, itself)
	})
}

func TestAnOperationIsReadAsItWasWritten(t *testing.T) {
	effort.Check(t, 50, 300, func(t *rapid.T) {
		o := anyOperation(t)
		if rapid.Bool().Draw(t, "of a step") {
			o.Take(&Source{Conflict: rapid.IntRange(1, 9).Draw(t, "conflict")})
		}
		if rapid.Bool().Draw(t, "without words") {
			o.Reason, o.Decision = 0, 0
		}
		text, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		var got Operation
		if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, o) {
			t.Fatalf("%v: from %s\n%+v\nwant\n%+v", err, text, got, o)
		}
	})
}

// manyCreates is a first copy of n files.
func manyCreates(n int) *Plan {
	traits := tree.POSIX.Traits()
	p := &Plan{Format: Format, FormatVersion: FormatVersion, ID: "x", Local: Snapshot{Root: "/a", Filesystem: traits},
		Remote: Snapshot{Root: "/b", Filesystem: traits}, Options: Options{Ignore: []string{}, Hash: HashOperations,
			Bidirectional: BidirectionalAuto, Diffs: DiffConflicts, Sensitive: []string{}, Umask: tree.Perm(0o22),
			Executable: Executable{Overrides: []ExecutableOverride{}, Extensions: map[string]bool{}}}}
	p.Local.Digest[0], p.Remote.Digest[0] = 1, 2
	p.Local.Filesystem.Type, p.Remote.Filesystem.Type = "ext4", "ext4"
	p.Local.Filesystem.Source, p.Remote.Filesystem.Source = tree.Hinted, tree.Hinted
	for i := range n {
		path := tree.Path(fmt.Sprintf("photos/2026/album-%d/picture-%d.jpeg", i/100, i))
		s := &tree.State{Type: tree.File, Size: int64(i),
			Mtime: tree.UnixTime(1_790_000_000, int64(i)), Mode: tree.Perm(0o644)}
		s.SHA256[0], s.SHA256[31] = byte(i), 1
		op := Operation{ID: i + 1, Side: Remote, Action: Create, Path: path, Reason: OnlyOn.On(Local), After: s,
			Decision: Apply}
		p.Operations = append(p.Operations, op.Taking(&Source{Tree: Local, Path: path}))
	}
	p.Summarize()
	return p
}

// An operation is written without an allocation, and read with those of its path, its source and, now and then, of a
// dozen states.
func TestOperationsCostFewAllocations(t *testing.T) {
	allocations := func(n int) (write, read float64) {
		p := manyCreates(n)
		write = testing.AllocsPerRun(3, func() { _ = p.Write(io.Discard) })
		var w jsontext.Writer
		for i := range p.Operations {
			p.Operations[i].writeJSON(&w)
		}
		return write, testing.AllocsPerRun(3, func() {
			var d decoder
			var o Operation
			r := jsontext.NewReader(append([]byte{}, w.Bytes()...))
			for range n {
				d.operation(&r, &o)
				r.More(0)
			}
			if r.Err() != nil {
				t.Fatal(r.Err())
			}
		})
	}
	writeFew, readFew := allocations(2000)
	writeMany, readMany := allocations(3000)
	if more := writeMany - writeFew; more > 20 {
		t.Errorf("a thousand operations more are written with %v allocations more", more)
	}
	if more := readMany - readFew; more > 2050 {
		t.Errorf("a thousand operations more are read with %v allocations more", more)
	}
}

func BenchmarkWrite100kOperations(b *testing.B) {
	p := manyCreates(100_000)
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Write(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead100kOperations(b *testing.B) {
	text := textOf(b, manyCreates(100_000))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheck100kOperations(b *testing.B) {
	p := manyCreates(100_000)
	b.ReportAllocs()
	for b.Loop() {
		if wrong := p.Check(); len(wrong) > 0 {
			b.Fatal(wrong)
		}
	}
}

func textOf(t testing.TB, p *Plan) []byte {
	var out bytes.Buffer
	if err := p.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What several put into words at the same time reads as what one does.
func TestManyElementsAreWrittenAsFewAre(t *testing.T) {
	p := manyCreates(3000)
	each := func(yield func(*Operation) bool) {
		for i := range p.Operations {
			if !yield(&p.Operations[i]) {
				return
			}
		}
	}
	var one, several bytes.Buffer
	by, bySeveral := jsontext.Inside(1), jsontext.Inside(1)
	if writeEach(&one, by, each, (*Operation).writeJSON) != nil ||
		writeElements(&several, bySeveral, p.Operations, (*Operation).writeJSON) != nil {
		t.Fatal("a buffer refuses to be written to")
	}
	one.Write(by.Bytes())
	several.Write(bySeveral.Bytes())
	if !bytes.Equal(one.Bytes(), several.Bytes()) {
		t.Error("they differ")
	}
}
