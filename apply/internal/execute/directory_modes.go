package execute

import (
	"context"
	"slices"

	"treaty/apply/internal/journal"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// directoryModes are the phases in which directories get their modes: before all else those that let the owner work in
// them, after all else those that they are to have.
type directoryModes struct {
	*Site
	groups  *groups
	tasks   *tasks
	footing *footing
}

// widen lets the owner work in the directories in which the plan lets them, parents first.
func (d *directoryModes) widen(ctx context.Context, on sides) {
	d.groups.batch(ctx, on, d.tasks.choose(on, (*task).Widens), func(t *task) {
		t.noteResult(t.disk().Chmod(t.Path, t.Before, t.After.Mode))
	})
}

// due is a mode that a directory is to have when all is done in it: that of a task, or one that was revived for it.
type due struct {
	task *task
	journal.Intent
	// made tells that it was made without its mode, unless it has that all the same.
	made bool
}

func (d *due) side() plan.Side { return d.task.Side }

// set sets the exact modes of directories, deepest first: those that the plan changes, and
// those that were made workable while there was work in them. The latter get theirs also when the run was
// interrupted: nothing else would tell that they have another.
func (d *directoryModes) set(ctx context.Context, on sides) {
	all := d.unmet(ctx, d.due(ctx, on))
	if len(all) == 0 && len(d.tasks.fresh) == 0 {
		return
	}
	slices.SortStableFunc(all, func(a, b *due) int { return tree.Compare(b.Path, a.Path) })
	var records []journal.Record
	for n := range all {
		records = append(records, journal.Record{Intent: &all[n].Intent})
	}
	if d.Write(true, records...) != nil {
		return
	}
	across(context.WithoutCancel(ctx), d.Site, all, (*due).side, func(one *due, as volume.Changer) {
		if as.Stopped() == nil {
			one.set(as)
		}
	})
	d.groups.seal()
}

// unmet leaves out the directories that have the mode that they were made without.
func (d *directoryModes) unmet(ctx context.Context, all []*due) []*due {
	met := map[*due]bool{}
	made := slices.DeleteFunc(slices.Clone(all), func(one *due) bool { return !one.made })
	across(context.WithoutCancel(ctx), d.Site, made, (*due).side, func(one *due, as volume.Changer) {
		at, err := as.At(string(one.Path))
		met[one] = err == nil && at.Mode == one.After.Mode
	})
	return slices.DeleteFunc(all, func(one *due) bool { return met[one] })
}

// set sets one mode. Where a task was done already, only what it left is another by that.
func (d *due) set(as volume.Changer) {
	t := d.task
	result, err := as.Chmod(d.Path, d.Before, d.After.Mode)
	switch {
	case t.Path != d.Path: // revived: what is wrong shows in the next plan
	case t.Action == plan.Chmod || err != nil:
		t.noteResult(result, err)
	default:
		if t.left != nil {
			left := t.remains()
			left.Mode = d.After.Mode
			t.left = &left
		}
		t.notes.fresh = append(t.notes.fresh, t)
	}
}

// due are the modes that directories on some sides are to have.
func (d *directoryModes) due(ctx context.Context, on sides) []*due {
	var all []*due
	for _, t := range d.tasks.all {
		switch {
		case t.After.Of() != tree.Directory || !on[t.Side]:
		case !t.noted() && t.Action == plan.Chmod && d.halted(ctx) == nil:
			all = append(all, &due{t, t.intent(journal.Chmod, t.Before, t.After), false})
		case t.done() && t.Action != plan.Chmod:
			all = owed(all, t, t.Path, t.After.Mode)
		}
	}
	for _, dir := range d.footing.revived {
		if on[dir.task.Side] {
			all = owed(all, dir.task, dir.path, dir.mode)
		}
	}
	return all
}

// owed adds the mode that a directory was made without, if there is one.
func owed(all []*due, t *task, path tree.Path, mode tree.Mode) []*due {
	if volume.Workable(mode) == mode {
		return all
	}
	made, owed := tree.State{Type: tree.Directory, Mode: volume.Workable(mode)},
		tree.State{Type: tree.Directory, Mode: mode}
	in := t.intent(journal.Chmod, &made, &owed)
	in.Path = path
	return append(all, &due{t, in, true})
}
