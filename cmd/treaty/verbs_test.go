package main

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// glossary is the table of verbs for contributors: by verb, the packages whose functions may be called so.
func glossary(t *testing.T) map[string][]string {
	verbs := map[string][]string{}
	_, section, _ := strings.Cut(contributing(t), "## The verbs\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, row := range regexp.MustCompile(`(?m)^\| ([a-z]+) \| [^|]+ \| ([^|]+) \|$`).FindAllStringSubmatch(section, -1) {
		for _, name := range regexp.MustCompile("`[^`]+`").FindAllString(row[2], -1) {
			verbs[row[1]] = append(verbs[row[1]], strings.Trim(name, "`"))
		}
	}
	return verbs
}

// verbOf is the verb that a function or a type is called by, in whatever form: Resolve, resolved, resolving, resolver.
func verbOf(name string, verbs map[string][]string) string {
	first := strings.ToLower(regexp.MustCompile(`^.[a-z]*`).FindString(name))
	for verb := range verbs {
		stem := strings.TrimSuffix(verb, "e")
		if slices.Contains([]string{verb, verb + "s", verb + "es", stem + "ed", stem + "er", stem + "ing"}, first) {
			return verb
		}
	}
	return ""
}

// namesIn are the names of the function or the types that are declared.
func namesIn(decl ast.Decl) (names []*ast.Ident) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		return []*ast.Ident{decl.Name}
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			if named, ok := spec.(*ast.TypeSpec); ok {
				names = append(names, named.Name)
			}
		}
	}
	return names
}

// A verb of the glossary means what stands there: where it would mean something else, there is another word.
func TestVerbsMeanOneThing(t *testing.T) {
	verbs, used := glossary(t), map[string]bool{}
	if len(verbs) == 0 {
		t.Fatal("CONTRIBUTING.md has no verbs")
	}
	for _, s := range sources(t) {
		for _, decl := range s.syntax.Decls {
			for _, name := range namesIn(decl) {
				verb := verbOf(name.Name, verbs)
				if verb == "" {
					continue
				}
				used[verb+" in "+s.dir] = true
				if !slices.Contains(verbs[verb], s.dir) {
					t.Errorf("%v: %s, and to %s is for %q", s.files.Position(name.Pos()), name.Name, verb, verbs[verb])
				}
			}
		}
	}
	for verb, dirs := range verbs {
		for _, dir := range dirs {
			if !used[verb+" in "+dir] {
				t.Errorf("nothing in %s is called %s", dir, verb)
			}
		}
	}
}
