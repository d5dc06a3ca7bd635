//go:build unix

package main

import (
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"treaty/testdata/effort"
)

type mask struct {
	name     string
	bits     int
	patterns []string
}

func masks(t *testing.T) []mask {
	patterns := []string{"*"}
	if testing.Short() {
		patterns = brief
	}
	all := []mask{{"umask 022", 0o022, patterns}}
	if effort.Sweep() > 0 {
		all = append(all, mask{"umask 077", 0o077,
			[]string{"approve", "apply-roots", "demo", "first-*", "plan-fat", "plan-output",
				"private", "resolve-choices", "resolve-types", "review-decisions"}})
	}
	return all
}

// scripts are those to be run under the umask.
func (m mask) scripts(t *testing.T) []string { return scripts(t, "script", m.patterns...) }

func (m mask) set(t *testing.T) {
	old := syscall.Umask(m.bits)
	t.Cleanup(func() { syscall.Umask(old) })
}

// prepare adds what only scripts on this system need.
func prepare(*testscript.Env) {}

// keptModes are the bits of modes that the system keeps.
const keptModes = 0o777

// cmdMkfifo makes FIFOs.
func cmdMkfifo(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		ts.Check(syscall.Mkfifo(ts.MkAbs(name), 0o666))
	}
}

// cmdSocket makes sockets. Their names are bound in a short directory: the kernel takes 107 bytes.
func cmdSocket(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		short, err := os.MkdirTemp("", "s")
		ts.Check(err)
		defer os.RemoveAll(short)
		at := filepath.Join(short, "s")
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: at, Net: "unix"})
		ts.Check(err)
		l.SetUnlinkOnClose(false)
		ts.Check(os.Rename(at, ts.MkAbs(name)))
		l.Close()
	}
}

// denied tells whether permissions bind this process.
func denied() bool {
	f, err := os.CreateTemp("", "denied")
	if err != nil {
		return false
	}
	defer os.Remove(f.Name())
	f.Close()
	if os.Chmod(f.Name(), 0) != nil {
		return false
	}
	f, err = os.Open(f.Name())
	if err == nil {
		f.Close()
	}
	return err != nil
}
