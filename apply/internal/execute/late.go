package execute

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"treaty/apply/paper"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// late looks for what somebody wrote, through a descriptor that was open by then, to what this run has
// moved to the trash. It is a second version, and gets a visible name; the task is drifted.
func (e *Execution) late(ctx context.Context) {
	e.eachDone(ctx, func(t *task) bool { return t.Before.Of() == tree.File && t.ending().trash != "" }, surface)
}

// eachDone does something for each task that was carried out and is wanted, far away for a group at a time. It tells
// whether nothing came in between.
func (e *Execution) eachDone(ctx context.Context, wanted func(*task) bool, do func(*task)) (whole bool) {
	list := slices.DeleteFunc(slices.Clone(e.tasks.all), func(t *task) bool { return !t.done() || !wanted(t) })
	whole = true
	for group := range slices.Chunk(list, groupFiles) {
		e.together(ctx, group, func(t *task) {
			if whole = whole && e.halted(ctx) == nil; whole {
				do(t)
			}
		})
	}
	return whole
}

// surface gives what was written late to what a task moved to the trash a visible name. What could not be
// looked at is looked at again when the same apply goes on.
func surface(t *task) {
	changed, err := t.disk().Changed(t.ending().trash, t.was())
	switch {
	case err != nil:
		t.note(unseen(err), "what was moved to the trash could not be looked at again: "+t.why(err))
	case changed:
		const what = "another program wrote to the old version when it was in the trash already"
		as, err := t.disk().Surface(t.ending().trash, t.Path)
		if err != nil {
			t.note(paper.Drifted, fmt.Sprintf("%s, where it still is: %v", what, err))
			return
		}
		t.note(paper.Drifted, fmt.Sprintf("%s; what it wrote is kept as %q", what, string(as)))
	}
}

// unseen is the outcome of what was done and could then not be looked at: only of a volume that cannot read it is it
// known that another look shows no more.
func unseen(err error) paper.Outcome {
	if errors.Is(err, volume.ErrUnreadable) {
		return paper.Drifted
	}
	return paper.Failed
}
