package visible

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"treaty/testdata/effort"
)

func TestHiddenCharactersAreEscaped(t *testing.T) {
	for _, c := range []struct{ in, text, json string }{
		{"übung/日本語 🙂.txt", "übung/日本語 🙂.txt", `übung/日本語 🙂.txt`},
		{"\x1b[31m\x7f\n", `\x1b[31m\x7f\n`, `\u001b[31m\u007f\n`},
		{"c1 \u0085\u009b31m", `c1 \u0085\u009b31m`, `c1 \u0085\u009b31m`},
		{"\u202etxt.exe", `\u202etxt.exe`, `\u202etxt.exe`},
		{"a\u3164b\u115f\u1160\uffa0", `a\u3164b\u115f\u1160\uffa0`, `a\u3164b\u115f\u1160\uffa0`},
		{"\u034f\u17b4\u2065\ufff0", `\u034f\u17b4\u2065\ufff0`, `\u034f\u17b4\u2065\ufff0`},
		{"\U000e0041\U000e0fff", `\U000e0041\U000e0fff`, `\udb40\udc41\udb43\udfff`},
		{"👩\u200d🔬 ❤\ufe0f 1\ufe0f\u20e3", "👩\u200d🔬 ❤\ufe0f 1\ufe0f\u20e3", "👩\u200d🔬 ❤\ufe0f 1\ufe0f\u20e3"},
		{"葛\U000e0100 ᠠ\u180b", "葛\U000e0100 ᠠ\u180b", "葛\U000e0100 ᠠ\u180b"},
		{"a\ufe0f ❤\ufe0f\ufe0f 葛\U000e0100\U000e0101", `a\ufe0f ❤` + "\ufe0f" + `\ufe0f 葛` + "\U000e0100" + `\U000e0101`,
			`a\ufe0f ❤` + "\ufe0f" + `\ufe0f 葛` + "\U000e0100" + `\udb40\udd01`},
		{"a\u200db ㅤ\u200d🔬", `a\u200db \u3164\u200d🔬`, `a\u200db \u3164\u200d🔬`},
		{"\ufe0f\u20e3 x\ufe0f\u20e3", "\\ufe0f\u20e3 x\\ufe0f\u20e3", "\\ufe0f\u20e3 x\\ufe0f\u20e3"},
		{"\U000ca100 \ue000", "\U000ca100 \ue000", "\U000ca100 \ue000"},
		{"a\u2800 \U0001d159\ufe0f ❤\u200d\u2800", `a\u2800 \U0001d159\ufe0f ❤\u200d\u2800`,
			`a\u2800 \ud834\udd59\ufe0f ❤\u200d\u2800`},
	} {
		if got := Text(c.in, ""); got != c.text {
			t.Errorf("Text(%+q) = %+q, not %+q", c.in, got, c.text)
		}
		if got := string(JSON(marshalled(t, c.in))); got != `"`+c.json+`"` {
			t.Errorf("JSON(%+q) = %+q, not %+q", c.in, got, c.json)
		}
	}
}

// marshalled is the JSON of a string, with the least of escapes.
func marshalled(t interface{ Fatal(...any) }, s string) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(out.Bytes())
}

// odd are characters that matter to what is hidden, and their neighbours.
var odd = []rune("ab1\\\"\n\t\r\x00\x1b\x7f\u0085\u009bé❤\ufe0f\ufe0e\u20e3" +
	"葛\U000e0100\U000e01efᠠ\u180b\u180e👩\u200d\u200cی\u0600\u061c" +
	"\u202e\u2066\u2028\u2029\ufeff\u00ad\u3164\u115f\u1160\uffa0\u034f\u2065\ufff0\U000e0041\U000e0fff\ufffd " +
	"\u2800\U0001d159")

func TestWhatIsEscapedHidesNothingAndStaysTheSame(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		s := rapid.OneOf(rapid.StringOf(rapid.SampledFrom(odd)), rapid.String()).Draw(t, "s")
		text := Text(s, "")
		if hides(text) {
			t.Errorf("%+q becomes %+q", s, text)
		}
		if again := Text(text, ""); again != text {
			t.Errorf("%+q becomes %+q, and that %+q", s, text, again)
		}
		said := marshalled(t, s)
		shown := JSON(said)
		if hides(string(shown)) {
			t.Errorf("%+q becomes %+q", said, shown)
		}
		var before, after string
		if json.Unmarshal(said, &before) != nil || json.Unmarshal(shown, &after) != nil || before != after {
			t.Errorf("%+q becomes %+q, which says %+q", said, shown, after)
		}
		if again := JSON(shown); !bytes.Equal(again, shown) {
			t.Errorf("%+q becomes %+q, and that %+q", said, shown, again)
		}
	})
}

// hides tells, by rules of its own, whether a text has what a reader would not see: all but joiners and selectors
// must be gone, and these have a visible character before them. What Unicode has not assigned yet is drawn as a box,
// or as what a newer Unicode has there, and stays.
func hides(s string) bool {
	var last rune
	for _, r := range s {
		joins := r == '\u200c' || r == '\u200d' || unicode.Is(unicode.Variation_Selector, r)
		exception := joins || unicode.Is(unicode.Prepended_Concatenation_Mark, r)
		switch {
		case !exception && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp,
			unicode.Other_Default_Ignorable_Code_Point):
			return true
		case exception && last < utf8.RuneSelf && !unicode.IsDigit(last) &&
			!unicode.Is(unicode.Prepended_Concatenation_Mark, r):
			return true
		}
		last = r
	}
	return !utf8.ValidString(s)
}

func FuzzText(f *testing.F) {
	for _, r := range odd {
		f.Add("x" + string(r) + "y")
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := Text(s, ""); hides(got) || Text(got, "") != got {
			t.Errorf("%+q becomes %+q", s, got)
		}
	})
}
