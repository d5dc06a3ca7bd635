package main

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// fewestWords is how many words the comment of a package has at least: one line says what it is, not how it is to be
// used.
const fewestWords = 25

func TestEveryPackageTellsWhatItIsFor(t *testing.T) {
	tells := map[string]string{}
	for _, s := range sources(t) {
		file := filepath.Join("..", "..", filepath.FromSlash(s.dir), s.name)
		syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			t.Fatal(err)
		}
		tells[s.dir] += syntax.Doc.Text()
	}
	for dir, comment := range tells {
		begins := "Package " + filepath.Base(dir) + " "
		if dir == "cmd/treaty" {
			begins = "Command treaty "
		}
		if !strings.HasPrefix(comment, begins) {
			t.Errorf("%s has no comment that begins with %q, but %q", dir, begins, comment)
		}
		if words := len(strings.Fields(comment)); words < fewestWords {
			t.Errorf("the comment of %s has %d words", dir, words)
		}
	}
}
