//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Both versions of a conflict are shown, as copies, by the program that a person names; nothing of the plan or of the
// trees comes of that, whatever the program does to them.
func TestBothVersionsAreComparedInAReview(t *testing.T) {
	const notes = `cat "$1" "$2" > "$HOME/seen"; exit 1`
	for _, c := range []struct {
		name, tool, env string
		says, seen      string
	}{
		{"named by the flag", "sh -c '" + notes + "' x", "TREATY_DIFFTOOL=false", "", "bread, jam\nbread, honey\n"},
		{"named by the environment", "", "TREATY_DIFFTOOL=sh -c '" + notes + "' x REMOTE LOCAL", "",
			"bread, honey\nbread, jam\n"},
		{"a copy is changed", `sh -c 'echo mine > "$1"' x`, "TREATY_DIFFTOOL=",
			"these are copies, and the plan takes nothing of them: ", ""},
		{"it is not there", "no-such-program", "TREATY_DIFFTOOL=", "no-such-program failed: ", ""},
		{"none is named", "", "TREATY_DIFFTOOL=", "neither --difftool nor $TREATY_DIFFTOOL names a program", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && c.tool == "" {
				t.Skip("a screen takes a second")
			}
			t.Parallel()
			dir, path := collided(t)
			before := textOf(t, path)
			s := onScreen(t, 120, dir, "env", "LC_ALL=C.UTF-8", "TMPDIR="+t.TempDir(), c.env, "treaty", "-C", "mac", "review",
				"--difftool="+c.tool)
			s.shows("1 conflict open")
			s.types("D")
			if c.says != "" {
				s.shows(c.says)
			}
			s.insists("?", "copies of both versions")
			s.types("q")
			s.types("q")
			s.exits(0)
			mine := string(textOf(t, filepath.Join(dir, "mac", "notes.txt")))
			if !bytes.Equal(textOf(t, path), before) || mine != "bread, jam\n" {
				t.Error("something has changed")
			}
			if c.seen == "" {
				return
			}
			if seen, err := os.ReadFile(filepath.Join(dir, "seen")); err != nil || string(seen) != c.seen {
				t.Errorf("%v: it was given %q", err, seen)
			}
		})
	}
}

// A version that is on another machine is told of as that.
func TestWhatIsNotHereIsNotCompared(t *testing.T) {
	_, path := collided(t)
	f, err := readPlan(path)
	if err != nil {
		t.Fatal(err)
	}
	f.plan.Remote.Root = "ssh://nas/stick"
	err = compared(nil, f.plan, &f.plan.Conflicts[0], "true")
	if err == nil || !strings.Contains(err.Error(), "what ssh://nas/stick has is not here") {
		t.Errorf("it says %v", err)
	}
}
