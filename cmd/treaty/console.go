package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
	"treaty/plan/address"
)

// console is the person whom the program talks with: what it reads from and writes to, how, and until when.
type console struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer // the terminal's
	terminal       *terminal
	color, quiet   bool
	plain          bool // without a pager
	now            func() time.Time
}

// say prints lines that --quiet keeps back.
func (c *console) say(format string, args ...any) {
	if !c.quiet {
		message(c.stdout, format, args...)
	}
}

// warn prints a warning that --quiet keeps back, and a hint where there is one.
func warn(a *app, h hint, format string, args ...any) {
	if a.quiet {
		return
	}
	message(a.stderr, "treaty: warning: "+format, args...)
	if h != nil {
		message(a.stderr, "hint: %s", render.Escape(h(a.call)))
	}
}

// message writes lines for a person to an end, broken at its width where that is a terminal, and without passwords.
// Whoever cannot be written to cannot be told of that either.
func message(end io.Writer, format string, args ...any) {
	width := 0
	if isTerminal(end) {
		width = columns(end)
	}
	for line := range strings.SplitSeq(address.WithoutPasswords(fmt.Sprintf(format, args...)), "\n") {
		fmt.Fprintln(end, render.Message(line, width))
	}
}

// tell is say of a text from a column on that is wrapped on a terminal, to hang at another.
func (c *console) tell(from, hang int, format string, args ...any) error {
	if c.quiet {
		return nil
	}
	return render.Line(c.stdout, fmt.Sprintf(format, args...), from, hang, c.style())
}

// named is style where trees are spoken of by names.
func (c *console) named(names plan.Sides[string]) render.Options {
	o := c.style()
	o.Names = names
	return o
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
