//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// crowd makes so many files in mac that are not on stick.
func crowd(t *testing.T, dir string, files int) {
	t.Helper()
	for i := range files {
		path := filepath.Join(dir, "mac", fmt.Sprintf("file %02d.txt", i))
		write(t, path, fmt.Sprint(i, "\n"))
		if err := os.Chtimes(path, written, written); err != nil {
			t.Fatal(err)
		}
	}
}

func TestALongTextIsReadInAPager(t *testing.T) {
	needs(t, "less")
	dir := plant(t)
	crowd(t, dir, 40)
	treaty(t, dir, "plan", "mac", "stick")
	s := onScreenOf(t, narrow, 24, dir, "env", "PAGER=less", "treaty", "-C", "mac", "show", "--all")
	s.asks(":")
	if strings.Contains(s.text(), "file 39.txt") {
		t.Fatalf("all of it is there:\n%s", s.text())
	}
	s.types("G")
	s.shows("file 39.txt")
	// Ctrl-C ends a search at most, and takes keys with it that were pressed before it came to be seen.
	s.types("\x03")
	for deadline := time.Now().Add(time.Minute); !strings.Contains(s.text(),
		"file 00.txt"); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not go back to the top:\n%s", s.text())
		}
		s.types("g")
	}
	s.types("q")
	s.exits(0)
	if !s.wrote("\x1b[1mCopy Local to Remote") {
		t.Error("it has no colours")
	}
}

func TestWhoLeavesAPagerEarlyIsToldNothing(t *testing.T) {
	dir := plant(t)
	crowd(t, dir, 300)
	treaty(t, dir, "plan", "mac", "stick")
	s := onScreenOf(t, narrow, 24, dir, "env", "PAGER=sh -c 'head -n 1 >first'", "treaty", "-C", "mac", "show", "--all")
	s.exits(0)
	if got := s.text(); got != "" {
		t.Errorf("the screen is\n%s", got)
	}
	if first, err := os.ReadFile(filepath.Join(dir, "mac", "first")); err != nil || len(first) == 0 {
		t.Errorf("the pager got %q, %v", first, err)
	}
}

func TestWhatFitsTheScreenNeedsNoPager(t *testing.T) {
	dir := plant(t)
	treaty(t, dir, "plan", "mac", "stick")
	s := onScreenOf(t, narrow, 24, dir, "env", "PAGER=false", "treaty", "-C", "mac", "show")
	s.exits(0)
	s.endsWith("  #2  letters/  1 file, 10 B")
}

func TestWhereThereIsNoPagerTheTextIsThereAllTheSame(t *testing.T) {
	for name, words := range map[string][]string{
		"a pager that is none":   {"env", "PAGER=no-such-pager", "treaty"},
		"an empty one":           {"env", "PAGER=", "treaty"},
		"--no-pager":             {"env", "PAGER=false", "treaty", "--no-pager"},
		"no keyboard":            {"sh", "-c", `PAGER=false exec treaty "$@" </dev/null`, "treaty"},
		"a terminal without any": {"env", "PAGER=false", "TERM=dumb", "treaty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := plant(t)
			crowd(t, dir, 40)
			treaty(t, dir, "plan", "mac", "stick")
			s := onScreenOf(t, narrow, 24, dir, append(words, "-C", "mac", "show", "--all")...)
			s.exits(0)
			s.shows("  #43  letters/to Kim.txt")
			if warned := s.wrote("warning: there is no pager no-such-pager"); warned != (name == "a pager that is none") {
				t.Errorf("warned: %v", warned)
			}
		})
	}
}
