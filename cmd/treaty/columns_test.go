package main

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// widest is how wide a line of Go may be, in characters, a tab being one.
const widest = 120

// tooWide tells which lines of a Go file are wider. What cannot be broken does not count: raw strings and addresses,
// and what a comment has set out in columns.
func tooWide(text []byte) []int {
	var lines []int
	whole := verbatim(text)
	for i, line := range strings.Split(string(text), "\n") {
		table := strings.HasPrefix(line, "//\t")
		if utf8.RuneCountInString(line) > widest && !whole[i+1] && !table && !strings.Contains(line, "://") {
			lines = append(lines, i+1)
		}
	}
	return lines
}

// verbatim are the lines with a part of a raw string.
func verbatim(text []byte) map[int]bool {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(text))
	s.Init(file, text, nil, 0)
	lines := map[int]bool{}
	for {
		at, kind, said := s.Scan()
		if kind == token.EOF {
			return lines
		}
		if kind == token.STRING && strings.HasPrefix(said, "`") {
			for n := range strings.Count(said, "\n") + 1 {
				lines[file.Line(at)+n] = true
			}
		}
	}
}

func TestLinesAreNoWiderThanAPage(t *testing.T) {
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(file) != ".go" {
			return err
		}
		text, err := os.ReadFile(file)
		for _, line := range tooWide(text) {
			t.Errorf("%s:%d is wider than %d columns", filepath.ToSlash(file), line, widest)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatCannotBeBrokenMayBeWide(t *testing.T) {
	long := strings.Repeat("x", widest)
	for text, want := range map[string]int{
		"package p\n\nvar a = `" + long + "`\n":          0,
		"package p\n\n// see https://" + long + "\n":     0,
		"package p\n\nvar a = \"" + long + "\"\n":        1,
		"package p\n\n// " + long + "\nvar a = 1\n":      1,
		"package p\n\n//\t" + long + "\npackage p\n":     0,
		"package p\n\nvar " + long[:widest-8] + " = 1\n": 0,
	} {
		if got := len(tooWide([]byte(text))); got != want {
			t.Errorf("%d of its lines are too wide, and not %d: %s", got, want, text)
		}
	}
}
