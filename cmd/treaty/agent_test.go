package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"treaty/apply/reach"
	"treaty/cmd/treaty/internal/terminal"
	"treaty/plan/address"
)

// An agent that is told to end, as by a machine that is shut down, releases the locks that were taken through it.
func TestAnAgentThatIsToldToEndLeavesNoLock(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	dir := t.TempDir()
	toAgent, in := io.Pipe()
	out, fromAgent := io.Pipe()
	ended := make(chan error, 1)
	a := &app{Console: &terminal.Console{Ctx: ctx, Stdin: toAgent, Stdout: fromAgent}}
	go func() { ended <- (&agentCommand{}).Run(a) }()
	network := &reach.Network{Program: "test", Dial: func(address.Address) (reach.Streams, error) {
		return reach.Streams{From: out, To: in, Stop: func() error { return errors.Join(in.Close(), out.Close()) }}, nil
	}}
	defer network.Close()
	tree, err := reach.Opener(network.Open).Store("ssh://there/" + strings.TrimPrefix(filepath.ToSlash(dir), "/"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Lock(); err != nil {
		t.Fatal(err)
	}
	lock := filepath.Join(dir, ".treaty", "lock")
	if _, err := os.Stat(lock); err != nil {
		t.Fatal(err)
	}
	end()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("it ends by %v", err)
		}
	case <-time.After(parting / 2):
		t.Fatal("it goes on")
	}
	if _, err := os.Stat(lock); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock: %v", err)
	}
}
