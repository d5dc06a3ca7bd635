//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// narrow and wide are widths of terminals: the one that they have always had, and that of today.
const narrow, wide = 80, 120

// atBothWidths runs a test on a narrow and on a wide terminal, in a folder with the trees of plant.
func atBothWidths(t *testing.T, test func(t *testing.T, width int, dir string)) {
	onBothWidths(t, func(t *testing.T, width int) { test(t, width, plant(t)) })
}

// onBothWidths runs a test on a narrow terminal and, unless -short asks for a taste, on a wide one.
func onBothWidths(t *testing.T, test func(t *testing.T, width int)) {
	widths := []int{narrow, wide}
	if testing.Short() {
		widths = widths[:1]
	}
	for _, width := range widths {
		t.Run(strconv.Itoa(width)+" columns", func(t *testing.T) {
			t.Parallel()
			test(t, width)
		})
	}
}

func TestProgressOfPlanIsGoneBeforeItsFirstLineAndBeforeThePrompt(t *testing.T) {
	atBothWidths(t, func(t *testing.T, width int, dir string) {
		s := onScreen(t, width, dir, "sh", "-c", "eager plan mac stick; printf 'prompt$ '")
		s.exits(0)
		s.progressed("reading the trees: ")
		s.endsWith(`
        never synced with each other, so nothing is deleted

on remote: create 2 files, 1 directory (1.0 MiB), update 1 file (14 B)
entries: 1 agreed
` + planted[width] + `
Plan: …
Next: treaty -C mac show
      treaty -C mac approve
      treaty -C mac apply
prompt$`)
		if !strings.HasPrefix(s.text(), "local   /") {
			t.Errorf("the first line is not whole:\n%s", s.text())
		}
	})
}

// planted is what show says of the trees of plant, by the width of the terminal.
var planted = map[int]string{narrow: `
Update Local to Remote
  #4  notes.txt  6 B → 14 B, 2026-01-01 08:49:05 → 2026-01-02 08:49:05,
        newer on mac

Copy Local to Remote
  #1  bulk      1.0 MiB, 2026-01-02 08:49:05
  #2  letters/  1 file, 10 B
`, wide: `
Update Local to Remote
  #4  notes.txt  6 B → 14 B, 2026-01-01 08:49:05 → 2026-01-02 08:49:05, newer on mac

Copy Local to Remote
  #1  bulk      1.0 MiB, 2026-01-02 08:49:05
  #2  letters/  1 file, 10 B
`}

func TestTheQuestionOfSyncIsSeen(t *testing.T) {
	atBothWidths(t, func(t *testing.T, width int, dir string) {
		s := onScreen(t, width, dir, "eager", "sync", "mac", "stick")
		s.asks("Carry this out? [y/N]")
		s.endsWith(planted[width] + "Carry this out? [y/N]")
		s.progressed("reading the trees: ")
		s.types("y\r")
		s.exits(0)
		s.endsWith(planted[width] + "Carry this out? [y/N] y\nApproved: …\ncomplete: 4 done, 1.0 MiB\nsafe to eject")
		s.progressed("checking that nothing has changed: ")
	})
}

func TestWithoutAYesSyncChangesNothingAndSaysSo(t *testing.T) {
	for name, answer := range map[string]struct {
		keys   string
		code   int
		screen string
	}{
		"no":     {"n\r", exitFailed, " n\ntreaty: nothing was changed; the plan is kept"},
		"Enter":  {"\r", exitFailed, "\ntreaty: nothing was changed; the plan is kept"},
		"Ctrl-D": {"\x04", exitFailed, "\ntreaty: nothing was changed; the plan is kept"},
		"Ctrl-C": {"\x03", exitInterrupted, " ^C\ntreaty: interrupted; nothing was changed; the plan is kept"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := plant(t)
			s := onScreen(t, narrow, dir, "eager", "sync", "mac", "stick")
			s.asks("Carry this out? [y/N]")
			s.types(answer.keys)
			s.exits(answer.code)
			s.endsWith(planted[narrow] + "Carry this out? [y/N]" + answer.screen)
			if _, err := os.Stat(filepath.Join(dir, "stick", "letters")); err == nil {
				t.Error("it was carried out")
			}
		})
	}
}

func TestApproveAsksOnTheScreen(t *testing.T) {
	for name, answer := range map[string]struct {
		keys   string
		code   int
		screen string
	}{
		"yes":    {"yes\r", 0, " yes\nApproved: …"},
		"no":     {"no\r", exitFailed, " no\ntreaty: not approved, and nothing was changed"},
		"Ctrl-D": {"\x04", exitFailed, "\ntreaty: not approved, and nothing was changed"},
		"Ctrl-C": {"\x03", exitInterrupted, " ^C\ntreaty: interrupted; not approved, and nothing was changed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := plant(t)
			treaty(t, dir, "plan", "mac", "stick")
			s := onScreen(t, narrow, dir, "eager", "-C", "mac", "approve")
			question := "\non remote: create 2 files, 1 directory (1.0 MiB), update 1 file (14 B)\n" +
				"entries: 1 agreed\nApprove this plan? [y/N]"
			s.asks("Approve this plan? [y/N]")
			s.endsWith(question)
			s.types(answer.keys)
			s.exits(answer.code)
			s.endsWith(question + answer.screen)
			approvals, err := filepath.Glob(filepath.Join(dir, "mac", ".treaty", "plans", "*.approval.json"))
			if approved := len(approvals) > 0; err != nil || approved != (answer.code == 0) {
				t.Errorf("approved: %v, %v", approved, err)
			}
		})
	}
}

func TestCleanAsksOnTheScreen(t *testing.T) {
	for name, answer := range map[string]struct {
		keys   string
		code   int
		screen string
	}{
		"yes":    {"y\r", 0, " y\nremoved"},
		"Ctrl-D": {"\x04", exitFailed, "\ntreaty: nothing was removed"},
		"Ctrl-C": {"\x03", exitInterrupted, " ^C\ntreaty: interrupted; nothing was removed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := plant(t)
			treaty(t, dir, "plan", "mac", "stick")
			s := onScreen(t, narrow, dir, "eager", "-C", "mac", "clean", "--older-than", "0s")
			s.asks("Remove them for good? [y/N]")
			s.types(answer.keys)
			s.exits(answer.code)
			s.endsWith("Remove them for good? [y/N]" + answer.screen)
			plans, err := filepath.Glob(filepath.Join(dir, "mac", ".treaty", "plans", "*.plan.json"))
			if removed := len(plans) == 0; err != nil || removed != (answer.code == 0) {
				t.Errorf("removed: %v, %v", removed, err)
			}
		})
	}
}

func TestProgressOfApplyIsGoneBeforeWhatItCameTo(t *testing.T) {
	atBothWidths(t, func(t *testing.T, width int, dir string) {
		treaty(t, dir, "plan", "mac", "stick")
		treaty(t, dir, "-C", "mac", "approve", "--yes")
		s := onScreen(t, width, dir, "sh", "-c", "eager -C mac apply; printf 'prompt$ '")
		s.exits(0)
		s.progressed("checking that nothing has changed: ")
		if got, want := s.text(), "complete: 4 done, 1.0 MiB\nsafe to eject\nprompt$"; got != want {
			t.Errorf("the screen is\n%s\nnot\n%s", got, want)
		}
	})
}

func TestProgressIsGoneBeforeAnError(t *testing.T) {
	dir := plant(t)
	treaty(t, dir, "plan", "mac", "stick")
	treaty(t, dir, "-C", "mac", "approve", "--yes")
	write(t, filepath.Join(dir, "mac", "notes.txt"), "drifted\n")
	s := onScreen(t, narrow, dir, "sh", "-c", "eager -C mac apply >/dev/null; printf 'prompt$ '")
	s.exits(0)
	s.progressed("checking that nothing has changed: ")
	if !strings.HasPrefix(s.text(), "treaty: the trees are not what they were") ||
		!strings.HasSuffix(s.text(), "\nprompt$") {
		t.Errorf("the screen is\n%s", s.text())
	}
}

func TestQuietShowsNoProgress(t *testing.T) {
	dir := plant(t)
	s := onScreen(t, narrow, dir, "eager", "-q", "plan", "mac", "stick")
	s.exits(0)
	if s.bytes.Len() > 0 {
		t.Errorf("it writes %q", s.bytes.String())
	}
}

func TestADumbTerminalGetsNeitherColoursNorProgress(t *testing.T) {
	dir := plant(t)
	s := onScreen(t, narrow, dir, "env", "TERM=dumb", "eager", "plan", "mac", "stick")
	s.exits(0)
	if s.wrote("\x1b") || s.wrote("reading") {
		t.Errorf("it writes %q", s.bytes.String())
	}
	s = onScreen(t, narrow, dir, "treaty", "plan", "mac", "stick")
	s.exits(0)
	if !s.wrote("\x1b[1mlocal\x1b[0m") {
		t.Errorf("another terminal gets no colours: %q", s.bytes.String())
	}
}

func TestWhatWasNotDoneIsListedOnce(t *testing.T) {
	dir := plant(t)
	treaty(t, dir, "plan", "mac", "stick")
	plans, err := filepath.Glob(filepath.Join(dir, "mac", ".treaty", "plans", "*.plan.json"))
	if err != nil || len(plans) != 1 {
		t.Fatal(plans, err)
	}
	text, err := os.ReadFile(plans[0])
	if err != nil {
		t.Fatal(err)
	}
	// Of a content that the source does not have, which shows when it is copied.
	at := strings.Index(string(text), `"path": "bulk"`)
	at += strings.Index(string(text[at:]), `"sha256": "`) + len(`"sha256": "`)
	if text[at]++; text[at] == '9'+1 || text[at] > 'f' {
		text[at] = '0'
	}
	write(t, plans[0], string(text))
	treaty(t, dir, "-C", "mac", "approve", "--yes")
	s := onScreen(t, narrow, dir, "eager", "-C", "mac", "apply")
	s.exits(exitPartial)
	if n := strings.Count(s.text(), "bulk"); n != 1 {
		t.Errorf("what failed is named %d times:\n%s", n, s.text())
	}
}

func TestAnInterruptTakesProgressAwayBeforeItIsTold(t *testing.T) {
	if testing.Short() {
		t.Skip("reads files of 40 MiB until it is fast enough to interrupt that")
	}
	dir := plant(t)
	for _, side := range []string{"mac", "stick"} {
		write(t, filepath.Join(dir, side, "large"), side+strings.Repeat("large", 8<<20))
	}
	for range 10 {
		s := onScreen(t, narrow, dir, "sh", "-c", `trap : INT; eager plan mac stick >/dev/null; printf "ended with $?"`)
		for !s.wrote("reading the trees: ") && !s.wrote("ended") {
			time.Sleep(time.Millisecond)
		}
		s.types("\x03")
		s.exits(0)
		if strings.Contains(s.text(), "ended with 0") {
			continue // it was faster
		}
		s.progressed("reading the trees: ")
		if got, want := strings.TrimPrefix(s.text(), "^C"), "treaty: interrupted\nended with 130"; got != want {
			t.Errorf("the screen is\n%s\nnot\n%s", got, want)
		}
		return
	}
	t.Skip("the machine plans faster than anybody can interrupt")
}

func TestAnInterruptedPassphraseLeavesTheTerminalAsItWas(t *testing.T) {
	needs(t, "ssh-keygen", "stty")
	dir := plant(t)
	shell(t, dir, "ssh-keygen -q -t ed25519 -N secret -f key")
	treaty(t, dir, "plan", "mac", "stick")
	s := onScreen(t, narrow, dir, "sh", "-c",
		`trap : INT; eager -C mac approve -q --yes --sign ../key; echo "ended with $?"; stty -a | grep -ow -e '-echo'; echo over`)
	s.asks("key:")
	s.types("\x03")
	s.exits(0)
	s.endsWith("Passphrase of …\ntreaty: interrupted\nended with 130\nover")
}

func TestHelpFitsANarrowTerminal(t *testing.T) {
	s := onScreen(t, 60, t.TempDir(), "treaty", "plan", "--help")
	s.exits(0)
	for line := range strings.Lines(s.bytes.String()) {
		if line = strings.TrimRight(line, "\r\n"); len(line) > 60 && !strings.HasPrefix(line, "Usage: ") {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
}

// hintsFrom are the commands that hints on a screen end in, each as it can be copied from there.
func hintsFrom(s *screen) []string {
	var commands []string
	for _, hint := range strings.Split(s.text(), "hint:")[1:] {
		from := strings.LastIndex(hint, "treaty ")
		commands = append(commands, strings.Join(strings.Split(hint[from:], "\n"), ""))
	}
	return commands
}

func TestErrorsAreWrappedOnTheScreenAndTheirHintsCanBeTyped(t *testing.T) {
	atBothWidths(t, func(t *testing.T, width int, dir string) {
		treaty(t, dir, "plan", "mac", "stick")
		s := onScreen(t, width, dir, "treaty", "apply", "-C", "mac")
		s.exits(exitNotApproved)
		for line := range strings.Lines(s.bytes.String()) {
			if line = strings.TrimRight(line, "\r\n"); len(line) > width {
				t.Errorf("the terminal breaks %q", line)
			}
		}
		if commands := hintsFrom(s); len(commands) != 1 || commands[0] != "treaty approve -C mac" {
			t.Errorf("%q cannot be typed:\n%s", commands, s.text())
		}
		treaty(t, dir, "approve", "-C", "mac", "--yes")
		write(t, filepath.Join(dir, "mac", "new.txt"), "unrelated\n")
		s = onScreen(t, width, dir, "treaty", "apply", "-C", "mac")
		s.exits(exitStale)
		if commands := hintsFrom(s); len(commands) != 1 || commands[0] != "treaty apply -C mac --allow-unrelated-drift" {
			t.Errorf("%q cannot be typed:\n%s", commands, s.text())
		}
	})
}
