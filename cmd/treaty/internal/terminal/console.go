package terminal

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"treaty/cmd/treaty/internal/render"
	"treaty/plan/address"
)

// Console is the person whom the program talks with: what it reads from and writes to, how, and until when.
type Console struct {
	// Ctx ends at an interrupt, and questions and progress with it.
	Ctx   context.Context
	Stdin io.Reader
	// Stdout and Stderr are the screen's; while a text is Paged, Stdout is its pager.
	Stdout, Stderr io.Writer
	Screen         *Screen
	Color          bool // on standard output
	Quiet          bool // no summaries, no warnings, no progress
	Plain          bool // without a pager
	Now            func() time.Time
}

// Say prints lines that --quiet keeps back.
func (c *Console) Say(format string, args ...any) {
	if !c.Quiet {
		Message(c.Stdout, format, args...)
	}
}

// Warn prints a warning that --quiet keeps back.
func (c *Console) Warn(format string, args ...any) {
	if !c.Quiet {
		Message(c.Stderr, "treaty: warning: "+format, args...)
	}
}

// Message writes lines for a person to an end, broken at its width where that is a terminal, and without passwords.
// Whoever cannot be written to cannot be told of that either.
func Message(end io.Writer, format string, args ...any) {
	width := 0
	if Is(end) {
		width = Columns(end)
	}
	for line := range strings.SplitSeq(address.WithoutPasswords(fmt.Sprintf(format, args...)), "\n") {
		fmt.Fprintln(end, render.Message(line, width))
	}
}

// Tell is Say of a text that begins at a column and is wrapped on a terminal, to hang at another column.
func (c *Console) Tell(from, hang int, format string, args ...any) error {
	if c.Quiet {
		return nil
	}
	return render.Line(c.Stdout, fmt.Sprintf(format, args...), from, hang, c.Style())
}

// Style is how to write for whoever reads standard output: on a terminal lines fit, and times are those of the
// clock on the wall.
func (c *Console) Style() render.Options {
	o := render.Options{Color: c.Color}
	if Is(c.Stdout) {
		o.Width, o.Zone = Columns(c.Stdout), time.Local
	}
	return o
}
