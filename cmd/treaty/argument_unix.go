//go:build unix

package main

import (
	"strings"

	"treaty/cmd/treaty/internal/render"
	"treaty/plan/address"
)

// makeFolder is the command that makes a folder with those above it.
const makeFolder = "mkdir -p "

// argument is a word as a person can paste it into a shell. What a terminal would act on is escaped in
// the way that bash and zsh read. An address has no password.
func argument(word string) string {
	word = address.WithoutPassword(word)
	switch {
	case render.Escape(word) != word:
		return "$'" + render.Escape(strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(word)) + "'"
	case word == "" || strings.HasSuffix(word, ",") || strings.ContainsAny(word, " \t\"'`\\$&|;<>()*?[]{}!#~"):
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return word
}
