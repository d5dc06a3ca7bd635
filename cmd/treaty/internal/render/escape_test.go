package render

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWhatControlsATerminalIsEscaped(t *testing.T) {
	for _, c := range []struct{ in, escape, name string }{
		{"plain.txt", "plain.txt", "plain.txt"},
		{"", "", `""`},
		{"übung/日本語 🙂.txt", "übung/日本語 🙂.txt", "übung/日本語 🙂.txt"},
		{"a\nb", `a\nb`, `"a\nb"`},
		{`a\nb`, `a\nb`, `a\nb`},
		{"a\\\nb", `a\\nb`, `"a\\\nb"`},
		{"tab\there\r", `tab\there\r`, `"tab\there\r"`},
		{"\x00\x07\x1b[31m\x7f", `\x00\a\x1b[31m\x7f`, `"\x00\a\x1b[31m\x7f"`},
		{"c1 \u0085\u009b", `c1 \u0085\u009b`, `"c1 \u0085\u009b"`},
		{"\u061c\u200e\u200f", `\u061c\u200e\u200f`, `"\u061c\u200e\u200f"`},
		{"\u202a\u202e\u2066\u2069", `\u202a\u202e\u2066\u2069`, `"\u202a\u202e\u2066\u2069"`},
		{"\u2028\u2029\ufeff\u00ad\u200b", `\u2028\u2029\ufeff\u00ad\u200b`, `"\u2028\u2029\ufeff\u00ad\u200b"`},
		{"\U000e0041", `\U000e0041`, `"\U000e0041"`},
		{"bad \xff\xc3", `bad \xff\xc3`, `"bad \xff\xc3"`},
		{"real \ufffd", "real \ufffd", "real \ufffd"},
		{"👩\u200d🔬", "👩\u200d🔬", "👩\u200d🔬"},
		{"می\u200cخواهم", "می\u200cخواهم", "می\u200cخواهم"},
		{"a\u200db\u200c", `a\u200db\u200c`, `"a\u200db\u200c"`},
		{"\xa9\u200d🔬", `\xa9\u200d🔬`, `"\xa9\u200d🔬"`},
		{"é\u200d\u202e", `é\u200d\u202e`, `"é\u200d\u202e"`},
		{"عدد \u0600", "عدد \u0600", "عدد \u0600"},
		{" leading", " leading", `" leading"`},
		{"trailing ", "trailing ", `"trailing "`},
		{"dir /file", "dir /file", `"dir /file"`},
		{"dir/ file", "dir/ file", `"dir/ file"`},
		{"dir/", "dir/", "dir/"},
		{"/abs/path", "/abs/path", "/abs/path"},
		{"/", "/", "/"},
		{"two  spaces", "two  spaces", `"two  spaces"`},
		{"\u2800", `\u2800`, `"\u2800"`},
		{"nbsp\u00a0", "nbsp\u00a0", `"nbsp\u00a0"`},
		{"like\u00a0this", "like\u00a0this", `"like\u00a0this"`},
		{"thin\u2009and\u202fnarrow", "thin\u2009and\u202fnarrow", `"thin\u2009and\u202fnarrow"`},
		{"全角\u3000空白", "全角\u3000空白", "全角\u3000空白"},
		{"a → b", "a → b", `"a → b"`},
		{`say "hi"`, `say "hi"`, `"say \"hi\""`},
		{`"quoted\"`, `"quoted\"`, `"\"quoted\\\""`},
		{"it's", "it's", "it's"},
	} {
		if got := Escape(c.in); got != c.escape {
			t.Errorf("Escape(%q) = %s, want %s", c.in, got, c.escape)
		}
		if got := Name(c.in); got != c.name {
			t.Errorf("Name(%q) = %s, want %s", c.in, got, c.name)
		}
	}
	if got := escapeLine("+\ta\x1b\r"); got != "+\ta\\x1b\\r" {
		t.Errorf("a diff line becomes %q", got)
	}
}

// unescape reads what Name wrote.
func unescape(t *testing.T, name string) string {
	inside, quoted := strings.CutPrefix(name, `"`)
	if !quoted {
		return name
	}
	inside = strings.TrimSuffix(inside, `"`)
	var out strings.Builder
	for len(inside) > 0 {
		if inside[0] != '\\' {
			out.WriteByte(inside[0])
			inside = inside[1:]
			continue
		}
		digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[inside[1]]
		if digits == 0 {
			out.WriteByte(strings.NewReplacer("a", "\a", "b", "\b", "t", "\t", "n", "\n", "v", "\v", "f", "\f", "r",
				"\r").Replace(inside[1:2])[0])
			inside = inside[2:]
			continue
		}
		var n rune
		for _, d := range inside[2 : 2+digits] {
			n = n<<4 | rune(strings.IndexRune("0123456789abcdef", d))
		}
		if digits == 2 {
			out.WriteByte(byte(n))
		} else {
			out.WriteRune(n)
		}
		inside = inside[2+digits:]
	}
	return out.String()
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"a", "\x1b[0m", "\u202e", "\xff\xfe", "a\\\n", ` "x" `, "👩\u200d🔬\u200d",
		"\u2028\r", "\xed\xa0\x80"} {
		f.Add(s)
	}
	const forbidden = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029\ufeff\x7f"
	f.Fuzz(func(t *testing.T, s string) {
		for _, got := range []string{Escape(s), Name(s), strings.ReplaceAll(escapeLine(s), "\t", "")} {
			if !utf8.ValidString(got) {
				t.Errorf("%q becomes %q, not UTF-8", s, got)
			}
			for _, r := range got {
				if r < ' ' || r >= 0x80 && r < 0xa0 || strings.ContainsRune(forbidden, r) {
					t.Errorf("%q becomes %q with %q", s, got, r)
				}
			}
			if again := Escape(got); again != got {
				t.Errorf("%q becomes %q, and that %q", s, got, again)
			}
		}
		if got := unescape(t, Name(s)); got != s {
			t.Errorf("%q becomes %s, which reads %q", s, Name(s), got)
		}
	})
}
