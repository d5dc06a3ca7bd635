package main

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

type mask struct{ name string }

func masks(*testing.T) []mask { return []mask{{"no umask"}} }

// scripts are those of Windows, and of the others those that need neither links, modes, nor a shell.
func scripts(*testing.T) []string {
	var files []string
	for _, name := range []string{"windows/everyday", "windows/paths", "script/apply-order", "script/approve-ask", "script/first-sync",
		"script/review-conflicts", "script/usage"} {
		files = append(files, filepath.Join("..", "..", "testdata", filepath.FromSlash(name)+".txtar"))
	}
	return files
}

func (mask) set(*testing.T) {}

func cmdMkfifo(ts *testscript.TestScript, neg bool, args []string) { ts.Fatalf("no FIFOs here") }
func cmdSocket(ts *testscript.TestScript, neg bool, args []string) { ts.Fatalf("no sockets here") }

func denied() bool { return false }
