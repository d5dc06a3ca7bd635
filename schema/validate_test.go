package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"pgregory.net/rapid"

	"treaty/testdata/effort"
)

// validateWhole is the plain way, which needs kilobytes for each operation. It
// is what validate is held to.
func (d *Document) validateWhole(v variant) Errors {
	var found errorList
	found.merge(d.check(plainSchemas(v), wholeSchemas(v), decode(d.data), "", span{0, len(d.data)}))
	return found.errors(d.data)
}

// wholeSchemas are the schemas as they are published, all in one.
var wholeSchemas = once(func(v variant) *jsonschema.Schema { return compileExcerpt(v.text().(map[string]any), "") })

// bothWays holds streaming validation to validation of the whole document by
// the schema as it is published.
func bothWays(t interface{ Fatalf(string, ...any) }, kind Kind, data []byte) {
	doc, lenient, valid, errs := begin(kind, data)
	if errs != nil {
		return
	}
	v := variant{kind, lenient}
	whole := doc.validateWhole(v)
	if valid && whole != nil {
		t.Fatalf("%s\nis called valid, and is not:\n%v", data, whole)
	}
	if !valid && whole == nil && !lenient {
		t.Fatalf("%s\nis valid, and is not called so", data)
	}
	for name, c := range map[string]*compiled{"plain": plainSchemas(v), "quick": quickSchemas(v)} {
		if streamed := doc.validate(kind, c); !slices.Equal(streamed, whole) {
			t.Fatalf("%s\nelement by element, %s:\n%v\nas a whole:\n%v", data, name, streamed, whole)
		}
	}
}

func TestStreamingAgreesWithWholeDocumentValidation(t *testing.T) {
	for _, folder := range []string{"valid", "invalid", "newer"} {
		for name, data := range fixtures(t, folder) {
			bothWays(t, kindOf(name), data)
		}
	}
}

func TestStreamingAgreesOnMutatedDocuments(t *testing.T) {
	valid := fixtures(t, "valid")
	maps.Copy(valid, fixtures(t, "newer"))
	names := slices.Sorted(maps.Keys(valid))
	effort.Check(t, 20, 100, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "fixture")
		document := decode(valid[name])
		grow(t, document)
		for range rapid.IntRange(0, 4).Draw(t, "mutations") {
			document = mutate(t, document)
		}
		data, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		bothWays(t, kindOf(name), data)
	})
}

// grow makes the long arrays longer than a chunk, now and then.
func grow(t *rapid.T, document any) {
	members := document.(map[string]any)
	for _, name := range longArrays {
		if list, _ := members[name].([]any); len(list) > 0 && rapid.IntRange(0, 9).Draw(t, "grow") == 0 {
			for len(list) < 300 {
				list = append(list, decode(encode(list[len(list)%7%len(list)])))
			}
			members[name] = list
		}
	}
}

func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}

// mutate changes something somewhere in a value.
func mutate(t *rapid.T, value any) any {
	deeper := rapid.IntRange(0, 4).Draw(t, "deeper") > 0
	switch v := value.(type) {
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		if len(keys) == 0 {
			break
		}
		key := rapid.SampledFrom(keys).Draw(t, "key")
		switch {
		case deeper:
			v[key] = mutate(t, v[key])
		case rapid.Bool().Draw(t, "delete"):
			delete(v, key)
		default:
			v[rapid.SampledFrom([]string{key + "s", "x/y~z", "from", "source", "diff", "note", "%41 "}).Draw(t, "new")] = v[key]
		}
		return v
	case []any:
		if len(v) == 0 {
			break
		}
		i := rapid.IntRange(0, len(v)-1).Draw(t, "index")
		v[i] = mutate(t, v[i])
		return v
	}
	values := []any{nil, true, 0, -1, 7, "", "x", "../x", "a\x00b", "create", "delete", "move", "file", "symlink",
		"2026-02-30T00:00:00Z", []any{}, []any{1}, map[string]any{}, map[string]any{"type": "file"}}
	return rapid.SampledFrom(values).Draw(t, "value")
}

func TestTheFirstErrorsAreReportedWhateverTheOrderOfWork(t *testing.T) {
	data := largePlan(5000, func(i int) string {
		if i%100 == 99 {
			return "aply"
		}
		return "apply"
	})
	var errs Errors
	if err := Validate(Plan, data); !errors.As(err, &errs) || len(errs) != maxErrors {
		t.Fatalf("got %v", err)
	}
	for i, e := range errs {
		if want := fmt.Sprintf("/operations/%d/decision", 100*i+99); e.Pointer != want {
			t.Errorf("error %d is at %s, want %s", i, e.Pointer, want)
		}
		line, column := Locate(data, e.Pointer)
		if line != e.Line || column != e.Column {
			t.Errorf("%v, but Locate says line %d, column %d", e, line, column)
		}
	}
	var one Error
	if !errors.As(Validate(Plan, data), &one) || one != errs[0] {
		t.Errorf("the first error is %v", one)
	}
}

func TestErrorsDoNotRepeatWhatATerminalMightActOn(t *testing.T) {
	err := Validate(Config, []byte(`{"\u001b[31mred\u202e": 1, "remote": "", "hash": "\u0007"}`))
	got := err.Error()
	if strings.ContainsAny(got, "\x1b\x07\u202e") {
		t.Errorf("%q", got)
	}
	want := `/\x1b[31mred\u202e (line 1, column 2): unknown property "\x1b[31mred\u202e"`
	if !strings.Contains(got, want) {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// Run with -fuzzminimizetime=10x: the goroutines make coverage differ from run
// to run, and the fuzzer would spend its time on minimizing.
func FuzzValidate(f *testing.F) {
	for _, folder := range []string{"valid", "invalid", "newer"} {
		for name, data := range fixtures(f, folder) {
			f.Add(string(kindOf(name)), data)
		}
	}
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		if Text(Kind(kind)) == nil {
			return
		}
		var errs Errors
		if err := Validate(Kind(kind), data); err != nil &&
			(!errors.As(err, &errs) || len(errs) == 0 || len(errs) > maxErrors) {
			t.Fatalf("an error of another sort: %v", err)
		}
		bothWays(t, Kind(kind), data)
	})
}

// largePlan is a plan of n updates.
func largePlan(n int, decision func(i int) string) []byte {
	hash := strings.Repeat("0123456789abcdef", 4)
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, `    {
      "id": %d,
      "side": "remote",
      "action": "update",
      "path": "photos/2026/album-%d/picture-%d.jpeg",
      "source": {
        "tree": "local",
        "path": "photos/2026/album-%d/picture-%d.jpeg"
      },
      "reason": "newer-on-local",
      "before": {
        "type": "file",
        "size": %d,
        "mtime": "2026-01-02T03:04:05Z",
        "sha256": %q
      },
      "after": {
        "type": "file",
        "size": %d,
        "mtime": "2026-01-02T03:04:06Z",
        "sha256": %q
      },
      "decision": %q
    }`, i+1, i/100, i, i/100, i, i, hash, i+1, hash, decision(i))
	}
	empty, err := os.ReadFile("testdata/valid/plan-empty.json")
	if err != nil {
		panic(err)
	}
	return []byte(strings.Replace(string(empty), `"operations": []`, `"operations": [`+"\n"+b.String()+"\n  ]", 1))
}

func apply(int) string { return "apply" }

func BenchmarkValidate100kOperations(b *testing.B) {
	data := largePlan(100_000, apply)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if err := Validate(Plan, data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScan100kOperations(b *testing.B) {
	data := largePlan(100_000, apply)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, fault := scan(data); fault != nil {
			b.Fatal(fault)
		}
	}
}
