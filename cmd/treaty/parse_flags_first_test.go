package main

import (
	"slices"
	"strings"
	"testing"
)

func TestFlagsMayStandBetweenWordsAndBehindThem(t *testing.T) {
	t.Parallel()
	parser, err := newParser(&grammar{})
	if err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]string{
		"skip 1 2 -q 3":                      "skip -q -- 1 2 3",
		"resolve a b --take local c":         "resolve --take local -- a b c",
		"resolve a --take=local -qC dir b":   "resolve --take=local -qC dir -- a b",
		"resolve a b --take local -- -rf":    "resolve --take local -- a b -rf",
		"-C skip skip 1 2 --undo 3":          "-C skip skip --undo -- 1 2 3",
		"-Cskip show a b --no-diffs c":       "-Cskip show --no-diffs -- a b c",
		"plan -- -- x":                       "plan -- -- x",
		"plan - -q":                          "plan -q -- -",
		"plan --hash all":                    "plan --hash all",
		"resolve a b --take":                 "resolve a b --take",
		"resolve a b --bogus c":              "resolve a b --bogus c",
		"resolve a -qx b":                    "resolve a -qx b",
		"bogus a --take local":               "bogus a --take local",
		"__complete bash 2 treaty skip -q a": "__complete bash 2 treaty skip -q a",
		"-q":                                 "-q",
		"-C":                                 "-C",
		"":                                   "",
	} {
		args := strings.Fields(typed)
		if got := flagsFirst(parser.Model, args); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%s: %s, want %s", typed, strings.Join(got, " "), want)
		}
	}
}
