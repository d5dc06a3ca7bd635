package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"treaty/cmd/treaty/internal/render"
)

// console is the person whom the program talks with: what it reads from and writes to, how, and until when.
type console struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer // the terminal's
	terminal       *terminal
	color, quiet   bool
	now            func() time.Time
}

// say prints a line that --quiet keeps back.
func (c *console) say(format string, args ...any) {
	if !c.quiet {
		fmt.Fprintf(c.stdout, format+"\n", args...)
	}
}

// tell is say of a text from a column on that is wrapped on a terminal, to hang at another.
func (c *console) tell(from, hang int, format string, args ...any) error {
	if c.quiet {
		return nil
	}
	return render.Line(c.stdout, fmt.Sprintf(format, args...), from, hang, c.style())
}

// style is how to write for whoever reads standard output: on a terminal lines fit, and times are those of the
// clock on the wall.
func (c *console) style() render.Options {
	o := render.Options{Color: c.color}
	if isTerminal(c.stdout) {
		o.Width, o.Zone = columns(c.stdout), time.Local
	}
	return o
}
