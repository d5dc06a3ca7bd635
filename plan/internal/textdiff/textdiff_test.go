package textdiff

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// edgeCases are pairs of texts that have broken tools like this one, by what they are.
var edgeCases = files{
	"one line":                  {"a\n", "b\n"},
	"equal":                     {"a\n", "a\n"},
	"both empty":                {"", ""},
	"from empty":                {"", "a\nb\n"},
	"to empty":                  {"a\nb\n", ""},
	"from empty, unterminated":  {"", "a"},
	"to empty, unterminated":    {"a", ""},
	"one empty line":            {"", "\n"},
	"empty lines":               {"\n\n\n", "\n\n"},
	"newline added":             {"a\nb", "a\nb\n"},
	"newline removed":           {"a\nb\n", "a\nb"},
	"newline on neither":        {"a\nb", "x\nb"},
	"newline on neither, last":  {"a\nb", "a\nc"},
	"newline lost in middle":    {"a", "a\nb"},
	"newline lost, then more":   {"a\nb", "a\nb\nc"},
	"unterminated, far away":    {"1\n2\n3\n4\n5\n6\n7\n8\n9", "x\n2\n3\n4\n5\n6\n7\n8\n9"},
	"crlf":                      {"a\r\nb\r\nc\r\n", "a\r\nx\r\nc\r\n"},
	"crlf to lf":                {"a\r\nb\r\n", "a\nb\n"},
	"crlf, unterminated":        {"a\r\nb", "a\r\nb\r\n"},
	"ends in cr":                {"a\nb\r", "a\nb\r\n"},
	"lone cr":                   {"a\rb\rc", "a\rx\rc"},
	"cr runs":                   {"\r\r\n\r\n", "\r\n\r\r\r\n"},
	"form feed, vertical tab":   {"a\fb\v\n\f\n", "a\fc\v\n\f\n"},
	"line separators":           {"a\u2028b\u2029c\u0085d\n", "a\u2028b\u2029x\u0085d\n"},
	"dashes":                    {"-- a\n--- b\n", "-- c\n--- b\n"},
	"plusses":                   {"++ a\n+++ b\n", "++ c\n+++ b\n"},
	"like a hunk":               {"@@ -1 +1 @@\n-a\n+b\n", "@@ -1 +1 @@\n-a\n+c\n"},
	"like a header":             {"--- local/f\n+++ remote/f\n", "--- local/f\n+++ remote/g\n@@ -1 +1 @@\n"},
	"like a git header":         {"diff --git a/f b/f\n", "diff --git a/g b/g\ndeleted file mode 100644\n"},
	"like no newline":           {"\\ No newline at end of file\n", "\\ No newline at end of file"},
	"white space at the end":    {"a \t\nb  \n", "a\t \nb  \n"},
	"byte-order mark":           {"\ufeffa\n", "a\n"},
	"replacement character":     {"\ufffd\n", "a\ufffd\n"},
	"control characters":        {"\x01\x1b[31m\x7f\n", "\x01\x1b[32m\x7f\n"},
	"not in the BMP":            {"😀\n𝄞\n", "😀\n𝄟\n"},
	"long lines":                {strings.Repeat("x", 100_000) + "\n", strings.Repeat("x", 100_001) + "\n"},
	"long line, unterminated":   {strings.Repeat("é", 100_000), strings.Repeat("é", 100_000) + "\n"},
	"change at head":            {numbers(1, 20), "new\n" + numbers(1, 20)},
	"change at tail":            {numbers(1, 20), numbers(1, 20) + "new\n"},
	"six lines between":         {numbers(1, 20), "x\n" + numbers(2, 7) + "x\n" + numbers(9, 20)},
	"seven lines between":       {numbers(1, 20), "x\n" + numbers(2, 8) + "x\n" + numbers(10, 20)},
	"nothing in common":         {numbers(1, 50), numbers(51, 120)},
	"reversed":                  {"1\n2\n3\n4\n5\n", "5\n4\n3\n2\n1\n"},
	"block moved":               {numbers(1, 40), numbers(11, 40) + numbers(1, 10)},
	"one line again and again":  {strings.Repeat("a\n", 500), strings.Repeat("a\n", 499) + "b\n"},
	"two lines again and again": {strings.Repeat("a\nb\n", 500), strings.Repeat("b\na\n", 501)},
}

func numbers(from, to int) string {
	var s strings.Builder
	for n := from; n <= to; n++ {
		fmt.Fprintln(&s, n)
	}
	return s.String()
}

func TestDiffTurnsOldIntoNew(t *testing.T) {
	for name, x := range edgeCases {
		t.Run(name, func(t *testing.T) { check(t, x) })
	}
}

func TestProgramsApplyEdgeCases(t *testing.T) {
	eachApplier(t, func(t *testing.T, program string) {
		for name, x := range edgeCases {
			if x.old != x.new {
				t.Run(name, func(t *testing.T) { files{"dir/f.txt": x}.applyWith(t, program) })
			}
		}
		t.Run("all in one patch", func(t *testing.T) { edgeCases.applyWith(t, program) })
	})
}

func TestDiffReads(t *testing.T) {
	function := func(name string) string { return "func " + name + "() {\n\treturn\n}\n\n" }
	for _, c := range []struct {
		name           string
		old, new       string
		want           string
		added, removed int
	}{
		{"one line of one", "a\n", "b\n", "@@ -1 +1 @@\n-a\n+b\n", 1, 1},
		{"from empty", "", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n", 2, 0},
		{"to empty", "a\n", "", "@@ -1 +0,0 @@\n-a\n", 0, 1},
		{"newline added", "a\nb", "a\nb\n", "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n", 1, 1},
		{"unterminated on both", "a\nb", "c\nb", "@@ -1,2 +1,2 @@\n-a\n+c\n b\n\\ No newline at end of file\n", 1, 1},
		{"both last lines unterminated", "a", "b",
			"@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n", 1, 1},
		{"crlf", "a\r\nb\r\n", "a\r\nc\r\n", "@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n", 1, 1},
		{"in the middle", numbers(1, 9), numbers(1, 4) + "x\ny\n" + numbers(6, 9),
			"@@ -2,7 +2,8 @@\n 2\n 3\n 4\n-5\n+x\n+y\n 6\n 7\n 8\n", 2, 1},
		{"two hunks", numbers(1, 9), "x\n" + numbers(2, 8) + "y\n",
			"@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+y\n", 2, 2},
		{"two changes, one hunk", numbers(1, 8), "x\n" + numbers(2, 7) + "y\n",
			"@@ -1,8 +1,8 @@\n-1\n+x\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+y\n", 2, 2},
		{"removed before added", "a\nb\nz\n", "c\nd\nz\n", "@@ -1,3 +1,3 @@\n-a\n-b\n+c\n+d\n z\n", 2, 2},
		{"an added function as a whole", function("a") + function("c"), function("a") + function("b") + function("c"),
			"@@ -2,6 +2,10 @@\n \treturn\n }\n \n+func b() {\n+\treturn\n+}\n+\n func c() {\n \treturn\n }\n", 4, 0},
		{"added to a row of its like", "x\nx\ny\n", "x\nx\nx\ny\n", "@@ -1,3 +1,4 @@\n x\n x\n+x\n y\n", 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := check(t, texts{c.old, c.new})
			if got := patchOf(d); got != "--- local/f\n+++ remote/f\n"+c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
			if d.Added != c.added || d.Removed != c.removed {
				t.Errorf("+%d -%d, want +%d -%d", d.Added, d.Removed, c.added, c.removed)
			}
		})
	}
}

func TestADiffOfLineEndingsAloneIsTold(t *testing.T) {
	for _, c := range []struct {
		old, new string
		want     bool
	}{
		{"a\r\nb\r\n", "a\nb\n", true},
		{"a\r\nb\n", "a\nb\r\n", true}, // mixed, each in its own way
		{"a\r\nb", "a\nb", true},
		{"\r\n", "\n", true},
		{"a\n", "a\n", false}, // equal
		{"a\r\nb\r\n", "a\nc\n", false},
		{"a\r\nb\r\n", "a\nb", false}, // the last ending is missing, not different
		{"a\n", "a", false},
		{"a\rb\r", "a\nb\n", false}, // classic Mac OS: no line ending to git and patch
		{"a\r\r\n", "a\r\n", false},
		{"a\r\r\n", "a\r\n\n", false},
		{"", "\r\n", false},
	} {
		if got := check(t, texts{c.old, c.new}).OnlyLineEndings; got != c.want {
			t.Errorf("%q and %q: %t", c.old, c.new, got)
		}
	}
}

func TestWhatIsNoTextOrTooMuchHasNoDiff(t *testing.T) {
	const a = "a\n"
	bytes := func(n int) string { return strings.Repeat("x", n) }
	lines := func(n int) string { return strings.Repeat("\n", n) }
	for _, c := range []struct {
		name string
		text string
		want Omitted
	}{
		{"text", "b\n", ""},
		{"NUL", "b\x00\n", OmittedBinary},
		{"NUL at the very end", bytes(MaxBytes-1) + "\x00", OmittedBinary},
		{"UTF-16", "\xff\xfeb\x00\n\x00", OmittedBinary},
		{"Latin-1", "\xe9\n", OmittedNotUTF8},
		{"cut off in a character", "b\xc3", OmittedNotUTF8},
		{"a surrogate", "\xed\xa0\x80", OmittedNotUTF8},
		{"the most bytes", bytes(MaxBytes), ""},
		{"a byte more", bytes(MaxBytes + 1), OmittedTooLarge},
		{"a byte more, NUL", bytes(MaxBytes) + "\x00", OmittedTooLarge},
		{"the most lines", lines(MaxLines), ""},
		{"the most lines, unterminated", lines(MaxLines-1) + "x", ""},
		{"a line more", lines(MaxLines + 1), OmittedTooLarge},
		{"a line more, unterminated", lines(MaxLines) + "x", OmittedTooLarge},
		{"many lines, NUL", lines(MaxLines+1) + "\x00", OmittedBinary},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := check(t, texts{a, c.text}); d.Omitted != c.want {
				t.Errorf("omitted %q, want %q", d.Omitted, c.want)
			}
		})
	}
}

func TestReasonToOmitDoesNotDependOnTheSide(t *testing.T) {
	large, binary, latin1 := strings.Repeat("x", MaxBytes+1), "\x00", "\xe9"
	for _, c := range []struct {
		x    texts
		want Omitted
	}{
		{texts{large, binary}, OmittedTooLarge},
		{texts{binary, latin1}, OmittedBinary},
		{texts{latin1, strings.Repeat("\n", MaxLines+1)}, OmittedNotUTF8},
		{texts{binary, binary}, OmittedBinary},
	} {
		if d := check(t, c.x); d.Omitted != c.want {
			t.Errorf("%.5q, %.5q: %q", c.x.old, c.x.new, d.Omitted)
		}
	}
}

func TestTooLargeIsKnownFromSize(t *testing.T) {
	if TooLarge(MaxBytes) || !TooLarge(MaxBytes+1) {
		t.Error("not the limit")
	}
	whole := strings.Repeat("x\n", MaxBytes)
	if d := (texts{"", whole[:ReadLimit]}).diff(); d.Omitted != OmittedTooLarge {
		t.Errorf("what was read up to the limit is %q", d.Omitted)
	}
}

func TestJSON(t *testing.T) {
	for _, c := range []struct {
		d    Diff
		want string
	}{
		{texts{"a\r\n", "a\n"}.diff(),
			`{"format":"unified","lines":["--- local/f","+++ remote/f","@@ -1 +1 @@","-a\r","+a"],` +
				`"added":1,"removed":1,"omitted":null,"only_line_endings":true}`},
		{texts{"a", "a"}.diff(), `{"format":"unified","lines":[],"added":0,"removed":0,"omitted":null,"only_line_endings":false}`},
		{Omit(OmittedSensitive), `{"format":"unified","lines":[],"added":0,"removed":0,"omitted":"sensitive","only_line_endings":false}`},
	} {
		got, err := json.Marshal(c.d)
		if err != nil || string(got) != c.want {
			t.Errorf("%s, %v\nwant %s", got, err, c.want)
		}
		var back Diff
		if err := json.Unmarshal(got, &back); err != nil || !reflect.DeepEqual(back, c.d) {
			t.Errorf("came back as %+v, %v", back, err)
		}
	}
}

func TestDiffSurvivesJSON(t *testing.T) {
	for name, x := range edgeCases {
		d := x.diff()
		data, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var back Diff
		if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(back, d) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
