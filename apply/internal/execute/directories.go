package execute

import (
	"context"
	"slices"
	"strings"

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
	if !d.groups.far(on) {
		d.groups.batch(ctx, on, list, func(t *task) {
			if !d.footing.lacks(t) {
				d.make(t)
			}
		})
		return
	}
	for group := range slices.Chunk(slices.Concat(levels(list)...), d.groups.size(on)) {
		if !d.groups.announceWith(ctx, nothingStaged, group...) {
			return
		}
		for _, level := range levels(group) {
			d.footing.lack(level, d.footing.lookElsewhere(ctx, level))
			d.groups.performTogether(ctx, level, d.make)
		}
	}
}

// make makes the directory of a task, whose ground was looked at.
func (d *directories) make(t *task) {
	if before := d.tasks.occupies(t); before != nil && !before.noted() {
		if before.park(); d.footing.lacks(t) {
			return
		}
	}
	makeDirectory(t)
}

// levels divides tasks by how deep their paths are: none of a level lies in another one of it, so that all of it can
// cross together.
func levels(list []*task) (levels [][]*task) {
	depth := func(t *task) int { return strings.Count(string(t.Path), "/") }
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b *task) int { return depth(a) - depth(b) })
	for n, t := range list {
		if n == 0 || depth(list[n-1]) != depth(t) {
			levels = append(levels, nil)
		}
		levels[len(levels)-1] = append(levels[len(levels)-1], t)
	}
	return levels
}

// makeDirectory makes the directory of a task. A file or link that makes way for it goes to the trash.
func makeDirectory(t *task) {
	var displaced volume.Result
	if t.Action == plan.Update {
		var err error
		if displaced, err = t.disk().Trash(t.Path, t.Before, t.displacement.all().place); err != nil {
			t.noteError(err)
			return
		}
	}
	result, err := t.disk().Mkdir(t.Path, volume.Workable(t.After.Mode), false)
	result.Trash = displaced.Trash
	if t.noteResult(result, err); err != nil {
		t.noteTrash(displaced.Trash)
	}
}
