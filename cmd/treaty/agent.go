package main

import (
	"context"
	"errors"
	"os/signal"
	"syscall"

	"treaty/apply/reach"
)

type agentCommand struct {
	Root string `placeholder:"DIR" help:"Let nothing be reached but what lies in this directory."`
}

// Run lets a treaty on another machine, which runs this by ssh, work on trees of this one.
func (c *agentCommand) Run(a *app) error {
	if isTerminal(a.stdin) || isTerminal(a.stdout) {
		return usage(exactly("treaty plan --help"), "treaty agent is the other end of ssh, and nobody types it: name a tree "+
			"here as ssh://HOST/path on the other machine")
	}
	// Whoever is gone cannot be written to: that is the end of the streams, and not of the process, which has locks to
	// release.
	signal.Ignore(syscall.SIGPIPE, syscall.SIGHUP)
	ended := make(chan error, 1)
	stop := func() error { return nil }
	go func() {
		ended <- reach.Serving{Program: version(), Within: expandHome(c.Root)}.Serve(a.stdin, a.stdout, stop)
	}()
	select {
	case err := <-ended:
		if errors.Is(err, reach.ErrRefused) {
			return usage(exactly("treaty plan --help"), "%v", err)
		}
		return err
	case <-a.ctx.Done():
		return context.Cause(a.ctx)
	}
}
