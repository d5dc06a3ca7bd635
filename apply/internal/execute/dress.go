package execute

import (
	"context"
	"errors"
	"slices"

	"treaty/apply/internal/journal"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// dresser gives files their times and modes.
//
// A file that has other names (hard links) shares its time and its mode with them, wherever they are. So such a
// file is replaced by a copy with the attributes that it is to get, and the old file, which the other names
// are of, goes to the trash. How many names a file has is only known when it is open; the intents to touch and
// to chmod are in the journal by then, and are joined by one to replace.
type dresser struct {
	*Site
	groups *groups
	keeper *keeper
	tasks  *tasks
	// shared are the files of the group at hand whose attributes are other names' too.
	shared []sharing
}

// sharing is a task's file, as it was found, that is to get another time or mode.
type sharing struct {
	*task
	at tree.State
}

// do sets the times and modes of files on some sides.
func (d *dresser) do(ctx context.Context, on sides) {
	touched := d.tasks.choose(on, func(t *task) bool { return t.Action == plan.Touch })
	d.batch(ctx, on, touched, d.groups.performTogether, func(t *task) { d.dress(t, volume.Result{}) })
	files := func(t *task) bool { return t.Action == plan.Chmod && t.After.Type != tree.Directory }
	d.batch(ctx, on, d.tasks.choose(on, files), d.groups.performTogether, d.chmod)
}

// batch carries out tasks that may come to files with other names, a group at a time.
func (d *dresser) batch(ctx context.Context, on sides, list []*task, perform performing, do func(*task)) {
	for group := range slices.Chunk(list, d.groups.size(on)) {
		if !d.groups.announceWith(ctx, nothingStaged, group...) {
			return
		}
		perform(ctx, group, do)
		d.redress(ctx)
	}
}

// dress gives the file of a task, which was moved or is where it was, its new time and mode. result is what is
// known of it so far.
func (d *dresser) dress(t *task, result volume.Result) {
	at := *t.Before
	var err error
	if t.After.Type == tree.File && t.After.Mtime != at.Mtime {
		if result, err = t.disk().Touch(t.Path, &at, t.After.Mtime); err == nil {
			at.Mtime = result.Entry.Mtime.Add(-d.Ends[t.Side].Since)
		}
	}
	if err == nil && t.After.Mode.Known() && t.After.Mode != at.Mode {
		result, err = t.disk().Chmod(t.Path, &at, t.After.Mode)
	}
	d.noteUnlessShared(t, at, result, err)
}

// chmod gives the file of a task its new mode.
func (d *dresser) chmod(t *task) {
	result, err := t.disk().Chmod(t.Path, t.Before, t.After.Mode)
	d.noteUnlessShared(t, *t.Before, result, err)
}

func (d *dresser) noteUnlessShared(t *task, at tree.State, result volume.Result, err error) {
	if errors.Is(err, volume.ErrShared) {
		d.shared = append(d.shared, sharing{t, at})
		return
	}
	t.noteResult(result, err)
}

// redress replaces the files that were found to have other names: staged, durable, announced and exchanged as
// contents are.
func (d *dresser) redress(ctx context.Context) {
	group := d.shared
	d.shared = nil
	if len(group) == 0 || d.halted(ctx) != nil {
		return
	}
	d.preserve(ctx, group)
	if !d.stage(ctx, group) || !d.announce(group) {
		return
	}
	for i := range group {
		if d.halted(ctx) != nil {
			break
		}
		if !group[i].noted() {
			d.replace(ctx, &group[i])
		}
	}
	d.groups.seal()
}

// replace puts a copy in the place of a file that has other names.
func (d *dresser) replace(ctx context.Context, f *sharing) {
	result, err := f.disk().Replace(f.Path, &f.at, f.staged(), f.displacement.all().place)
	f.noteResult(result, err)
	if err != nil {
		d.groups.installed(ctx, f.task)
	}
}

// preserve puts out of reach what is to be displaced on a volume that may lose what is renamed. A moved
// file was put there before.
func (d *dresser) preserve(ctx context.Context, group []sharing) {
	var list plan.Sides[[]endangered]
	for i := range group {
		f := &group[i]
		if f.displacement.all().copy == nil && d.Ends[f.Side].FAT {
			c := endangered{task: f.task, at: f.Path, state: &f.at, twins: d.tasks.counterpart(f.task)}
			list[f.Side] = append(list[f.Side], c)
		}
	}
	for _, side := range plan.BothSides {
		d.keeper.keep(ctx, side, list[side])
	}
}

// counterpart is the file of the same path on the other side, unless the plan changes it: most probably it has
// the same content.
func (ts *tasks) counterpart(t *task) []tree.Path {
	if ts.about(t.Side.Other(), t.Path) != nil {
		return nil
	}
	return []tree.Path{t.Path}
}

// stage stages the copies, and tells whether they are durable.
func (d *dresser) stage(ctx context.Context, group []sharing) bool {
	var staged []*task
	for i := range group {
		f := &group[i]
		if f.noted() {
			continue
		}
		copied, err := f.disk().StageCopy(ctx, f.Path, &f.at, f.After)
		if err != nil {
			f.noteError(err)
		}
		f.waiting = &copied
		staged = append(staged, f.task)
	}
	return d.durable(staged, sides{})
}

// announce writes down that the copies are about to get the names.
func (d *dresser) announce(group []sharing) bool {
	var records []journal.Record
	for i := range group {
		f := &group[i]
		if f.noted() {
			continue
		}
		in, err := f.replacing()
		if err != nil {
			f.noteError(err)
			continue
		}
		records = append(records, journal.Record{Intent: in})
	}
	return d.groups.record(records)
}

// replacing is the intent to put the copy in the place of the file, at a place in the trash that is chosen.
func (f *sharing) replacing() (*journal.Intent, error) {
	place, err := f.disk().Place(f.Path)
	if err != nil {
		return nil, err
	}
	f.ownDisplacement().place = place
	was := hashed(&f.at, &tree.State{Type: tree.File, SHA256: f.staged().Hash})
	becoming := *was
	becoming.Mtime, becoming.Mode = f.After.Mtime, f.After.Mode
	in := f.task.intent(journal.Replace, was, &becoming)
	in.Staged, in.Place = f.staged().Name, place
	return &in, nil
}
