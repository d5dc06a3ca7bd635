//go:build unix

package main

import (
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

type mask struct {
	name string
	bits int
}

func masks(t *testing.T) []mask {
	if testing.Short() {
		return []mask{{"umask 022", 0o022}}
	}
	return []mask{{"umask 022", 0o022}, {"umask 077", 0o077}}
}

func scripts(t *testing.T) []string {
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "script", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	return files
}

func (m mask) set(t *testing.T) {
	old := syscall.Umask(m.bits)
	t.Cleanup(func() { syscall.Umask(old) })
}

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
