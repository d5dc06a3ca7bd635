package terminal

import (
	"bytes"
	"testing"
)

func TestProgressIsGoneBeforeAnythingIsWritten(t *testing.T) {
	for name, write := range map[string]func(*Screen){
		"to standard output": func(t *Screen) { t.Stdout.Write([]byte("said\n")) },
		"to standard error":  func(t *Screen) { t.Stderr.Write([]byte("said\n")) },
	} {
		t.Run(name, func(t *testing.T) {
			var screen bytes.Buffer
			term := New(&screen, &screen)
			term.shows = true
			term.draw("busy")
			write(term)
			term.draw("busy")
			term.Close()
			term.draw("busy")
			if got, want := screen.String(), "busy\r\x1b[Ksaid\nbusy\r\x1b[K"; got != want {
				t.Errorf("%q was written, not %q", got, want)
			}
		})
	}
}

func TestNoProgressIsDrawnBehindAQuestion(t *testing.T) {
	var screen bytes.Buffer
	term := New(&screen, &screen)
	term.shows, term.Stdout.shown = true, true
	term.Stdout.Write([]byte("Sure? "))
	term.draw("busy")
	term.answered()
	term.draw("on")
	if got, want := screen.String(), "Sure? on"; got != want {
		t.Errorf("%q was written, not %q", got, want)
	}
}

func TestNoProgressIsDrawnWhileTheTerminalIsLent(t *testing.T) {
	var screen bytes.Buffer
	term := New(&screen, &screen)
	term.shows = true
	term.draw("busy")
	term.Lend()
	term.Lend()
	term.TakeBack()
	term.draw("busy")
	term.TakeBack()
	term.draw("on")
	if got, want := screen.String(), "busy\r\x1b[Kon"; got != want {
		t.Errorf("%q was written, not %q", got, want)
	}
}
