package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestStrictJSON(t *testing.T) {
	deep := func(n int) string {
		return `{"a":` + strings.Repeat("[", n-1) + strings.Repeat("]", n-1) + "}"
	}
	many := func(last string) string {
		var b strings.Builder
		for i := range 100 {
			fmt.Fprintf(&b, "%q:%d,\n", fmt.Sprint("k", i), i)
		}
		return "{" + b.String() + last + ":0}"
	}
	for _, c := range []struct{ name, data, want string }{
		{"an empty object", `{}`, ""},
		{"all kinds of values", ` {"a": [1, -2, 0, true, false, null, "x", {"a": {}}, []], "b": 9007199254740991} ` +
			"\r\n\t", ""},
		{"the same key in different objects", `{"a":{"a":{"a":1}},"b":{"a":1}}`, ""},
		{"escapes", `{"\u0061\n\"\\\/\b\f\r\t": "\ud83d\ude00"}`, ""},
		{"text beyond ASCII", `{"é": "日本 😀"}`, ""},
		{"the greatest depth", deep(maxDepth), ""},
		{"many keys", many(`"z"`), ""},

		{"nothing", ``, `line 1, column 1: expected an object in braces, found the end of the file`},
		{"white space", "\n \n", `line 3, column 1: expected an object in braces, found the end of the file`},
		{"an array", `[]`, `line 1, column 1: expected an object in braces, found '['`},
		{"a byte-order mark", "\xef\xbb\xbf{}", `line 1, column 1: expected UTF-8 without a byte-order mark`},
		{"UTF-16", "\xff\xfe{\x00}\x00", `line 1, column 1: expected UTF-8, found UTF-16`},
		{"Latin 1", "{\"é\": \"a\xe9b\"}", `/é (line 1, column 9): expected UTF-8`},
		{"Latin 1 in a key", "{\"a\": {\"\xe9\": 1}}", `/a (line 1, column 9): expected UTF-8`},
		{"an encoded surrogate", "{\"a\": \"\xed\xa0\x80\"}", `/a (line 1, column 8): expected UTF-8`},
		{"two documents", `{} {}`, `line 1, column 4: expected the end of the file, found '{'`},
		{"cut short", `{"a": [1,`, `/a/1 (line 1, column 10): expected a value, found the end of the file`},
		{"cut short in a string", `{"a": "b`, `/a (line 1, column 9): expected a closing quote, found the end of the file`},
		{"cut short in an escape", `{"a": "\`, `/a (line 1, column 8): expected an escape sequence after the backslash`},
		{"a comma too many", "{\n  \"a\": 1,\n}",
			`/a (line 3, column 1): expected a property name in double quotes, found '}' after a comma`},
		{"a comma too many in an array", `{"a": [1, ]}`,
			`/a/1 (line 1, column 11): expected a value, found ']' after a comma`},
		{"a comma too few", "{\"a\": 1\n \"b\": 2}", `/a (line 2, column 2): expected a comma or a closing brace, found '"'`},
		{"a comma too few in an array", `{"a": [1 2]}`,
			`/a/0 (line 1, column 10): expected a comma or a closing bracket, found '2'`},
		{"a comment", "{\n  // why\n}",
			`line 2, column 3: expected a property name in double quotes, found '/' (JSON has no comments)`},
		{"single quotes", `{'a': 1}`, `line 1, column 2: expected a property name in double quotes, found '\''`},
		{"no colon", `{"a" 1}`, `/a (line 1, column 6): expected a colon after the property name, found '1'`},
		{"a word", `{"a": yes}`, `/a (line 1, column 7): expected a value, found 'y'`},
		{"half a word", `{"a": tru}`, `/a (line 1, column 7): expected a value, found 't'`},
		{"NUL", "{\"a\": 1\x00}", `/a (line 1, column 8): expected a comma or a closing brace, found '\x00'`},
		{"a line feed in a string", "{\"a\": \"x\ny\"}",
			`/a (line 1, column 9): expected control characters in a string to be escaped, found '\n'`},
		{"an unknown escape", `{"a": "\x41"}`,
			`/a (line 1, column 8): expected one of \" \\ \/ \b \f \n \r \t \u after a backslash in a string`},
		{"a short escape", `{"a": "\u12"}`, `/a (line 1, column 8): expected four hex digits after \u`},

		{"a key twice", "{\"a\": {\"b\": 1,\n \"b\": 2}}",
			`/a/b (line 2, column 2): the property "b" stands twice in this object`},
		{"a key twice, escaped", `{"b/~": 1, "\u0062\/~": 2}`,
			`/b~1~0 (line 1, column 12): the property "b/~" stands twice in this object`},
		{"one of many keys twice", many(`"k3"`), `/k3 (line 101, column 1): the property "k3" stands twice in this object`},
		{"the high half of a pair", `{"a": "é\ud83d"}`,
			`/a (line 1, column 9): expected a surrogate pair, found half of one`},
		{"the low half of a pair", `{"a": "\ude00"}`, `/a (line 1, column 8): expected a surrogate pair, found half of one`},
		{"two high halves", `{"a": "\ud83d\ud83d"}`, `/a (line 1, column 8): expected a surrogate pair, found half of one`},
		{"half a pair in a key", `{"\ud83d": 1}`, `line 1, column 3: expected a surrogate pair, found half of one`},
		{"too deep", deep(maxDepth + 1), `/a` + strings.Repeat("/0", maxDepth-1) +
			` (line 1, column 69): expected at most 64 levels of objects and arrays`},
		{"too large a number", `{"a": 9007199254740992}`,
			`/a (line 1, column 7): expected a whole number of at most 9007199254740991`},
		{"far too large a number", `{"a": -99999999999999999999999999}`,
			`/a (line 1, column 7): expected a whole number of at most 9007199254740991`},
		{"a fraction", `{"a": [0, 1.5]}`, `/a/1 (line 1, column 11): expected a whole number`},
		{"an exponent", `{"a": 1e400}`, `/a (line 1, column 7): expected a whole number`},
		{"a point", `{"a": 1.}`, `/a (line 1, column 9): expected a digit, found '}'`},
		{"an e", `{"a": 1e+}`, `/a (line 1, column 10): expected a digit, found '}'`},
		{"a leading zero", `{"a": 012}`, `/a (line 1, column 7): expected a whole number without leading zeros`},
		{"whole numbers", `{"a": [-0, 10.0, 1e3, 1.5E+1, 120e-1, 0.0e99999, 9007199254740991.000]}`, ""},
		{"a very small number", `{"a": 1e-99999999999999999999}`, `/a (line 1, column 7): expected a whole number`},
		{"only a sign", `{"a": -}`, `/a (line 1, column 8): expected a digit, found '}'`},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, fault := scan([]byte(c.data))
			if fault == nil {
				fault = doc.odd
			}
			got := ""
			if fault != nil {
				got = fault.Error()
			}
			if want := c.want; got != want &&
				!(len(want) > maxQuoted && strings.HasSuffix(got, want[strings.Index(want, " ("):])) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestManyKeysDoNotTakeQuadraticTime(t *testing.T) {
	var b strings.Builder
	for i := range 300_000 {
		fmt.Fprintf(&b, "\"%d\":0,", i)
	}
	start := time.Now()
	if _, fault := scan([]byte("{" + b.String() + `"z":0}`)); fault != nil {
		t.Fatal(fault)
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("took %v", d)
	}
}

func TestOversizedFilesAreRefusedUnread(t *testing.T) {
	err := Validate(Head, make([]byte, maxSmall+1))
	if err == nil || err.Error() != "line 1, column 1: expected at most 16777216 bytes, found 16777217" {
		t.Errorf("got %v", err)
	}
}

func TestOversizedElementsAreRefused(t *testing.T) {
	if testing.Short() {
		t.Skip("reads texts of 64 MiB")
	}
	data := `{"format":"treaty.plan","operations":[1,"` + strings.Repeat("a", maxPart) + `"]}`
	err := Validate(Plan, []byte(data))
	if err == nil || err.Error() != "/operations/1 (line 1, column 41): expected at most 67108864 bytes" {
		t.Errorf("got %v", err)
	}
	data = `{"format":"treaty.plan","x":"` + strings.Repeat("a", maxPart) + `"}`
	err = Validate(Plan, []byte(data))
	if err == nil || err.Error() != "line 1, column 1: expected at most 67108864 bytes beside the long arrays" {
		t.Errorf("got %v", err)
	}
}

// withNumbers are decoded values with each number as f makes it.
func withNumbers(values any, f func(text string) json.Number) any {
	switch v := values.(type) {
	case json.Number:
		return f(string(v))
	case []any:
		for i := range v {
			v[i] = withNumbers(v[i], f)
		}
	case map[string]any:
		for name := range v {
			v[name] = withNumbers(v[name], f)
		}
	}
	return values
}

// unsigned is a number without the sign of a zero.
func unsigned(text string) json.Number {
	if text == "-0" {
		return "0"
	}
	return json.Number(text)
}

// The scanner may refuse more than encoding/json does, never less, and reads
// the same keys.
func FuzzScan(f *testing.F) {
	for _, folder := range []string{"valid", "invalid"} {
		for _, data := range fixtures(f, folder) {
			f.Add(data)
		}
	}
	for _, s := range []string{`{"a":"\ud83d\ude00"}`, `{"a":[1,2,{"b":null}]}`, `{"a":1,"\u0061":2}`,
		`{"a":01}`, "{\"a\":\"\xff\"}", `{"a":[429496E295,1e3,10.0,0.5,1e-9,-0]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, fault := scan(data)
		if fault != nil {
			if fault.Line < 1 || fault.Column < 1 || fault.Message == "" {
				t.Fatalf("an error without a place: %#v", fault)
			}
			return
		}
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		var values any
		if err := d.Decode(&values); err != nil || !reflect.DeepEqual(decode(data), withNumbers(values, numberOf)) {
			t.Fatalf("decoded to %v, want %v (%v)", decode(data), values, err)
		}
		var whole map[string]json.RawMessage
		if err := json.Unmarshal(data, &whole); err != nil {
			t.Fatalf("scanned, but does not decode: %v", err)
		}
		if len(whole) != len(doc.members) {
			t.Fatalf("%d members, want %d", len(doc.members), len(whole))
		}
		for name, want := range whole {
			got := doc.Member(name)
			if !reflect.DeepEqual(withNumbers(decode(got), unsigned), withNumbers(decode(want), unsigned)) {
				t.Fatalf("%q is %q, want %q", name, got, want)
			}
		}
	})
}
