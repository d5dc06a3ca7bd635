package plan

import (
	"bytes"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"treaty/testdata/effort"
)

// opened opens a text each time from its beginning.
func opened(text string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
}

// What is said of what is wrong with a large plan is what is said of the whole text, at its place there.
func TestAPlanIsExplainedAsItIsWhole(t *testing.T) {
	lines := strings.SplitAfter(ofEachKind(t), "\n")
	values := []string{`1`, `7`, `0`, `-1`, `"create"`, `"eat"`, `"local"`, `null`, `[]`, `"../x"`, `"d/f01"`, `"d/f02/g"`, `"d"`, `{`}
	explained := 0
	effort.Check(t, 40, 300, func(t *rapid.T) {
		broken := slices.Clone(lines)
		for range rapid.IntRange(1, 3).Draw(t, "times") {
			at := rapid.IntRange(0, len(broken)-1).Draw(t, "line")
			switch rapid.IntRange(0, 5).Draw(t, "how") {
			case 0:
				broken = slices.Delete(broken, at, at+1)
			case 1:
				broken = slices.Insert(broken, at, rapid.SampledFrom(lines).Draw(t, "other"))
			case 2:
				broken[at] = strings.TrimSpace(broken[at])
			default:
				name, value, found := strings.Cut(broken[at], ": ")
				if found {
					broken[at] = name + ": " + rapid.SampledFrom(values).Draw(t, "value") + value[strings.LastIndexAny(value, ",\n"):]
				}
			}
		}
		text := strings.Join(broken, "")
		_, want := Read([]byte(text))
		for _, room := range []int{8 << 10, 1 << 20} {
			got := explainBy(opened(text), room)
			if got == nil {
				continue
			}
			if explained++; !reflect.DeepEqual(got, want) {
				t.Fatalf("%v\nis said with room for %d, and of the whole:\n%v\n%s", got, room, want, text)
			}
		}
	})
	if explained == 0 {
		t.Error("nothing was explained")
	}
}

// ofEachKind is the text of a plan of many plain operations, and a few that are not.
func ofEachKind(t *testing.T) string {
	text, err := os.ReadFile("../testdata/plans/both-ways.plan.json")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Read(text)
	if err != nil {
		t.Fatal(err)
	}
	p.Operations = manyCreates(40).Operations
	for _, at := range []int{0, 7, 8, 30, 39} {
		p.Operations[at].Amend(func(r *Rare) { r.Note = "by hand" })
	}
	for i := range p.Conflicts {
		p.Conflicts[i].ID += 1000
	}
	p.Summarize()
	return string(textOf(t, p))
}

// Of a large plan with little wrong there is little text to be held.
func TestAnExcerptHasWhatIsNotPlain(t *testing.T) {
	text := ofEachKind(t)
	e := excerptBy(opened(text), 1<<20, func(at int) bool { return at == 20 })
	if e == nil || !slices.Equal(e.kept, []int{0, 7, 8, 20, 30, 39}) {
		t.Fatalf("it has %+v", e)
	}
	if got := bytes.Count(e.text, []byte(`"action"`)); got != len(e.kept) {
		t.Errorf("it has %d operations", got)
	}
	if err := readable(e.text); err != nil {
		t.Error(err)
	}
	if e := excerptBy(opened(strings.Replace(text, "  \"operations\"", " \"operations\"", 1)), 1<<20, nil); e != nil {
		t.Error("there is one of a text that treaty does not write")
	}
}
