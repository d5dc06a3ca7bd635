package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/windows"
)

type mask struct{ name string }

func masks(*testing.T) []mask { return []mask{{"no umask"}} }

func (mask) set(*testing.T) {}

// prepare adds what only scripts on this system need.
func prepare(env *testscript.Env) { env.Values[heldFiles{}] = &[]windows.Handle{} }

func (mask) scripts(t *testing.T) []string {
	patterns := []string{"*"}
	if testing.Short() {
		patterns = brief
	}
	return append(scripts(t, "windows", "*"), scripts(t, "script", patterns...)...)
}

// keptModes are the bits of modes that the system keeps.
const keptModes = 0o200

// heldFiles are the files that a script has open.
type heldFiles struct{}

func init() {
	commands["hold"], commands["release"] = cmdHold, cmdRelease
}

// cmdHold: hold none|read|all FILE… opens files as another program would, and shares them so.
func cmdHold(ts *testscript.TestScript, neg bool, args []string) {
	share, ok := map[string]uint32{"none": 0, "read": windows.FILE_SHARE_READ,
		"all": windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE}[args[0]]
	if !ok {
		ts.Fatalf("hold %s", args[0])
	}
	open := ts.Value(heldFiles{}).(*[]windows.Handle)
	for _, name := range args[1:] {
		wide, err := windows.UTF16PtrFromString(ts.MkAbs(name))
		ts.Check(err)
		h, err := windows.CreateFile(wide, windows.GENERIC_READ, share, nil, windows.OPEN_EXISTING, 0, 0)
		ts.Check(err)
		*open = append(*open, h)
	}
}

// cmdRelease: release closes what hold opened.
func cmdRelease(ts *testscript.TestScript, neg bool, args []string) {
	open := ts.Value(heldFiles{}).(*[]windows.Handle)
	for _, h := range *open {
		ts.Check(windows.CloseHandle(h))
	}
	*open = nil
}

func cmdMkfifo(ts *testscript.TestScript, neg bool, args []string) { ts.Fatalf("no FIFOs here") }
func cmdSocket(ts *testscript.TestScript, neg bool, args []string) { ts.Fatalf("no sockets here") }

func denied() bool { return false }
