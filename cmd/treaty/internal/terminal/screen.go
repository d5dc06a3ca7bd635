package terminal

import (
	"io"
	"sync"
	"time"
)

// Screen is the one owner of what a person sees: output, questions and progress all go through it, under
// one lock. A line of progress is gone before anything else is written to either stream, and none is drawn
// while an unfinished line, such as a question, stands there. Libraries for progress write on their own, from
// goroutines of theirs, and so cannot promise that.
type Screen struct {
	Stdout, Stderr Stream
	// After is how long some work takes before its progress is shown, and Every how long until that is shown anew.
	After, Every time.Duration
	// shows tells that progress may be shown: standard error is a terminal that can have a line taken off.
	shows bool

	mu     sync.Mutex
	closed bool
	// drawn is set while a line of progress stands on the screen.
	drawn bool
	// unfinished is set while what was last written to a terminal has not ended its line.
	unfinished bool
	// lent is how many programs have the terminal that may ask something on it.
	lent int
}

// New takes charge of both streams, which may be on a terminal or not. Nobody else may write to them until it is
// closed.
func New(stdout, stderr io.Writer) *Screen {
	const often = 150 * time.Millisecond
	s := &Screen{After: often, Every: often, shows: Is(stderr) && !dumb() && steerable(stderr)}
	s.Stdout = Stream{s, stdout, Is(stdout), new(error)}
	s.Stderr = Stream{s, stderr, Is(stderr), new(error)}
	return s
}

// Stream is standard output or standard error, as the screen's to write to.
type Stream struct {
	of    *Screen
	to    io.Writer
	shown bool // on a terminal
	// lost is the first error of a write: what follows a gap is not written.
	lost *error
}

// Write takes progress off the screen, and writes. After an error it is that one again.
func (s Stream) Write(text []byte) (int, error) {
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

// Lost is what not all of standard output could be written for, nil where it was.
func (s *Screen) Lost() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.Stdout.lost
}

// Lose notes that something was not written to standard output, for that to be told last.
func (s *Screen) Lose(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*s.Stdout.lost = err
}

// draw shows a line of progress in the place of the one before. It shows nothing where there is no terminal,
// where an unfinished line stands, while the terminal is lent, and after Close.
func (s *Screen) draw(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.shows || s.closed || s.unfinished || s.lent > 0 {
		return
	}
	s.erase()
	s.drawn = line != ""
	_, _ = io.WriteString(s.Stderr.to, line)
}

// room is how many columns a line of progress may have: in the last one some terminals go on to the next line.
func (s *Screen) room() int { return max(0, Columns(s.Stderr)-1) }

// clear takes progress off the screen.
func (s *Screen) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
}

// Lend leaves the terminal to a program that may ask something on it, as ssh does: no progress is drawn until it is
// taken back.
func (s *Screen) Lend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	s.lent++
}

// TakeBack ends a Lend.
func (s *Screen) TakeBack() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lent--
}

// Close takes progress off the screen for good.
func (s *Screen) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	s.closed = true
}

// erase needs the lock. An error is not told of: whoever can't be shown progress can't be told either.
func (s *Screen) erase() {
	if s.drawn {
		_, _ = io.WriteString(s.Stderr.to, "\r\x1b[K")
		s.drawn = false
	}
}

// answered tells that the line of a question has been ended, by the person or by a line break.
func (s *Screen) answered() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unfinished = false
}
