package main

import (
	"strings"

	"treaty/cmd/treaty/internal/render"
)

// makeFolder is the command that makes a folder with those above it.
const makeFolder = "mkdir "

// argument is a word as a person can paste it into PowerShell and cmd, which agree on double quotes
// alone. What a terminal would act on is escaped, for reading only.
func argument(word string) string {
	word = render.Escape(word)
	if word == "" || strings.ContainsAny(word, " \t'`$&|;<>(),@^%[]{}!#~") {
		return `"` + word + `"`
	}
	return word
}
