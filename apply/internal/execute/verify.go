package execute

import (
	"context"

	"treaty/apply/paper"
	"treaty/plan/tree"
)

// Verify reads back, from the device where the platform lets it, the files that this run has written, and
// tells of those that are not what was written: a stick that promises more than it holds, or somebody who
// wrote to them in the meantime. They are drift, and what they replaced is in the trash.
func (e *Execution) Verify(ctx context.Context) {
	wanted := func(t *task) bool { return t.copies() && t.After.Of() == tree.File && t.sum != nil }
	if !e.eachDone(ctx, wanted, readBack) {
		e.unverified = true
	}
}

// readBack holds what a task has written to what is there.
func readBack(t *task) {
	_, sum, err := t.disk().ReadBack(string(t.Path))
	switch {
	case err != nil:
		t.note(unseen(err), "it cannot be read back: "+t.why(err))
	case sum != t.hash():
		t.note(paper.Drifted, "what was read back is not what was written")
	}
}
