package main

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"treaty/apply"
	"treaty/apply/reach"
	"treaty/apply/refusal"
)

// Ctrl-C ends ssh and what it runs too: that the connection is lost by that is no accident, whichever is seen first.
func TestAConnectionThatAnInterruptEndsIsInterrupted(t *testing.T) {
	lost := &apply.Refusal{Cause: refusal.CauseUnfinished, Why: "it is not finished",
		Err: fmt.Errorf("%w: EOF", reach.ErrLost)}
	over, interrupt := context.WithCancel(context.Background())
	interrupt()
	for _, c := range []struct {
		name string
		ctx  context.Context
		err  error
		code int
	}{
		{"interrupted, and lost", over, lost, exitInterrupted},
		{"lost alone", context.Background(), lost, exitPartial},
		{"interrupted, and something else", over, apply.ErrStale, exitStale},
	} {
		if code := exitCode(interruptedOr(c.ctx, c.err)); code != c.code {
			t.Errorf("%s: exit code %d, not %d", c.name, code, c.code)
		}
	}
	if err := interruptedOr(over, lost); err.Error() != lost.Error() || !errors.Is(err, reach.ErrLost) {
		t.Errorf("it says %q", err)
	}
	if err := interruptedOr(over, nil); err != nil {
		t.Error(err)
	}
}
