package execute

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"treaty/apply/internal/journal"
	"treaty/apply/paper"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// footing is what a task must find before it is begun: the directory that it is in, and its name free.
type footing struct {
	*Site
	tasks *tasks
	// had tells whether a side had a directory before the first write.
	had func(plan.Side, tree.Path) bool
	// revived are the directories that were made for what a resolution brings back.
	revived []revived
}

// revived is a directory that no step names.
type revived struct {
	task *task // that needed it
	path tree.Path
	mode tree.Mode
}

// lacks tells whether the directory of a task is not there, or its name was to be free and is not: what the plan was to
// do about that failed, or a person took it out of the plan. That is noted of the task then, unless it is to come yet.
func (f *footing) lacks(t *task) bool { return f.waits(t) || f.lacksGround(t) }

// ground is a directory that tasks are in.
type ground struct {
	side plan.Side
	dir  tree.Path
}

func groundOf(t *task) ground { return ground{t.Side, t.Path.Parent()} }

// grounds are the directories of tasks that wait for nothing, by sides. Of what waits in vain that is noted.
func (f *footing) grounds(group []*task) (dirs plan.Sides[[]tree.Path]) {
	seen := map[ground]bool{}
	for _, t := range group {
		if at := groundOf(t); !f.waits(t) && !seen[at] {
			seen[at], dirs[at.side] = true, append(dirs[at.side], at.dir)
		}
	}
	return dirs
}

// look looks for the directories of several tasks, and returns why each is not there.
func (f *footing) look(ctx context.Context, group []*task) map[ground]error {
	return f.lookAt(ctx, f.grounds(group))
}

// lookElsewhere is look but for the root, and the directories that were made just now.
func (f *footing) lookElsewhere(ctx context.Context, group []*task) map[ground]error {
	dirs := f.grounds(group)
	for side := range dirs {
		dirs[side] = slices.DeleteFunc(dirs[side], func(dir tree.Path) bool { return f.made(plan.Side(side), dir) })
	}
	return f.lookAt(ctx, dirs)
}

// made tells whether a directory is the root, or was made just now.
func (f *footing) made(side plan.Side, dir tree.Path) bool {
	made := f.tasks.at(side, dir)
	return dir == tree.Root || made != nil && made.makesDirectory() && made.done()
}

func (f *footing) lookAt(ctx context.Context, dirs plan.Sides[[]tree.Path]) map[ground]error {
	found := map[ground]error{}
	for side, list := range dirs {
		volume.LookTogether(ctx, f.Ends[side].Looker, len(list), func(i int, as volume.Looker) {
			_, found[ground{plan.Side(side), list[i]}] = as.Directory(list[i])
		})
	}
	return found
}

// lack is lacks of several tasks, of whose directories it was found why they are not there.
func (f *footing) lack(group []*task, found map[ground]error) {
	for _, t := range group {
		at := groundOf(t)
		if !t.noted() && NotDirectory(found[at]) && !f.lacksDirectory(t, found[at]) {
			found[at] = nil // it was made
		}
	}
}

// waits tells whether what another task was to do for a task failed, or was left out. That is noted of the task then.
func (f *footing) waits(t *task) bool {
	if before := f.tasks.occupies(t); before != nil && before.noted() && !before.done() {
		t.note(before.ending().outcome, string(plan.NotVacated))
		return true
	}
	for dir := t.Path.Parent(); dir != tree.Root; dir = dir.Parent() {
		above := f.tasks.at(t.Side, dir)
		if above != nil && above.After.Of() == tree.Directory && above.noted() && !above.done() {
			t.note(above.ending().outcome, notMade(above))
			return true
		}
	}
	return false
}

// lacksGround tells whether the directory of a task is not there. That is noted of the task then.
func (f *footing) lacksGround(t *task) bool {
	_, err := f.Ends[t.Side].Directory(t.Path.Parent())
	return NotDirectory(err) && f.lacksDirectory(t, err)
}

// notMade is why what belongs in a directory that was to be made is not done either: where that was left out, as a
// reviewer was told of both.
func notMade(directory *task) string {
	if directory.ending().outcome == paper.Skipped {
		return string(plan.NotCreated)
	}
	return "its directory was not made"
}

// toCome tells whether a directory above a task is to be made, and was not tried yet: the run has ended before that.
func (f *footing) toCome(t *task) bool {
	for dir := t.Path.Parent(); dir != tree.Root; dir = dir.Parent() {
		if above := f.tasks.at(t.Side, dir); above != nil && above.makesDirectory() && !above.noted() {
			return true
		}
	}
	return false
}

// lacksDirectory is lacks of a task whose directory cannot be opened. Where that is to come yet, nothing is noted: the
// same apply goes on with both.
func (f *footing) lacksDirectory(t *task, err error) bool {
	switch {
	case f.toCome(t):
		return true
	case f.had(t.Side, t.Path.Parent()):
		t.note(paper.Drifted, "the directory that it belongs in is gone")
	case t.Conflict != 0 && errors.Is(err, fs.ErrNotExist):
		if err := f.revive(t); err != nil {
			t.noteError(err)
			return true
		}
		return false
	default:
		if gone := t.treesThere(); gone != nil {
			t.noteError(gone)
			return true
		}
		t.note(paper.Skipped, string(plan.NotThere))
	}
	return true
}

// NotDirectory tells of errors of opening what is not there, or is no directory.
func NotDirectory(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, scan.ErrNotDirectory) || errors.Is(err, scan.ErrSymlink)
}

// revive makes the directories above what a resolution brings back: the other side has them.
func (f *footing) revive(t *task) error {
	for _, dir := range slices.Backward(f.missing(t)) {
		mode := f.modeThere(t.Side, dir)
		in := t.intent(journal.Revive, nil, &tree.State{Type: tree.Directory, Mode: mode})
		in.Path = dir
		if err := f.Write(true, journal.Record{Intent: &in}); err != nil {
			return err
		}
		if _, err := t.disk().Mkdir(dir, volume.Workable(mode), true); err != nil {
			return err
		}
		f.revived = append(f.revived, revived{t, dir, mode})
	}
	return nil
}

// missing are the directories above a task that are not there, the lowest first.
func (f *footing) missing(t *task) []tree.Path {
	var missing []tree.Path
	for dir := t.Path.Parent(); dir != tree.Root; dir = dir.Parent() {
		if _, err := f.Ends[t.Side].Directory(dir); err == nil {
			break
		}
		missing = append(missing, dir)
	}
	return missing
}

// modeThere is the mode that a directory of a side is to have, as the other side has it; 0 where there are no modes, or
// it is not there either.
func (f *footing) modeThere(side plan.Side, dir tree.Path) tree.Mode {
	self, err := f.Ends[side.Other()].Directory(dir)
	if err != nil || !f.traits(side).Modes {
		return 0
	}
	return self.Mode
}

// revives tells whether a directory is one of those that were made.
func (f *footing) revives(side plan.Side, dir tree.Path) bool {
	return slices.ContainsFunc(f.revived, func(r revived) bool { return r.task.Side == side && r.path == dir })
}
