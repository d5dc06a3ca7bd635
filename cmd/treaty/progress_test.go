package main

import (
	"testing"
	"time"

	"treaty/apply"
	"treaty/plan"
)

// Progress of an apply says which of its phases it is in.
func TestProgressOfApplyNamesItsPhases(t *testing.T) {
	p := &apply.Progress{}
	says := func(want string) {
		t.Helper()
		if got := applying(p)().line(time.Millisecond, 200); got != want {
			t.Errorf("it says %q, not %q", got, want)
		}
	}
	p.Scanned[plan.Local].Files.Store(3)
	p.Scanned[plan.Remote].Files.Store(4)
	says("checking that nothing has changed: 7 files")
	p.ToDo.Store(2)
	p.ToCopy.Store(2048)
	p.Done.Store(1)
	p.Copied.Store(512)
	says("applying: 1 of 2 operations  [#####---------------]  512 B of 2.0 KiB")
	p.Done.Store(2)
	says("recording what was done: 2 operations")
}
