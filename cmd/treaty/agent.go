package main

import (
	"context"
	"errors"
	"io"
	"os/signal"
	"syscall"
	"time"

	"treaty/apply/reach"
	"treaty/cmd/treaty/internal/home"
	"treaty/cmd/treaty/internal/terminal"
)

// roomy is how many bytes a pipe is to take that nobody has read yet: as many as may be on their way in a few large
// contents. As the system makes it, one takes less than a frame of a content, and each end waits for the other's turn.
const roomy = 1 << 20

type agentCommand struct {
	Root string `placeholder:"DIR" help:"Let nothing be reached but what lies in this directory."`
}

// Run lets a treaty on another machine, which runs this by ssh, work on trees of this one.
func (c *agentCommand) Run(a *app) error {
	if terminal.Is(a.Stdin) || terminal.Is(a.Stdout) {
		return usage(exactly("treaty agent --help"), "treaty agent is the other end of ssh, and nobody types it: name a "+
			"tree here as ssh://HOST/path on the other machine")
	}
	// Whoever is gone cannot be written to: that is the end of the streams, and not of the process, which has locks to
	// release.
	signal.Ignore(syscall.SIGPIPE, syscall.SIGHUP)
	out := a.Stdout
	if f := terminal.File(out); f != nil {
		out = f // that the other end has left is no failure to tell of
	}
	widen(a.Stdin)
	widen(out)
	// A read of the standard input cannot be ended from here; one of what is copied from it can.
	in, from := io.Pipe()
	go func() {
		// The file knows a way to be copied, in smaller parts.
		_, err := io.CopyBuffer(from, struct{ io.Reader }{a.Stdin}, make([]byte, roomy/4))
		from.CloseWithError(err)
	}()
	ended := make(chan error, 1)
	go func() {
		serving := reach.Serving{Program: version(), Within: home.Expand(c.Root)}
		ended <- serving.Serve(in, out, in.Close)
	}()
	select {
	case err := <-ended:
		if errors.Is(err, reach.ErrRefused) {
			return usage(exactly("treaty agent --help"), "%v", err)
		}
		return err
	case <-a.Ctx.Done():
	}
	// Told to end, it ends as where the line is cut: the calls in hand are finished, and the locks released. Whoever no
	// longer reads what they answer is not waited for.
	from.CloseWithError(io.EOF)
	select {
	case <-ended:
	case <-time.After(parting):
	}
	return context.Cause(a.Ctx)
}
