package main

import (
	"bytes"
	"go/token"
	"strings"
	"testing"
	"time"
)

// All that is written goes through the terminal, or progress could stand in its way.
func TestOnlyMainKnowsTheStreams(t *testing.T) {
	for _, s := range sources(t) {
		if s.dir+"/"+s.name == "cmd/treaty/main.go" {
			continue
		}
		selectors(s, func(pkg, name string, where token.Position) {
			stream := pkg == "os" && (name == "Stdin" || name == "Stdout" || name == "Stderr")
			if stream || pkg == "fmt" && strings.HasPrefix(name, "Print") {
				t.Errorf("%v: %s.%s", where, pkg, name)
			}
		})
	}
}

func TestProgressIsGoneBeforeAnythingIsWritten(t *testing.T) {
	for name, write := range map[string]func(*terminal){
		"to standard output": func(t *terminal) { t.stdout.Write([]byte("said\n")) },
		"to standard error":  func(t *terminal) { t.stderr.Write([]byte("said\n")) },
	} {
		t.Run(name, func(t *testing.T) {
			var screen bytes.Buffer
			term := newTerminal(&screen, &screen)
			term.shows = true
			term.draw("busy")
			write(term)
			term.draw("busy")
			term.close()
			term.draw("busy")
			if got, want := screen.String(), "busy\r\x1b[Ksaid\nbusy\r\x1b[K"; got != want {
				t.Errorf("%q was written, not %q", got, want)
			}
		})
	}
}

func TestNoProgressIsDrawnBehindAQuestion(t *testing.T) {
	var screen bytes.Buffer
	term := newTerminal(&screen, &screen)
	term.shows, term.stdout.shown = true, true
	term.stdout.Write([]byte("Sure? "))
	term.draw("busy")
	term.answered()
	term.draw("on")
	if got, want := screen.String(), "Sure? on"; got != want {
		t.Errorf("%q was written, not %q", got, want)
	}
}

func TestNoProgressIsDrawnWhileTheTerminalIsLent(t *testing.T) {
	var screen bytes.Buffer
	term := newTerminal(&screen, &screen)
	term.shows = true
	term.draw("busy")
	term.lend()
	term.lend()
	term.takeBack()
	term.draw("busy")
	term.takeBack()
	term.draw("on")
	if got, want := screen.String(), "busy\r\x1b[Kon"; got != want {
		t.Errorf("%q was written, not %q", got, want)
	}
}

func TestProgressFitsTheTerminal(t *testing.T) {
	m := measured{"applying: 3 of 40 operations", 3 << 20, 40 << 20}
	for width, want := range map[int]string{
		0:   "",
		1:   "…",
		12:  "applying: 3…",
		100: "applying: 3 of 40 operations  [#-------------------]  3.0 MiB of 40.0 MiB, 1.5 MiB/s, 25s left",
	} {
		if got := m.line(2*time.Second, width); got != want {
			t.Errorf("in %d columns: %q, not %q", width, got, want)
		}
	}
	if got, want := (measured{what: "reading the trees: 1 file"}).line(time.Minute, 80),
		"reading the trees: 1 file"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
}

func TestColourIsAskedForThenForbiddenThenForcedThenFoundOut(t *testing.T) {
	for _, c := range []struct {
		asked, forbidden, forced string
		want                     bool
	}{
		{"auto", "", "", false},
		{"auto", "", "1", true},
		{"auto", "", "0", false},
		{"auto", "1", "1", false},
		{"auto", "1", "", false},
		{"always", "1", "", true},
		{"never", "", "1", false},
	} {
		t.Setenv("NO_COLOR", c.forbidden)
		t.Setenv("CLICOLOR_FORCE", c.forced)
		for _, term := range []string{"dumb", "xterm"} {
			t.Setenv("TERM", term)
			if got := coloured(c.asked, &bytes.Buffer{}); got != c.want {
				t.Errorf("--color %s, NO_COLOR=%s, CLICOLOR_FORCE=%s, TERM=%s: %v", c.asked, c.forbidden, c.forced, term, got)
			}
		}
	}
}
