package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// house is the program's plan: each package, and which of ours it may import. Who adds a line here has
// decided something; who adds a package has to.
var house = map[string][]string{
	"schema":                  {},
	"plan/tree":               {"plan/jsontext"},
	"plan/address":            {},
	"plan/internal/ignore":    {"plan/visible"},
	"plan/internal/textdiff":  {},
	"plan/internal/jsonsplit": {},
	"plan/internal/programs":  {"plan/internal/ignore", "plan/tree"},
	"plan/scan":               {"plan/internal/ignore", "plan/tree"},
	"plan/visible":            {},
	"plan/jsontext":           {"plan/visible"},
	"plan": {
		"plan/address", "plan/internal/ignore", "plan/internal/jsonsplit", "plan/internal/programs",
		"plan/internal/textdiff", "plan/jsontext", "plan/tree", "plan/visible", "schema",
	},

	"apply/baseline":           {"plan/tree"},
	"apply/internal/disk":      {"apply/volume", "plan/scan", "plan/tree"},
	"apply/internal/journal":   {"plan", "plan/jsontext", "plan/tree"},
	"apply/internal/signature": {"plan/scan"},
	"apply/volume":             {"plan/scan", "plan/tree"},
	"apply/internal/local":     {"apply/internal/disk", "apply/volume", "plan/scan", "plan/tree"},
	"apply/internal/wire":      {"apply/volume", "plan/scan", "plan/tree"},
	"apply/internal/pipe":      {},
	"apply/internal/agent":     {"apply/internal/pipe", "apply/internal/wire", "apply/volume", "plan/scan", "plan/tree"},
	"apply/internal/remote": {
		"apply/internal/pipe", "apply/internal/wire", "apply/volume", "plan/address", "plan/scan", "plan/tree",
	},
	// Tests only: nobody above may import it.
	"apply/internal/memory": {"apply/volume", "plan/scan", "plan/tree"},
	"apply/paper":           {"plan", "plan/jsontext", "plan/tree", "schema"},
	"apply/refusal":         {"apply/paper", "plan", "plan/tree"},
	"apply/store": {
		"apply/baseline", "apply/internal/journal", "apply/paper", "apply/refusal", "apply/volume", "plan",
		"plan/address", "plan/scan", "plan/tree", "schema",
	},
	"apply/reach": {
		"apply/internal/agent", "apply/internal/local", "apply/internal/remote", "apply/internal/wire", "apply/store",
		"apply/volume", "plan", "plan/address", "plan/scan", "plan/tree",
	},
	"apply/snapshot": {
		"apply/paper", "apply/store", "apply/volume", "plan", "plan/jsontext", "plan/scan", "plan/tree",
		"plan/visible", "schema",
	},
	"apply/policy": {"apply/internal/signature", "apply/paper", "apply/refusal",
		"apply/store", "plan", "plan/scan", "plan/tree"},
	"apply/internal/sources": {
		"apply/internal/wire", "apply/refusal", "apply/store", "apply/volume", "plan", "plan/scan", "plan/tree"},
	"apply/pair": {
		"apply/internal/sources", "apply/reach", "apply/store", "apply/volume", "plan", "plan/address",
		"plan/scan", "plan/tree",
	},
	"apply/internal/mandate": {"apply/paper", "apply/refusal", "apply/store", "plan"},
	"apply/internal/settle": {
		"apply/internal/journal", "apply/paper", "apply/volume", "plan", "plan/scan", "plan/tree",
	},
	"apply/internal/paths": {"plan/tree"},
	"apply/internal/execute": {
		"apply/internal/journal", "apply/internal/paths", "apply/internal/settle", "apply/paper", "apply/refusal",
		"apply/volume", "plan", "plan/scan", "plan/tree",
	},
	"apply/internal/ends": {
		"apply/internal/journal", "apply/internal/settle", "apply/reach", "apply/refusal", "apply/store",
		"apply/volume", "plan", "plan/address", "plan/scan", "plan/tree",
	},
	"apply/internal/gates": {
		"apply/internal/ends", "apply/internal/journal", "apply/internal/mandate", "apply/internal/sources",
		"apply/policy", "apply/refusal", "apply/store", "plan", "plan/tree",
	},
	"apply/internal/survey": {
		"apply/internal/ends", "apply/internal/execute", "apply/internal/journal", "apply/internal/paths",
		"apply/internal/sources", "apply/refusal", "apply/store", "plan", "plan/scan", "plan/tree",
	},
	"apply/internal/preflight": {
		"apply/internal/ends", "apply/internal/execute", "apply/refusal", "apply/volume", "plan", "plan/tree",
	},
	"apply/internal/conclude": {
		"apply/baseline", "apply/internal/ends", "apply/internal/execute", "apply/internal/mandate",
		"apply/internal/settle", "apply/internal/sources", "apply/paper", "apply/store", "apply/volume",
		"plan", "plan/tree",
	},
	"apply": {
		"apply/internal/conclude", "apply/internal/ends", "apply/internal/execute", "apply/internal/gates",
		"apply/internal/journal", "apply/internal/mandate", "apply/internal/preflight",
		"apply/internal/settle", "apply/internal/survey", "apply/pair", "apply/paper", "apply/policy",
		"apply/reach", "apply/refusal", "apply/store", "apply/volume", "plan", "plan/tree",
	},

	"cmd/treaty/internal/complete": {},
	"cmd/treaty/internal/manual":   {},
	"cmd/treaty/internal/beside":   {},
	"cmd/treaty/internal/render":   {"cmd/treaty/internal/beside", "plan", "plan/tree", "plan/visible"},
	"cmd/treaty/internal/review": {
		"cmd/treaty/internal/beside", "cmd/treaty/internal/render", "plan", "plan/tree",
	},
	"cmd/treaty/internal/desk": {"plan/scan"},
	"cmd/treaty/internal/home": {},
	"cmd/treaty/internal/config": {
		"apply/policy", "apply/store", "cmd/treaty/internal/home", "plan", "plan/address", "plan/scan", "plan/tree", "schema",
	},
	"cmd/treaty/internal/terminal": {"cmd/treaty/internal/render", "plan/address"},
	"cmd/treaty/internal/trees": {
		"apply/reach", "apply/store", "apply/volume", "cmd/treaty/internal/config", "cmd/treaty/internal/home", "plan",
		"plan/address", "plan/scan",
	},
	// Tests only: nobody above may import these.
	"cmd/treaty/internal/lab":          {},
	"cmd/treaty/internal/lab/stick":    {"plan/tree"},
	"cmd/treaty/internal/lab/blocklog": {},
	"cmd/treaty": {
		"apply", "apply/paper", "apply/policy", "apply/reach", "apply/refusal", "apply/snapshot", "apply/store",
		"apply/volume", "cmd/treaty/internal/complete", "cmd/treaty/internal/config", "cmd/treaty/internal/desk",
		"cmd/treaty/internal/home", "cmd/treaty/internal/manual", "cmd/treaty/internal/render",
		"cmd/treaty/internal/review", "cmd/treaty/internal/terminal", "cmd/treaty/internal/trees", "plan",
		"plan/address", "plan/scan", "plan/tree", "schema",
	},
}

// rim is where the operating system is spoken to: whole packages, or the files named. All other code works
// on values.
var rim = map[string][]string{
	"plan/scan":           nil,
	"apply/internal/disk": nil,
	"cmd/treaty":          nil,

	"cmd/treaty/internal/config":       nil,
	"cmd/treaty/internal/desk":         nil,
	"cmd/treaty/internal/home":         nil,
	"cmd/treaty/internal/terminal":     nil,
	"cmd/treaty/internal/trees":        nil,
	"cmd/treaty/internal/lab/stick":    nil,
	"cmd/treaty/internal/lab/blocklog": nil,

	"apply/internal/local":     nil,
	"apply/reach":              {"find.go"},
	"apply/internal/signature": {"agent_other.go", "agent_windows.go"},
}

// outside are the packages that speak to the operating system, wherever their names begin so.
var outside = []string{"os", "syscall", "unsafe", "golang.org/x/sys", "golang.org/x/term"}

// never are packages that nothing here has a use for, but for the files named: treaty runs no other program but ssh,
// the pager of who reads on a terminal, what opens a page, and the editor or merge tool that a person names; and it
// opens no connection but to the agent that holds a person's keys.
var never = map[string][]string{
	"os/exec": {"cmd/treaty/internal/terminal/pager.go", "cmd/treaty/internal/terminal/program.go",
		"cmd/treaty/page_open.go", "cmd/treaty/ssh.go"}, "plugin": nil,
	"net/http": {"apply/internal/agent/serve.go", "apply/internal/remote/connection.go"},
	"log": {"apply/internal/agent/serve.go", "cmd/treaty/internal/lab/stick/volume.go",
		"cmd/treaty/main.go"}, "math/rand": nil, "math/rand/v2": nil,
	"net": {"apply/internal/pipe/pipe.go", "apply/internal/remote/connection.go",
		"apply/internal/signature/agent_other.go", "apply/internal/signature/agent_windows.go"},
}

// lodgers are the modules we depend on, and who may import each.
var lodgers = map[string][]string{
	"charm.land/bubbletea/v2": {"cmd/treaty"},
	"github.com/alecthomas/kong": {"cmd/treaty", "cmd/treaty/internal/complete",
		"cmd/treaty/internal/manual"},
	"github.com/hanwen/go-fuse":                {"cmd/treaty/internal/lab/stick", "cmd/treaty/internal/lab/blocklog"},
	"github.com/bmatcuk/doublestar":            {"cmd/treaty"},
	"github.com/rivo/uniseg":                   {"cmd/treaty/internal/beside", "cmd/treaty/internal/render"},
	"golang.org/x/term":                        {"cmd/treaty/internal/terminal"},
	"github.com/santhosh-tekuri/jsonschema/v5": {"schema"},
	"github.com/sergi/go-diff":                 {"plan/internal/textdiff"},
	"github.com/klauspost/compress":            {"apply/store"},
	"golang.org/x/crypto":                      {"apply/internal/signature"},
	"golang.org/x/text": {"plan", "plan/internal/ignore", "plan/tree",
		"cmd/treaty/internal/lab/stick"},
	"golang.org/x/sys": {"plan/scan", "apply/internal/disk", "apply/internal/local", "cmd/treaty",
		"cmd/treaty/internal/terminal", "cmd/treaty/internal/trees"},
}

// longest is how many lines a file may have. Most have a third of it. What is longer has its own bound, to
// be lowered when it is taken apart, and never raised.
const longest = 430

var longer = map[string]int{}

// source is a file of the program, tests left out, for whatever platform it is.
type source struct {
	dir, name string
	lines     int
	syntax    *ast.File
	files     *token.FileSet
}

func (s *source) imports(yield func(string)) {
	for _, i := range s.syntax.Imports {
		yield(strings.Trim(i.Path.Value, `"`))
	}
}

// at tells whether an import path is a package or below it.
func at(imported, pkg string) bool { return imported == pkg || strings.HasPrefix(imported, pkg+"/") }

func sources(t *testing.T) []*source {
	t.Helper()
	root := filepath.Join("..", "..")
	var all []*source
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && (name == "testdata" || strings.HasPrefix(name, ".") && name != "..") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		s := &source{dir: path.Dir(filepath.ToSlash(relative)), name: name, lines: bytes.Count(text, []byte("\n")),
			files: token.NewFileSet()}
		s.syntax, err = parser.ParseFile(s.files, relative, text, 0)
		all = append(all, s)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPackagesImportOnlyWhatTheHouseAllows(t *testing.T) {
	used := map[string]bool{}
	for _, s := range sources(t) {
		allowed, known := house[s.dir]
		if !known {
			t.Errorf("%s is in no room of the house", s.dir)
		}
		used[s.dir] = true
		s.imports(func(imported string) {
			ours, found := strings.CutPrefix(imported, "treaty/")
			if !found {
				return
			}
			used[s.dir+" > "+ours] = true
			if !slices.Contains(allowed, ours) {
				t.Errorf("%s/%s imports %s", s.dir, s.name, ours)
			}
		})
	}
	for dir, allowed := range house {
		if !used[dir] {
			t.Errorf("there is no %s", dir)
		}
		for _, ours := range allowed {
			if !used[dir+" > "+ours] {
				t.Errorf("%s may import %s, and doesn't", dir, ours)
			}
		}
	}
}

func TestOnlyTheRimSpeaksToTheOperatingSystem(t *testing.T) {
	for _, s := range sources(t) {
		files, isRim := rim[s.dir]
		s.imports(func(imported string) {
			if exceptions, found := never[imported]; found && !slices.Contains(exceptions, s.dir+"/"+s.name) {
				t.Errorf("%s/%s imports %s", s.dir, s.name, imported)
			}
			speaks := slices.ContainsFunc(outside, func(pkg string) bool { return at(imported, pkg) })
			if speaks && (!isRim || files != nil && !slices.Contains(files, s.name)) {
				t.Errorf("%s/%s imports %s", s.dir, s.name, imported)
			}
		})
	}
}

// waiting is where something else waits for what is on its way, and looks at no clock.
const waiting = "apply/store/lock.go"

// Nothing that decides looks at the clock: the same trees give the same plan.
func TestOnlyTheRimLooksAtTheClock(t *testing.T) {
	for _, s := range sources(t) {
		if _, isRim := rim[s.dir]; isRim {
			continue
		}
		selectors(s, func(pkg, name string, where token.Position) {
			if name == "Sleep" && s.dir+"/"+s.name == waiting {
				return
			}
			if pkg == "time" && (name == "Now" || name == "Since" || name == "Until" || name == "Sleep" || name == "Local") {
				t.Errorf("%v: time.%s", where, name)
			}
		})
	}
}

func TestEachDependencyHasItsPlace(t *testing.T) {
	used := map[string]bool{}
	for _, s := range sources(t) {
		s.imports(func(imported string) {
			if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
				return
			}
			known := false
			for module, packages := range lodgers {
				if !at(imported, module) {
					continue
				}
				known = true
				used[module+" < "+s.dir] = true
				if !slices.Contains(packages, s.dir) {
					t.Errorf("%s/%s imports %s", s.dir, s.name, imported)
				}
			}
			if !known {
				t.Errorf("%s/%s imports %s, which nobody has agreed to", s.dir, s.name, imported)
			}
		})
	}
	for module, packages := range lodgers {
		for _, dir := range packages {
			if !used[module+" < "+dir] {
				t.Errorf("%s may import %s, and doesn't", dir, module)
			}
		}
	}
}

// How a tree is reached, the implementations of a volume know alone: all else speaks to the interface.
func TestOnlyVolumesKnowHowATreeIsReached(t *testing.T) {
	reached := 0
	for _, s := range sources(t) {
		selectors(s, func(pkg, name string, where token.Position) {
			if pkg != "scan" || name != "Root" && name != "Dir" && name != "Open" {
				return
			}
			if reached++; s.dir != "apply/internal/disk" && s.dir != "apply/internal/local" {
				t.Errorf("%v: scan.%s", where, name)
			}
		})
	}
	if reached == 0 {
		t.Error("nothing reaches a tree")
	}
}

func TestOnlyMainExits(t *testing.T) {
	for _, s := range sources(t) {
		selectors(s, func(pkg, name string, where token.Position) {
			exits := pkg == "os" && name == "Exit" || pkg == "syscall" && name == "Exit" || pkg == "runtime" && name == "Goexit"
			if exits && s.dir+"/"+s.name != "cmd/treaty/main.go" {
				t.Errorf("%v: %s.%s", where, pkg, name)
			}
		})
	}
}

// selectors visits each x.y of a file.
func selectors(s *source, visit func(x, y string, where token.Position)) {
	ast.Inspect(s.syntax, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := selector.X.(*ast.Ident); ok {
				visit(x.Name, selector.Sel.Name, s.files.Position(n.Pos()))
			}
		}
		return true
	})
}

func TestAFileIsOneIdea(t *testing.T) {
	for _, s := range sources(t) {
		if s.lines > max(longest, longer[s.dir+"/"+s.name]) {
			t.Errorf("%s/%s has %d lines", s.dir, s.name, s.lines)
		}
	}
}

// slack is by how many lines a file may fall short of a bound of its own.
const slack = 20

// A bound that is far from what it bounds holds nothing.
func TestAFileIsOneIdeaAndItsBoundIsNear(t *testing.T) {
	lines := map[string]int{}
	for _, s := range sources(t) {
		lines[s.dir+"/"+s.name] = s.lines
	}
	for file, bound := range longer {
		if has := lines[file]; has <= longest || has < bound-slack {
			t.Errorf("%s may have %d lines, and has %d: lower the bound, or take it out where it is %d",
				file, bound, has, longest)
		}
	}
	most := 0
	for _, has := range lines {
		most = max(most, has)
	}
	if len(longer) == 0 && most < longest-2*slack {
		t.Errorf("files may have %d lines, and the longest has %d", longest, most)
	}
}

// Who everything hangs on, hangs on everything: more fields and methods than these are several ideas. What has more
// has its own bound, to be lowered when it is taken apart, and never raised.
const (
	mostFields  = 12
	mostMethods = 25
)

var moreFields = map[string]int{
	"cmd/treaty/internal/lab/stick.Rules": 18,
	"plan/scan.Walk":                      13,
	"schema.rule":                         22,
}

var moreMethods = map[string]int{}

func TestNoStructHasManyFields(t *testing.T) {
	fields := map[string]int{}
	for _, s := range sources(t) {
		types(s, func(name string, is *ast.StructType) {
			if !dictated(is) {
				fields[s.dir+"."+name] = is.Fields.NumFields()
			}
		})
	}
	withinBounds(t, fields, "fields", mostFields, moreFields, 2)
}

func TestNoStructHasManyMethods(t *testing.T) {
	names := map[string]map[string]bool{} // the same method is in several files, each for its platform
	for _, s := range sources(t) {
		for _, decl := range s.syntax.Decls {
			method, ok := decl.(*ast.FuncDecl)
			if !ok || method.Recv == nil {
				continue
			}
			of := s.dir + "." + receiver(method.Recv.List[0].Type)
			if names[of] == nil {
				names[of] = map[string]bool{}
			}
			names[of][method.Name.Name] = true
		}
	}
	methods := map[string]int{}
	for of, list := range names {
		methods[of] = len(list)
	}
	withinBounds(t, methods, "methods", mostMethods, moreMethods, 5)
}

// withinBounds holds counts to what all may have, or to their own bounds, which are no further away than by some.
func withinBounds(t *testing.T, counts map[string]int, what string, most int, more map[string]int, slack int) {
	t.Helper()
	for name, has := range counts {
		if has > max(most, more[name]) {
			t.Errorf("%s has %d %s, and may have %d", name, has, what, max(most, more[name]))
		}
	}
	for name, bound := range more {
		if has := counts[name]; has <= most || has < bound-slack {
			t.Errorf("%s may have %d %s, and has %d: lower the bound, or take it out where it is %d",
				name, bound, what, has, most)
		}
	}
}

// types visits the structs that a file declares.
func types(s *source, visit func(name string, is *ast.StructType)) {
	for _, decl := range s.syntax.Decls {
		general, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range general.Specs {
			if named, ok := spec.(*ast.TypeSpec); ok {
				if is, ok := named.Type.(*ast.StructType); ok {
					visit(named.Name.Name, is)
				}
			}
		}
	}
}

// dictated tells of a struct that is read from a file or a command line: how much that says is not up to the program.
func dictated(is *ast.StructType) bool {
	return slices.ContainsFunc(is.Fields.List, func(f *ast.Field) bool { return f.Tag != nil })
}

// receiver is the name of the type that a method is of.
func receiver(of ast.Expr) string {
	switch of := of.(type) {
	case *ast.StarExpr:
		return receiver(of.X)
	case *ast.IndexExpr:
		return receiver(of.X)
	case *ast.Ident:
		return of.Name
	}
	return ""
}

// What the table of the rim names is there, and speaks to the operating system.
func TestOnlyTheRimNeedsItsPermissions(t *testing.T) {
	speaking := map[string]bool{}
	for _, s := range sources(t) {
		s.imports(func(imported string) {
			if _, barred := never[imported]; barred {
				speaking[imported+" "+s.dir+"/"+s.name] = true
			}
			if slices.ContainsFunc(outside, func(pkg string) bool { return at(imported, pkg) }) {
				speaking[s.dir], speaking[s.dir+"/"+s.name] = true, true
			}
		})
	}
	for dir, files := range rim {
		if !speaking[dir] {
			t.Errorf("%s is of the rim, and does not speak to the operating system", dir)
		}
		for _, name := range files {
			if !speaking[dir+"/"+name] {
				t.Errorf("%s/%s is of the rim, and does not speak to the operating system", dir, name)
			}
		}
	}
	for imported, files := range never {
		for _, file := range files {
			if !speaking[imported+" "+file] {
				t.Errorf("%s may import %s, and doesn't", file, imported)
			}
		}
	}
}

// Every test of properties says how many cases it draws, and draws the same ones each time.
func TestCasesAreDrawnByThePackageEffort(t *testing.T) {
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, "_test.go") {
			return err
		}
		text, err := os.ReadFile(file)
		if bytes.Contains(text, []byte("rapid."+"Check(")) {
			t.Errorf("%s calls rapid.%s and not effort.%[2]s", file, "Check")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheTopLevelIsWhatItWas(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	layout := []string{"README.md", "apply", "cmd", "go.mod", "go.sum", "plan", "schema", "testdata"}
	// What a build leaves behind, and .gitignore names.
	built := []string{"treaty", "treaty.exe"}
	var found []string
	for _, entry := range entries {
		name := entry.Name()
		left := slices.Contains(built, name) || slices.Contains([]string{".test", ".out"}, path.Ext(name))
		if !strings.HasPrefix(name, ".") && !left {
			found = append(found, name)
		}
	}
	if !slices.Equal(found, layout) {
		t.Errorf("at the top there are %q, want %q", found, layout)
	}
}
