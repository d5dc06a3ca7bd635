package main

import (
	"testing"

	"treaty/apply"
	"treaty/cmd/treaty/internal/terminal"
	"treaty/plan"
)

// Progress of an apply says which of its phases it is in.
func TestProgressOfApplyNamesItsPhases(t *testing.T) {
	p := &apply.Progress{}
	says := func(want terminal.Measured) {
		t.Helper()
		if got := applying(p)(); got != want {
			t.Errorf("it says %v, not %v", got, want)
		}
	}
	p.Scanned[plan.Local].Files.Store(3)
	p.Scanned[plan.Remote].Files.Store(4)
	says(terminal.Measured{What: "checking that nothing has changed: 7 files"})
	p.ToDo.Store(2)
	p.ToCopy.Store(2048)
	p.Done.Store(1)
	p.Copied.Store(512)
	says(terminal.Measured{What: "applying: 1 of 2 operations", Done: 512, Total: 2048})
	p.Done.Store(2)
	says(terminal.Measured{What: "recording what was done: 2 operations"})
}
