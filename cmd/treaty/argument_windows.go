package main

import (
	"strings"
	"unicode"

	"treaty/cmd/treaty/internal/render"
	"treaty/plan/address"
)

// makeFolder is the command that makes a folder with those above it.
const makeFolder = "mkdir "

// argument is a word as a person can paste it into PowerShell and cmd. They agree on double quotes, but
// for what PowerShell takes for a variable, an escape or a quote in them: there it gets PowerShell's single
// quotes, which cmd does not know. What a terminal would act on is escaped, for reading only. An address has no
// password.
func argument(word string) string {
	word = render.Escape(address.WithoutPassword(word))
	switch {
	case strings.ContainsAny(word, "$`“”„"):
		return "'" + singleQuotes.Replace(word) + "'"
	case word == "" || strings.ContainsAny(word, "'‘’‚‛&|;<>(),@^%[]{}!#~") || strings.ContainsFunc(word, unicode.IsSpace):
		// A backslash before the quote would be taken for the quote's own.
		return `"` + word + word[len(strings.TrimRight(word, `\`)):] + `"`
	}
	return word
}

// singleQuotes are all that PowerShell takes for one.
var singleQuotes = strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛")
