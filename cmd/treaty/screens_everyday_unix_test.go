//go:build unix

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestStatusOnTheScreen(t *testing.T) {
	atBothWidths(t, func(t *testing.T, width int, dir string) {
		treaty(t, dir, "plan", "mac", "stick")
		s := onScreen(t, width, dir, "eager", "status", "mac", "stick")
		s.exits(0)
		s.progressed("reading the trees: ")
		s.endsWith(`
        never synced with each other, so nothing is deleted

on remote: create 2 files, 1 directory (1.0 MiB), update 1 file (14 B)
entries: 1 agreed
waiting: the plan of …

Next: treaty show -C mac
      treaty approve -C mac`)
	})
}

// clash makes so many conflicts in the trees of plant.
func clash(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		for _, side := range []string{"mac", "stick"} {
			path := filepath.Join(dir, side, name)
			write(t, path, name+" of "+side+"\n")
			if err := os.Chtimes(path, written, written); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// keysOf are the keys of a conflict that knows no newer version.
const keysOf = ": [l] mac, [r] stick, [b]oth, [s]kip, [d]iff, "

func TestSyncAsksForEachConflictByOneKey(t *testing.T) {
	dir := plant(t)
	clash(t, dir, "one", "two", "three")
	s := onScreen(t, narrow, dir, "eager", "sync", "mac", "stick")
	s.asks("one" + keysOf + "[A]ll, [q]uit, [?]")
	s.presses("?")
	s.shows("  r  replace the file of 11 bytes on mac by the file of 13 bytes of stick; what\n     is")
	s.shows("  A  the next choice is for all that are left and allow it")
	s.presses("\x1b[A") // an arrow, which ends in the letter of another key
	s.presses("n")
	s.shows("  one stays open: not take-newer, since both were written at the same time")
	s.presses("r")
	s.asks("three" + keysOf + "[A]ll, [u]ndo, [q]uit,\n  [?]")
	s.presses("A")
	s.asks("all 2: [l] mac, [r] stick, [n]ewer, [m]erged, [b]oth, [s]kip, esc for none")
	s.presses("l")
	s.asks("All conflicts are settled; u and Enter go back to the last.\nCarry this out? [y/N]")
	s.types("y\r")
	s.exits(0)
	for name, from := range map[string]string{"one": "stick", "two": "mac", "three": "mac"} {
		for _, side := range []string{"mac", "stick"} {
			text, err := os.ReadFile(filepath.Join(dir, side, name))
			if want := name + " of " + from + "\n"; err != nil || string(text) != want {
				t.Errorf("%s in %s is %q, not %q", name, side, text, want)
			}
		}
	}
}

func TestAnyKeyButAChoiceTakesBackThatTheNextOneIsForAll(t *testing.T) {
	for name, key := range map[string]string{"Esc": "\x1b", "an arrow": "\x1b[A", "Enter": "\r", "a letter": "x"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := plant(t)
			clash(t, dir, "one", "two", "three")
			s := onScreen(t, wide, dir, "eager", "sync", "mac", "stick")
			s.asks("one" + keysOf + "[A]ll, [q]uit, [?]")
			s.presses("A")
			s.asks("all 3: [l] mac, [r] stick, [n]ewer, [m]erged, [b]oth, [s]kip, esc for none")
			s.presses(key)
			s.asks("one" + keysOf + "[A]ll, [q]uit, [?]")
			s.presses("l")
			s.asks("three" + keysOf + "[A]ll, [u]ndo, [q]uit, [?]")
			s.presses("q")
			s.exits(exitConflicts)
		})
	}
}

func TestSyncGoesBackToTheConflictThatWasSettledLast(t *testing.T) {
	dir := plant(t)
	clash(t, dir, "one", "two", "three")
	s := onScreen(t, wide, dir, "eager", "sync", "mac", "stick")
	s.asks("one" + keysOf + "[A]ll, [q]uit, [?]")
	s.presses("u") // nothing was settled yet
	s.shows("this key does nothing here; ? tells which do")
	s.presses("l")
	s.asks("three" + keysOf + "[A]ll, [u]ndo, [q]uit, [?]")
	s.presses("u")
	s.asks("one" + keysOf + "[A]ll, [q]uit, [?]")
	s.presses("rAl")
	s.asks("Carry this out? [y/N]")
	s.types("u\r")
	s.asks("three" + keysOf + "[A]ll, [u]ndo, [q]uit, [?]")
	s.presses("sl")
	s.asks("Carry this out? [y/N]")
	s.types("y\r")
	s.exits(0)
	for name, from := range map[string]string{"one": "stick", "two": "mac"} {
		for _, side := range []string{"mac", "stick"} {
			if text := textOf(t, filepath.Join(dir, side, name)); string(text) != name+" of "+from+"\n" {
				t.Errorf("%s in %s is %q", name, side, text)
			}
		}
	}
	if text := textOf(t, filepath.Join(dir, "stick", "three")); string(text) != "three of stick\n" {
		t.Errorf("three in stick is %q", text)
	}
}

func TestWhoGoesBackAndLeavesHasChangedNothing(t *testing.T) {
	dir := plant(t)
	clash(t, dir, "one", "two")
	s := onScreen(t, narrow, dir, "eager", "sync", "mac", "stick")
	s.asks("one" + keysOf + "[A]ll, [q]uit, [?]")
	s.presses("ll")
	s.asks("Carry this out? [y/N]")
	s.types("u\r")
	s.asks("two" + keysOf + "[u]ndo, [q]uit, [?]")
	s.presses("q")
	s.exits(exitConflicts)
	if said := treaty(t, dir, "-C", "mac", "show", "--unresolved"); strings.Count(said, "not resolved") != 2 {
		t.Errorf("the plan was changed:\n%s", said)
	}
}

func TestWhoLeavesTheConflictsOfSyncChangesNothing(t *testing.T) {
	const left = "treaty: 1 of 2 conflicts not settled, and what was answered before is dropped; " +
		"nothing was changed; the plan is kept"
	for name, answer := range map[string]struct {
		keys string
		code int
		said string
	}{
		"q":      {"q", exitConflicts, left},
		"Ctrl-D": {"\x04", exitConflicts, left},
		"Ctrl-C": {"\x03", exitInterrupted, "treaty: interrupted; nothing was changed; the plan is kept"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := plant(t)
			clash(t, dir, "one", "two")
			s := onScreen(t, narrow, dir, "eager", "sync", "mac", "stick")
			s.asks("one" + keysOf + "[A]ll, [q]uit, [?]")
			s.presses("l")
			s.asks("two" + keysOf + "[u]ndo, [q]uit, [?]")
			s.presses(answer.keys)
			s.exits(answer.code)
			if said := strings.Join(strings.Fields(s.text()), " "); !strings.Contains(said, answer.said) {
				t.Errorf("the screen is\n%s", s.text())
			}
			if _, err := os.Stat(filepath.Join(dir, "stick", "letters")); err == nil {
				t.Error("it was carried out")
			}
			if said := treaty(t, dir, "-C", "mac", "show", "--unresolved"); strings.Count(said, "not resolved") != 2 {
				t.Errorf("the plan was changed:\n%s", said)
			}
		})
	}
}

// ssh asks on the terminal itself: nothing of treaty's stands before its question, or comes over it, until it was
// answered.
func TestSSHAsksBeforeAnythingIsDrawn(t *testing.T) {
	needs(t, "sh", "tty")
	dir := plant(t)
	connectsBy(t, dir, "printf 'Passphrase: ' > /dev/tty; read answer < /dev/tty; shift; exec \"$@\"")
	far := "ssh://nas" + filepath.Join(dir, "stick")
	for _, words := range []string{"plan mac " + far, "-C mac approve", "-C mac apply", "doctor mac " + far,
		"recover mac " + far} {
		s := onScreen(t, wide, dir, append([]string{"env", "XDG_CONFIG_HOME=", "eager"}, strings.Fields(words)...)...)
		if words == "-C mac approve" {
			s.types("y\r")
			s.exits(0)
			continue
		}
		s.asks("Passphrase:")
		if got := s.text(); got != "Passphrase:" {
			t.Errorf("%s shows this first:\n%s", words, got)
		}
		s.types("secret\r")
		s.exits(0)
	}
}

// connectsBy lets a script stand for ssh.
func connectsBy(t *testing.T, home, script string) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"ssh": map[string]any{"command": []string{"sh", "-c", script, "ssh"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, config := range []string{".config", "Library/Application Support"} {
		config = filepath.Join(home, config, "treaty")
		if err := os.MkdirAll(config, 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(config, "config.json"), string(text))
	}
}

// ssh gives the terminal back as it was when its question is interrupted: it is given the time for that.
func TestAnInterruptAtTheQuestionOfSSHLeavesTheTerminalAsItWas(t *testing.T) {
	needs(t, "sh", "tty", "stty")
	dir := plant(t)
	connectsBy(t, dir, "trap 'sleep 0.1; stty echo < /dev/tty; exit 255' INT TERM; stty -echo < /dev/tty; "+
		"printf 'Passphrase: ' > /dev/tty; read answer < /dev/tty")
	for _, words := range []string{"plan mac", "sync mac", "status mac"} {
		script := "trap : INT; eager " + words + " ssh://nas" + filepath.Join(dir, "stick") +
			`; echo "code $?"; case "$(stty -a)" in *-echo\ *) echo dark ;; *) echo seen ;; esac`
		s := onScreen(t, wide, dir, "env", "XDG_CONFIG_HOME=", "sh", "-c", script)
		s.asks("Passphrase:")
		s.types("\x03")
		s.exits(0)
		if got := s.text(); !strings.Contains(got, "code 130\n") || !strings.HasSuffix(got, "seen") {
			t.Errorf("%s:\n%s", words, got)
		}
	}
}
