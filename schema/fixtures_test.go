package schema

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the errors of testdata/invalid anew")

// fixtures are the files of a folder of testdata, by name. The name begins
// with the kind.
func fixtures(t testing.TB, folder string) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", folder, "*.json"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no fixtures in %s: %v", folder, err)
	}
	all := map[string][]byte{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.ToSlash(name)] = data
	}
	return all
}

func kindOf(name string) Kind {
	base := filepath.Base(name)
	return Kind(base[:strings.IndexAny(base, "-.")])
}

func TestValidFilesAreAccepted(t *testing.T) {
	seen := map[Kind]bool{}
	for name, data := range fixtures(t, "valid") {
		seen[kindOf(name)] = true
		if err := Validate(kindOf(name), data); err != nil {
			t.Errorf("%s:\n%v", name, err)
		}
	}
	for _, kind := range kinds {
		if !seen[kind] {
			t.Errorf("no valid %s among the fixtures", kind)
		}
	}
}

// The errors stand beside each file, in .txt: read those to see what a person
// is told.
func TestInvalidFilesAreExplained(t *testing.T) {
	for name, data := range fixtures(t, "invalid") {
		err := Validate(kindOf(name), data)
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		got := err.Error() + "\n"
		golden := strings.TrimSuffix(name, ".json") + ".txt"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s:\n%swant:\n%s", name, got, want)
		}
	}
}

// newerMinor is what a fixture of a newer minor version than is known says of itself.
var newerMinor = regexp.MustCompile(`"format_version": "1\.[1-9]"`)

func TestMembersOfANewerMinorVersionAreIgnored(t *testing.T) {
	for name, data := range fixtures(t, "newer") {
		if err := Validate(kindOf(name), data); err != nil {
			t.Errorf("%s:\n%v", name, err)
		}
		same := newerMinor.ReplaceAllString(string(data), `"format_version": "1.0"`)
		if err := Validate(kindOf(name), []byte(same)); err == nil || same == string(data) {
			t.Errorf("%s: unknown members are accepted in version 1.0", name)
		}
	}
}

func TestNewerMinorVersionsAreStillHeldToTheRest(t *testing.T) {
	data := fixtures(t, "newer")["testdata/newer/plan.json"]
	broken := strings.Replace(string(data), `"decision": "apply"`, `"decision": "aply"`, 1)
	err := Validate(Plan, []byte(broken))
	if err == nil || !strings.Contains(err.Error(), `/operations/0/decision (line `) {
		t.Errorf("got %v", err)
	}
}

func TestErrorsAreTheSameEveryTime(t *testing.T) {
	for name, data := range fixtures(t, "invalid") {
		first := Validate(kindOf(name), data)
		for range 5 {
			if again := Validate(kindOf(name), data); again.Error() != first.Error() {
				t.Fatalf("%s:\n%v\nand:\n%v", name, first, again)
			}
		}
	}
}

func TestElementsAreTheMembersOfTheLongArrays(t *testing.T) {
	data := fixtures(t, "valid")["testdata/valid/plan-full.json"]
	doc, err := Parse(Plan, data)
	if err != nil {
		t.Fatal(err)
	}
	whole := decode(data).(map[string]any)
	for _, name := range longArrays {
		list, _ := whole[name].([]any)
		if doc.Len(name) != len(list) {
			t.Errorf("%s: %d elements, want %d", name, doc.Len(name), len(list))
		}
		n := 0
		for i, e := range doc.Elements(name) {
			if i != n || !slices.Equal(data[strings.Index(string(data), string(e)):][:len(e)], e) {
				t.Errorf("%s/%d: index %d, text %s", name, n, i, e)
			}
			if got, want := describe(decode(e).(map[string]any)["id"]), describe(list[i].(map[string]any)["id"]); got != want {
				t.Errorf("%s/%d: id %s, want %s", name, i, got, want)
			}
			n++
		}
	}
	if got := string(doc.Member("format")); got != `"treaty.plan"` {
		t.Errorf("format is %s", got)
	}
	if doc.Member("results") != nil || doc.Len("id") != 0 {
		t.Error("a plan has no results, and its id no elements")
	}
}
