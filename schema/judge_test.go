package schema

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"treaty/testdata/effort"
)

// What treaty writes needs no second look: the slow way is for what somebody broke.
func TestWhatTreatyWritesIsCalledValidAtOnce(t *testing.T) {
	all := fixtures(t, "valid")
	names, err := filepath.Glob("../testdata/plans/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no plans: %v", err)
	}
	for _, name := range names {
		if all["plan."+filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	all["plan-large"] = largePlan(300, apply)
	for name, data := range all {
		if _, _, valid, errs := begin(kindOf(name), data); !valid || errs != nil {
			t.Errorf("%s is not called valid: %v", name, errs)
		}
	}
}

// A name that is spelt with escapes, in a key or a value, is the same name.
func TestEscapesHideNothingFromTheJudge(t *testing.T) {
	data := fixtures(t, "valid")["testdata/valid/plan-full.json"]
	for from, to := range map[string]string{
		`"action": "create"`: `"\u0061ction": "cre\u0061te"`,
		`"path": "`:          `"p\u0061th": "\u00e9`,
		`"0644"`:             `"06\u00344"`,
	} {
		if !bytes.Contains(data, []byte(from)) {
			t.Fatalf("no %s", from)
		}
		text := bytes.ReplaceAll(data, []byte(from), []byte(to))
		if _, _, valid, errs := begin(Plan, text); !valid || errs != nil {
			t.Errorf("with %s it is not called valid: %v", to, errs)
		}
	}
	for from, to := range map[string]string{
		`"action": "create"`: `"\u0061ction": "cre\u0061t"`,
		`"path": "`:          `"path": "\u002e./`,
		`"0644"`:             `"06\u00384"`,
	} {
		bothWays(t, Plan, bytes.ReplaceAll(data, []byte(from), []byte(to)))
		if Validate(Plan, bytes.ReplaceAll(data, []byte(from), []byte(to))) == nil {
			t.Errorf("with %s it is called valid", to)
		}
	}
}

// near draws texts that a pattern made by hand may get wrong.
func near(pattern string) *rapid.Generator[string] {
	parts := []string{"", "0", "9", "a", "f", "g", "/", ".", "..", "\x00", "\n", "é", "T", "Z", "-", ":", "0644", "1.0",
		"2026-02-28T23:59:59", "2026-13-32T24:60:60", ".123456789", strings.Repeat("0a", 32), strings.Repeat("x", 127)}
	loose := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 0, 6).Draw(t, "parts"), "")
	})
	return rapid.OneOf(loose, rapid.StringMatching(strings.ReplaceAll(pattern, `\x00`, `\n`)),
		rapid.Custom(func(t *rapid.T) string {
			text := rapid.StringMatching(pattern).Draw(t, "matching")
			at := rapid.IntRange(0, len(text)).Draw(t, "at")
			return text[:at] + rapid.SampledFrom(parts).Draw(t, "part") +
				text[min(len(text), at+rapid.IntRange(0, 2).Draw(t, "less")):]
		}))
}

func TestPatternsByHandMatchWhatTheirExpressionsMatch(t *testing.T) {
	for source, quick := range byHand {
		expression := regexp.MustCompile(source)
		effort.Check(t, 50, 1000, func(t *rapid.T) {
			text := strings.ToValidUTF8(near(source).Draw(t, "text"), "?")
			if got, want := quick([]byte(text)), expression.MatchString(text); got != want {
				t.Fatalf("%q by %s: %v, want %v", text, source, got, want)
			}
		})
	}
}

// Each pattern by hand is one of a schema: it would rot otherwise, when the schema's changes.
func TestPatternsByHandAreThoseOfTheSchemas(t *testing.T) {
	var all bytes.Buffer
	for _, kind := range kinds {
		all.Write(encode(decode(Text(kind))))
	}
	for source := range byHand {
		if !bytes.Contains(all.Bytes(), encode(source)) {
			t.Errorf("no schema has %s", source)
		}
	}
}

func FuzzPatterns(f *testing.F) {
	for _, text := range []string{"a/b", "../a", "...", "a/..", "2026-02-30T23:59:60Z", "2026-02-28T00:00:00.1Z",
		"0644", "1.10", "a.b-c_d"} {
		f.Add(text)
	}
	slow := map[string]*regexp.Regexp{}
	for source := range byHand {
		slow[source] = regexp.MustCompile(source)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "?")
		for source, quick := range byHand {
			if got, want := quick([]byte(text)), slow[source].MatchString(text); got != want {
				t.Errorf("%q by %s: %v, want %v", text, source, got, want)
			}
		}
	})
}

// Validation of a plan keeps where its elements lie, and makes nothing of them.
func TestValidationAllocatesNothingForAnOperation(t *testing.T) {
	few, many := largePlan(100, apply), largePlan(1100, apply)
	count := func(data []byte) float64 {
		return testing.AllocsPerRun(3, func() {
			if err := Validate(Plan, data); err != nil {
				t.Fatal(err)
			}
		})
	}
	if more := count(many) - count(few); more > 20 {
		t.Errorf("a thousand operations more are %v allocations more", more)
	}
}
