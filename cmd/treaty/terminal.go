package main

import (
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// terminal is the one owner of what a person sees: output, questions and progress all go through it, under
// one lock. A line of progress is gone before anything else is written to either stream, and none is drawn
// while an unfinished line, such as a question, stands there. Libraries for progress write on their own, from
// goroutines of theirs, and so cannot promise that.
type terminal struct {
	stdout, stderr stream
	// shows tells that progress may be shown: from which moment of some work on, and every how often.
	shows        bool
	after, every time.Duration

	mu     sync.Mutex
	closed bool
	// drawn is set while a line of progress stands on the screen.
	drawn bool
	// unfinished is set while what was last written to a terminal has not ended its line.
	unfinished bool
	// lent is how many programs have the terminal that may ask something on it.
	lent int
	// done is set once trees or what treaty keeps of them were changed: that this cannot be shown changes no exit code.
	done bool
}

// newTerminal takes charge of both streams. Nobody else may write to them until it is closed.
func newTerminal(stdout, stderr io.Writer) *terminal {
	const often = 150 * time.Millisecond
	t := &terminal{after: often, every: often, shows: isTerminal(stderr) && !dumb() && steerable(stderr)}
	t.stdout = stream{t, stdout, isTerminal(stdout), new(error)}
	t.stderr = stream{t, stderr, isTerminal(stderr), new(error)}
	return t
}

// stream is standard output or standard error.
type stream struct {
	of    *terminal
	to    io.Writer
	shown bool // on a terminal
	// lost is the first error of a write: what follows a gap is not written.
	lost *error
}

// Write takes progress off the screen, and writes. After an error it is that one again.
func (s stream) Write(text []byte) (int, error) {
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	s.of.erase()
	if s.shown && len(text) > 0 {
		s.of.unfinished = text[len(text)-1] != '\n'
	}
	if *s.lost != nil {
		return 0, *s.lost
	}
	n, err := s.to.Write(text)
	*s.lost = err
	return n, err
}

// lost is what not all of standard output could be written for, nil where it was.
func (t *terminal) lost() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return *t.stdout.lost
}

// lose notes that something was not written to standard output, for that to be told last.
func (t *terminal) lose(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	*t.stdout.lost = err
}

// draw shows a line of progress in the place of the one before. It shows nothing where there is no terminal,
// where an unfinished line stands, while the terminal is lent, and after close.
func (t *terminal) draw(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.shows || t.closed || t.unfinished || t.lent > 0 {
		return
	}
	t.erase()
	t.drawn = line != ""
	_, _ = io.WriteString(t.stderr.to, line)
}

// room is how many columns a line of progress may have: in the last one some terminals go on to the next line.
func (t *terminal) room() int { return max(0, columns(t.stderr)-1) }

// clear takes progress off the screen.
func (t *terminal) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.erase()
}

// lend leaves the terminal to a program that may ask something on it, as ssh does: no progress is drawn until it is
// taken back.
func (t *terminal) lend() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.erase()
	t.lent++
}

// takeBack ends a lend.
func (t *terminal) takeBack() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lent--
}

// close takes progress off the screen for good.
func (t *terminal) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.erase()
	t.closed = true
}

// erase needs the lock. An error is not told of: whoever can't be shown progress can't be told either.
func (t *terminal) erase() {
	if t.drawn {
		_, _ = io.WriteString(t.stderr.to, "\r\x1b[K")
		t.drawn = false
	}
}

// answered tells that the line of a question has been ended, by the person or by a line break.
func (t *terminal) answered() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unfinished = false
}

// file is the file behind one end of a terminal, nil where there is none.
func file(end any) *os.File {
	if p, ok := end.(*pager); ok {
		end = p.stream
	}
	if s, ok := end.(stream); ok {
		end = s.to
	}
	f, _ := end.(*os.File)
	return f
}

// isTerminal tells whether somebody sits at the other end.
func isTerminal(end any) bool {
	f := file(end)
	return f != nil && term.IsTerminal(int(f.Fd()))
}

// together tells whether whoever reads one output reads the other too: both are on a terminal, or go into one file.
func together(a, b any) bool {
	if isTerminal(a) && isTerminal(b) {
		return true
	}
	f, g := file(a), file(b)
	if f == nil || g == nil {
		return false
	}
	first, err := f.Stat()
	if err != nil {
		return false
	}
	second, err := g.Stat()
	return err == nil && os.SameFile(first, second)
}

// columns is how wide a terminal is, 0 where end is none or does not tell.
func columns(end any) int {
	f := file(end)
	if f == nil {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// steerable makes a terminal take escape sequences, false where it can't or is none.
func steerable(end any) bool {
	f := file(end)
	return f != nil && steer(f)
}

// drawable tells whether a person sits at a terminal that a whole screen can be drawn on.
func drawable(stdin, stdout any) bool { return isTerminal(stdin) && isTerminal(stdout) && !dumb() }

// dumb tells whether the terminal says of itself that it knows no escape sequences.
func dumb() bool { return os.Getenv("TERM") == "dumb" }

// coloured tells whether to write colours to end: what was asked for, else what the environment says (as
// no-color.org and bixense.com/clicolors have it), else whether it is a terminal that shows them.
func coloured(asked string, end any) bool {
	able, forced := isTerminal(end) && steerable(end), os.Getenv("CLICOLOR_FORCE")
	switch {
	case asked != "auto":
		return asked == "always"
	case os.Getenv("NO_COLOR") != "":
		return false
	case forced != "" && forced != "0":
		return true
	}
	return able && !dumb()
}
