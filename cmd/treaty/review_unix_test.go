//go:build unix

package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// disputed is the folder of plant with a file that is a conflict, and the plan of its trees.
func disputed(t *testing.T) (dir, planPath string) {
	t.Helper()
	dir = plant(t)
	for side, text := range map[string]string{"mac": "one\n", "stick": "three\n"} {
		path := filepath.Join(dir, side, "draft.txt")
		write(t, path, text)
		if err := errors.Join(os.Chmod(path, 0o644), os.Chtimes(path, written, written)); err != nil {
			t.Fatal(err)
		}
	}
	treaty(t, dir, "plan", "mac", "stick", "--diffs", "updates")
	plans, err := filepath.Glob(filepath.Join(dir, "mac", ".treaty", "plans", "*.plan.json"))
	if err != nil || len(plans) != 1 {
		t.Fatal(plans, err)
	}
	return dir, plans[0]
}

// reviewing is a review of the newest plan on a terminal that is so wide.
func reviewing(t *testing.T, width int, dir string, words ...string) *screen {
	t.Helper()
	s := onScreen(t, width, dir, append([]string{"env", "LC_ALL=C.UTF-8", "treaty", "-C", "mac", "review"}, words...)...)
	s.shows("1 conflict open")
	return s
}

// shows waits until a text stands on the screen.
func (s *screen) shows(text string) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); !strings.Contains(s.text(), text); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("the screen does not show %q:\n%s", text, s.text())
		}
	}
}

func TestAReviewSettlesAsResolveDoes(t *testing.T) {
	onBothWidths(t, func(t *testing.T, width int) {
		dir, path := disputed(t)
		before := textOf(t, path)
		s := reviewing(t, width, dir)
		s.shows("same time, different sizes")
		s.types("l")
		s.shows("draft.txt: take-local")
		if !bytes.Equal(textOf(t, path), before) {
			t.Error("it is written before anybody says so")
		}
		s.types("w")
		s.shows("written")
		s.types("q")
		s.exits(0)
		s.endsWith("Plan: …\nNext: treaty -C mac show\n      treaty -C mac approve\n      treaty -C mac apply")
		after := textOf(t, path)
		write(t, path, string(before))
		treaty(t, dir, "-C", "mac", "resolve", "--take", "local", "--all")
		if want := textOf(t, path); !bytes.Equal(after, want) {
			t.Errorf("it writes\n%s\nand resolve\n%s", after, want)
		}
	})
}

func TestAReviewLooksAsInReadme(t *testing.T) {
	t.Parallel()
	dir, _ := disputed(t)
	s := onScreenOf(t, narrow, 23, dir, "env", "LC_ALL=C.UTF-8", "treaty", "-C", "mac", "review")
	s.shows("? help")
	if want := strings.TrimSuffix(block(t, "review"), "\n"); s.text() != want {
		t.Errorf("it is\n%s\nand in README.md\n%s", s.text(), want)
	}
}

func TestConflictsThatStopAnApprovalAreSettledInAReview(t *testing.T) {
	t.Parallel()
	dir, _ := disputed(t)
	s := onScreen(t, narrow, dir, "treaty", "-C", "mac", "approve")
	s.exits(exitConflicts)
	s.endsWith("treaty: 1 of 1 conflict not resolved\nhint: treaty review -C mac")
}

func TestAPlanWithConflictsSendsToAReviewFromATerminal(t *testing.T) {
	t.Parallel()
	dir, _ := disputed(t)
	s := onScreen(t, narrow, dir, "treaty", "plan", "mac", "stick")
	s.exits(0)
	s.endsWith("Next: treaty -C mac review\n      treaty -C mac resolve --take CHOICE PATH…")
}

func TestAReviewGoesOnToApprove(t *testing.T) {
	t.Parallel()
	dir, path := disputed(t)
	s := reviewing(t, narrow, dir)
	s.types("s")
	s.shows("no conflict is left")
	s.types("a")
	s.shows("write the plan, and go on to approve it?")
	s.types("y")
	s.asks("Approve this plan? [y/N]")
	if !strings.Contains(s.text(), "conflicts: 1, all resolved, 1 skip") {
		t.Errorf("there is no summary:\n%s", s.text())
	}
	s.types("y\r")
	s.exits(0)
	if _, err := os.Stat(strings.TrimSuffix(path, ".plan.json") + ".approval.json"); err != nil {
		t.Error(err)
	}
}

func TestAReviewWritesOverNoChange(t *testing.T) {
	t.Parallel()
	dir, path := disputed(t)
	s := reviewing(t, narrow, dir)
	s.types("l")
	s.shows("draft.txt: take-local")
	changed := append(textOf(t, path), '\n')
	write(t, path, string(changed))
	s.types("w")
	s.shows("not written: the file has changed since it was read")
	s.types("q")
	s.shows("write the plan before leaving?")
	s.types("n")
	s.exits(0)
	if !bytes.Equal(textOf(t, path), changed) {
		t.Error("it was written over")
	}
}

func TestAnInterruptedReviewLeavesThePlanAndTheTerminal(t *testing.T) {
	t.Parallel()
	dir, path := disputed(t)
	before := textOf(t, path)
	s := reviewing(t, narrow, dir)
	s.types("l")
	s.shows("draft.txt: take-local")
	s.types("\x03")
	s.exits(exitInterrupted)
	s.endsWith("treaty: interrupted; what was not written is given up")
	if strings.Contains(s.text(), "draft.txt") || !bytes.Equal(textOf(t, path), before) {
		t.Errorf("something is left of it:\n%s", s.text())
	}
}

func TestAReviewWithoutUnicodeAndColourHasNeither(t *testing.T) {
	t.Parallel()
	dir, _ := disputed(t)
	s := onScreen(t, narrow, dir, "env", "LC_ALL=C", "NO_COLOR=1", "treaty", "-C", "mac", "review")
	s.shows("1 conflict open")
	s.shows("> ") // the cursor
	s.types("q")
	s.exits(0)
	drawn, _, left := strings.Cut(s.bytes.String(), "\x1b[?1049l")
	if !left || strings.ContainsFunc(drawn, func(r rune) bool { return r >= utf8.RuneSelf }) {
		t.Errorf("it draws %q", drawn)
	}
	if strings.Contains(drawn, "\x1b[33m") || strings.Contains(drawn, "\x1b[7m") {
		t.Errorf("it draws colours: %q", drawn)
	}
}

func TestAReviewNeedsATerminal(t *testing.T) {
	t.Parallel()
	dir, _ := disputed(t)
	s := onScreen(t, narrow, dir, "env", "TERM=dumb", "treaty", "-C", "mac", "review")
	s.exits(exitUsage)
	s.endsWith("treaty: review needs a terminal that can be drawn on\nhint: treaty show -C mac")
}
