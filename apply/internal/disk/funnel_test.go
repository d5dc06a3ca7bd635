package disk

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

// TestOneFunnel: what changes or syncs something is called from call.go only, and system calls from the
// platform files only.
func TestOneFunnel(t *testing.T) {
	files := token.NewFileSet()
	entries, err := os.ReadDir(".")
	check(t, err)
	reading := map[string]bool{"sysSame": true, "sysSpace": true, "sysOpenForSync": true, "sysOwnMode": true,
		"sysTwins": true, "sysShared": true, "sysMayChange": true}
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "sys_") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, 0)
		check(t, err)
		for _, imported := range file.Imports {
			if strings.Contains(imported.Path.Value, "x/sys") || strings.Contains(imported.Path.Value, "syscall") {
				t.Errorf("%s imports %s", name, imported.Path.Value)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				if strings.HasPrefix(n.Name, "sys") && !reading[n.Name] && name != "call.go" {
					t.Errorf("%v: %s outside the funnel", files.Position(n.Pos()), n.Name)
				}
			case *ast.SelectorExpr:
				pkg, ok := n.X.(*ast.Ident)
				if ok && pkg.Name == "os" && n.Sel.Name != "File" {
					t.Errorf("%v: os.%s", files.Position(n.Pos()), n.Sel.Name)
				}
				for _, method := range []string{"Write", "WriteString", "Truncate", "Sync", "Chmod", "WriteAt"} {
					if n.Sel.Name != method || name == "call.go" {
						continue
					}
					if x, ok := n.X.(*ast.Ident); ok && (x.Name == "file" || x.Name == "f" && name != "private.go") {
						t.Errorf("%v: %s.%s outside the funnel", files.Position(n.Pos()), x.Name, method)
					}
				}
			}
			return true
		})
	}
}
