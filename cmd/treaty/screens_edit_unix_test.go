//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// collided is the folder of plant after a sync and two changes of the same line of notes.txt, with the plan of it.
func collided(t *testing.T) (dir, planPath string) {
	t.Helper()
	dir = plant(t)
	treaty(t, dir, "plan", "mac", "stick")
	treaty(t, dir, "-C", "mac", "approve", "--yes")
	treaty(t, dir, "-C", "mac", "apply")
	for side, text := range map[string]string{"mac": "bread, jam\n", "stick": "bread, honey\n"} {
		path := filepath.Join(dir, side, "notes.txt")
		write(t, path, text)
		at := written.Add(time.Hour)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	treaty(t, dir, "-C", "mac", "plan")
	plans, err := filepath.Glob(filepath.Join(dir, "mac", ".treaty", "plans", "*.plan.json"))
	if err != nil || len(plans) != 2 {
		t.Fatal(plans, err)
	}
	return dir, plans[1]
}

// editor is a command that does what sh is told to a text, $1.
func editor(script string) string { return "EDITOR=sh -c '" + script + "' x" }

const (
	makesWhole = `echo jam and honey > "$1"`
	leavesIt   = `true`
	// secondTime leaves the markers when it is started first.
	secondTime = `if [ -e "$HOME/again" ]; then echo jam and honey > "$1"; else touch "$HOME/again"; fi`
)

func TestAMergeIsEditedInAReview(t *testing.T) {
	onBothWidths(t, func(t *testing.T, width int) {
		dir, path := collided(t)
		before := textOf(t, path)
		s := onScreen(t, width, dir, "env", "LC_ALL=C.UTF-8", "VISUAL=", editor(makesWhole), "treaty", "-C", "mac", "review")
		s.shows("1 conflict open")
		s.types("e")
		s.shows("notes.txt: take-merged, as edited")
		if !bytes.Equal(textOf(t, path), before) {
			t.Error("it is written before anybody says so")
		}
		s.insists("u", "undone: notes.txt: take-merged, as edited")
		s.types("e")
		s.shows("no conflict is left")
		s.insists("w", "written; a goes on to approve it")
		s.types("q")
		s.exits(0)
		if !strings.Contains(string(textOf(t, path)), "jam and honey") {
			t.Error("the text is not in the plan")
		}
		treaty(t, dir, "-C", "mac", "approve", "--yes")
		treaty(t, dir, "-C", "mac", "apply")
		for _, side := range []string{"mac", "stick"} {
			if got := string(textOf(t, filepath.Join(dir, side, "notes.txt"))); got != "jam and honey\n" {
				t.Errorf("%s has %q", side, got)
			}
		}
	})
}

func TestAReviewGoesOnWithoutAMergeThatWasNotMade(t *testing.T) {
	for _, c := range []struct{ name, editor, says string }{
		{"the editor fails", editor("exit 3"), "sh failed: exit status 3"},
		{"there is none", "EDITOR=", "neither $VISUAL nor $EDITOR names an editor"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir, path := collided(t)
			before := textOf(t, path)
			s := onScreen(t, narrow, dir, "env", "LC_ALL=C.UTF-8", "VISUAL=", c.editor, "treaty", "-C", "mac", "review")
			s.shows("1 conflict open")
			s.types("e")
			s.shows(c.says)
			s.types("q")
			s.exits(0)
			if !bytes.Equal(textOf(t, path), before) {
				t.Error("the plan has changed")
			}
		})
	}
}

func TestAMergeIsEditedAmongTheQuestionsOfSync(t *testing.T) {
	t.Parallel()
	dir, _ := collided(t)
	s := onScreen(t, narrow, dir, "env", "VISUAL=", editor(makesWhole), "treaty", "-C", "mac", "sync")
	s.shows("[e]dit")
	s.presses("e")
	s.asks("Carry this out? [y/N]")
	s.types("y\r")
	s.exits(0)
	for _, side := range []string{"mac", "stick"} {
		if got := string(textOf(t, filepath.Join(dir, side, "notes.txt"))); got != "jam and honey\n" {
			t.Errorf("%s has %q", side, got)
		}
	}
}

// Markers that were left are asked about, and the text is edited on as it was left, or stays where it is.
func TestWhoLeavesAMarkerIsAskedToEditAgain(t *testing.T) {
	const question = "no text for a plan: the marker <<<<<<< local is left in line 1. Edit it again? [y/N]"
	t.Run("yes", func(t *testing.T) {
		t.Parallel()
		dir, path := collided(t)
		s := onScreen(t, 120, dir, "env", "VISUAL=", editor(secondTime), "treaty", "-C", "mac", "resolve", "--edit", "--all")
		s.asks(question)
		s.types("y\r")
		s.exits(0)
		if !strings.Contains(string(textOf(t, path)), "jam and honey") {
			t.Error("the text is not in the plan")
		}
	})
	t.Run("no", func(t *testing.T) {
		t.Parallel()
		dir, path := collided(t)
		before := textOf(t, path)
		s := onScreen(t, 120, dir, "env", "VISUAL=", editor(leavesIt), "treaty", "-C", "mac", "resolve", "--edit", "--all")
		s.asks(question)
		s.types("n\r")
		s.exits(exitUsage)
		if !s.wrote("the text is in") || !bytes.Equal(textOf(t, path), before) {
			t.Errorf("the text is not named, or the plan has changed:\n%s", s.text())
		}
	})
}
