package plan

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"slices"
	"strings"
	"testing"
)

// document are the files that state what a plan is: what is in it, how it is written, read, held to its rules and
// edited, and what hangs on what. All others decide what comes into one, or make steps of it.
var document = strings.Fields(`action alike check check_index decode deed dependence diff_doubt differs document edit
	effect encode excerpt file_version given_up keep later limits mass merge merges offers options plain rare resolution
	skips snapshot source spellings step stream summary side units validate version`)

// nothing imports packages without anything in them: what these files take of others is not asked here.
type nothing struct{}

func (nothing) Import(path string) (*types.Package, error) {
	p := types.NewPackage(path, path[strings.LastIndex(path, "/")+1:])
	p.MarkComplete()
	return p, nil
}

func TestTheDocumentKnowsNothingOfHowItIsDecided(t *testing.T) {
	files := token.NewFileSet()
	var apart, all []*ast.File
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		name, is := strings.CutSuffix(entry.Name(), ".go")
		if !is || strings.HasSuffix(name, "_test") {
			continue
		}
		f, err := parser.ParseFile(files, entry.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
		if slices.Contains(document, name) {
			apart = append(apart, f)
		}
	}
	if len(apart) != len(document) || len(apart) == len(all) {
		t.Fatalf("%d of %d files are of the document", len(apart), len(document))
	}
	known := complaints(files, all)
	for _, c := range complaints(files, apart) {
		if !slices.Contains(known, c) {
			t.Errorf("of the document's files by themselves: %s", c)
		}
	}
}

// complaints are what is wrong with some files of the package by themselves.
func complaints(files *token.FileSet, some []*ast.File) (list []string) {
	check := types.Config{Importer: nothing{}, Error: func(err error) {
		var wrong types.Error
		if errors.As(err, &wrong) {
			list = append(list, files.Position(wrong.Pos).String()+": "+wrong.Msg)
		}
	}}
	_, _ = check.Check("treaty/plan", files, some, nil) // each error is in the list
	return list
}
