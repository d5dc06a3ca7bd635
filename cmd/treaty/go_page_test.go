package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The program of the page for who builds something of the packages brings two trees in step.
func TestTheProgramOfThePageInGoRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("a program is built")
	}
	dir := t.TempDir()
	at := func(elem ...string) string { return filepath.Join(append([]string{dir}, elem...)...) }
	for file, text := range map[string]string{
		at("program", "main.go"):      block(t, "program"),
		at("laptop", "letter.txt"):    "Dear Ann",
		at("stick", "lists", "a.txt"): "milk",
	} {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, file, text)
	}
	program := exec.Command("go", "run", at("program", "main.go"), at("laptop"), at("stick"))
	program.Dir = repository
	if out, err := program.CombinedOutput(); err != nil || string(out) != "complete 3\n" {
		t.Fatalf("it says %q, and %v", out, err)
	}
	for _, side := range []string{"laptop", "stick"} {
		for file, want := range map[string]string{"letter.txt": "Dear Ann", "lists/a.txt": "milk"} {
			if got, err := os.ReadFile(at(side, filepath.FromSlash(file))); err != nil || string(got) != want {
				t.Errorf("%s has %q for %s, and %v", side, got, file, err)
			}
		}
	}
}
