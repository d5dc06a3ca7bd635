package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// full is an output that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// TestWhatCannotBeShownIsDone: an apply that nobody can read about is no failed one, by whose exit code nothing
// was changed.
func TestWhatCannotBeShownIsDone(t *testing.T) {
	dir := t.TempDir()
	local, remote := filepath.Join(dir, "mac"), filepath.Join(dir, "stick")
	for _, root := range []string{local, remote} {
		if err := os.Mkdir(root, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(local, "a.txt"), []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, words := range [][]string{{"plan", local, remote}, {"-C", local, "approve", "--yes"}} {
		var out bytes.Buffer
		if code := run(words, strings.NewReader(""), &out, &out); code != 0 {
			t.Fatalf("exit %d of treaty %s\n%s", code, strings.Join(words, " "), &out)
		}
	}
	var errors bytes.Buffer
	if code := run([]string{"-C", local, "apply"}, strings.NewReader(""), full{}, &errors); code != 0 {
		t.Errorf("exit %d", code)
	}
	if !strings.Contains(errors.String(), "treaty: what was done cannot be shown: ") {
		t.Errorf("it says %q", &errors)
	}
	if text, err := os.ReadFile(filepath.Join(remote, "a.txt")); string(text) != "text" {
		t.Errorf("%q, %v", text, err)
	}
}

// TestWhatCannotBeWrittenIsAFailure: whoever reads standard output has not all of it, and is told so.
func TestWhatCannotBeWrittenIsAFailure(t *testing.T) {
	dir := t.TempDir()
	for _, words := range [][]string{
		{"--version"}, {"--help"}, {"plan", "--help"}, {}, {"-C", dir, "config"}, {"-C", dir, "config", "name"},
		{"doctor", dir},
		{"status", dir, t.TempDir()}, {"schema", "plan"}, {"completion", "bash"},
	} {
		var said bytes.Buffer
		if code := run(words, strings.NewReader(""), full{}, &said); code != exitFailed {
			t.Errorf("exit %d of treaty %s", code, strings.Join(words, " "))
		}
		if !strings.HasPrefix(said.String(), "treaty: "+syscall.ENOSPC.Error()) {
			t.Errorf("treaty %s says %q", strings.Join(words, " "), &said)
		}
	}
}
