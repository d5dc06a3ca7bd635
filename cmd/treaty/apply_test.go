package main

import (
	"bytes"
	"strings"
	"syscall"
	"testing"

	"treaty/plan"
)

// full is an output that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// TestWhatCannotBeShownIsDone: an apply that nobody can read about is no failed one, by whose exit code nothing
// was changed.
func TestWhatCannotBeShownIsDone(t *testing.T) {
	d := newDesk(t, &volume{name: "here"}, t.TempDir(), t.TempDir())
	d.put(plan.Local, "a.txt", "text", 1)
	d.plan()
	tried(t, 0, "-C", d.at[plan.Local], "approve", "--yes")
	var errors bytes.Buffer
	if code := run([]string{"-C", d.at[plan.Local], "apply"}, strings.NewReader(""), full{}, &errors); code != 0 {
		t.Errorf("exit %d", code)
	}
	if !strings.Contains(errors.String(), "treaty: what was done cannot be shown: ") {
		t.Errorf("it says %q", &errors)
	}
	d.has(plan.Remote, "a.txt", "text")
}
