package main

import (
	"strings"
	"testing"

	"golang.org/x/sys/windows"
)

// Programs read a command line as cmd hands it to them: whole words stay whole.
func TestArgumentIsOneWordToAProgram(t *testing.T) {
	for _, word := range []string{"", "plain", `C:\`, `C:\Users\Ann\papers`, `C:\my papers`,
		`C:\my papers\`, `\\server\share\a b\\`,
		"it's", "a,b", "x=1", "50%", "a&b", "a;b", "(a)", "naïve", "Kim’s", "-dash", "#x", "{a}", "@x", "a\u00a0b"} {
		quoted := argument(word)
		words, err := windows.DecomposeCommandLine("treaty plan " + quoted)
		if err != nil || len(words) != 3 || words[2] != word {
			t.Errorf("%q: a program reads %s as %q: %v", word, quoted, words, err)
		}
	}
}

// PowerShell's own rules, from about_Quoting_Rules: in double quotes it expands variables and escapes, and
// any typographic quote is a quote.
func TestArgumentIsOneWordToPowerShell(t *testing.T) {
	for word, want := range map[string]string{
		"plain":           "plain",
		`C:\papers`:       `C:\papers`,
		`C:\my papers`:    `"C:\my papers"`,
		`C:\my papers\`:   `"C:\my papers\\"`,
		"$RECYCLE.BIN":    "'$RECYCLE.BIN'",
		"it's $5":         "'it''s $5'",
		"a`b":             "'a`b'",
		"“quoted”":        "'“quoted”'",
		"Kim’s":           `"Kim’s"`,
		"Kim’s “letters”": "'Kim’’s “letters”'",
		"@x":              `"@x"`,
		"a,b":             `"a,b"`,
		"(x)":             `"(x)"`,
		"":                `""`,
	} {
		if got := argument(word); got != want {
			t.Errorf("%q is %s, not %s", word, got, want)
		}
	}
	if got := argument("esc\x1b[31m"); strings.Contains(got, "\x1b") {
		t.Errorf("a terminal would act on %q", got)
	}
}
