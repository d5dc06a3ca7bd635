//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"
)

// A terminal that is closed interrupts as Ctrl-C does, whether it is told of once or twice.
func TestAHangupIsAnInterrupt(t *testing.T) {
	if signal.Ignored(syscall.SIGHUP) {
		t.Skip("hangups are ignored here")
	}
	ctx, stop := interruptible()
	defer signal.Reset(syscall.SIGHUP)
	defer stop()
	for range 2 {
		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Minute):
			t.Fatal("it goes on")
		}
		for deadline := time.Now().Add(time.Minute); !signal.Ignored(syscall.SIGHUP); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("a second hangup ends the process")
			}
		}
	}
	if !errors.Is(ctx.Err(), context.Canceled) {
		t.Error(ctx.Err())
	}
}
