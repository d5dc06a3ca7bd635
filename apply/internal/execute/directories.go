package execute

import (
	"context"

	"treaty/apply/volume"
	"treaty/plan"
)

// directories is the phase in which directories are made.
type directories struct {
	groups  *groups
	tasks   *tasks
	footing *footing
}

// do makes what becomes a directory on some sides, parents first. A file that is to move away from its name, and has
// not yet, waits in the trash.
func (d *directories) do(ctx context.Context, on sides) {
	list := d.tasks.choose(on, (*task).makesDirectory)
	for _, t := range list {
		if before := d.tasks.occupies(t); before != nil && !before.noted() && !d.groups.announce(ctx, before) {
			return
		}
	}
	d.groups.batch(ctx, on, list, func(t *task) {
		if d.footing.lacks(t) {
			return
		}
		if before := d.tasks.occupies(t); before != nil && !before.noted() {
			if before.park(); d.footing.lacks(t) {
				return
			}
		}
		makeDirectory(t)
	})
}

// makeDirectory makes the directory of a task. A file or link that makes way for it goes to the trash.
func makeDirectory(t *task) {
	var aside volume.Result
	if t.Action == plan.Update {
		var err error
		if aside, err = t.disk().Trash(t.Path, t.Before, t.place); err != nil {
			t.noteError(err)
			return
		}
	}
	result, err := t.disk().Mkdir(t.Path, volume.Workable(t.After.Mode), false)
	result.Trash = aside.Trash
	if t.noteResult(result, err); err != nil {
		t.result.Trash = aside.Trash
	}
}
