package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

type mask struct {
	name     string
	patterns []string
}

func masks(*testing.T) []mask { return []mask{{"no umask", []string{"*"}}} }

func (mask) set(*testing.T) {}

func cmdMkfifo(ts *testscript.TestScript, neg bool, args []string) { ts.Fatalf("no FIFOs here") }
func cmdSocket(ts *testscript.TestScript, neg bool, args []string) { ts.Fatalf("no sockets here") }

func denied() bool { return false }
