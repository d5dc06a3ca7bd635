package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

type mask struct{ name string }

func masks(*testing.T) []mask { return []mask{{"no umask"}} }

func (mask) set(*testing.T) {}

func (mask) scripts(t *testing.T) []string {
	return append(scripts(t, "windows", "*"), scripts(t, "script", "*")...)
}

// keptModes are the bits of modes that the system keeps.
const keptModes = 0o200

func cmdMkfifo(ts *testscript.TestScript, neg bool, args []string) { ts.Fatalf("no FIFOs here") }
func cmdSocket(ts *testscript.TestScript, neg bool, args []string) { ts.Fatalf("no sockets here") }

func denied() bool { return false }
