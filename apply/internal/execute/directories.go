package execute

import (
	"context"
	"slices"
	"strings"

	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
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
		d.inOneTrip(ctx, group)
		for _, level := range levels(slices.DeleteFunc(group, (*task).noted)) {
			d.footing.lack(level, d.footing.lookElsewhere(ctx, level))
			d.groups.performTogether(ctx, level, d.make)
		}
	}
}

// inOneTrip makes the directories of a group, parents first, where all are new ones of a side that is far away and
// stops at the first error. It leaves to be done what was not tried then, or all that cannot be done so.
func (d *directories) inOneTrip(ctx context.Context, group []*task) {
	all, side := levels(group), group[0].Side
	if len(all) < 2 || !d.groups.far(only(side)) || !d.groups.follows(side) || len(d.groups.runs(group)) > 1 {
		return
	}
	made := map[tree.Path]bool{}
	var highest []*task
	for _, t := range group {
		if t.Action != plan.Create || d.tasks.occupies(t) != nil {
			return
		}
		if made[t.Path] = true; !made[t.Path.Parent()] {
			highest = append(highest, t)
		}
	}
	d.footing.lack(highest, d.footing.lookElsewhere(ctx, highest))
	if !slices.ContainsFunc(group, (*task).noted) {
		d.groups.performInOrder(ctx, group, len(group)-len(all[len(all)-1]), d.make)
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
