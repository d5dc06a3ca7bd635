package execute

import (
	"context"

	"treaty/plan"
	"treaty/plan/tree"
)

// deletes is the phase in which files and links go to the trash.
type deletes struct {
	groups *groups
	tasks  *tasks
}

func (d *deletes) do(ctx context.Context, on sides) {
	doomed := d.tasks.choose(on, func(t *task) bool { return t.Action == plan.Delete && t.Before.Type != tree.Directory })
	d.groups.batch(ctx, on, doomed, func(t *task) {
		result, err := t.disk().Trash(t.Path, t.Before, t.displacement.all().place)
		d.tasks.displaced(t, result.Trash)
		t.noteResult(result, err)
	})
}
