package apply

import (
	"fmt"
	"os"
	"slices"
	"sync"

	"treaty/apply/internal/disk"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// The size of a group: large enough for its two barriers to cost little, small enough for a crash to
// leave little to settle. On volumes that may lose what was renamed, nothing else is to be pending.
const (
	groupFiles    = 1024
	groupBytes    = 256 << 20
	groupFilesFAT = 64
	stagers       = 2
)

// contents creates and updates files and links, group by group.
func (e *executor) contents(on sides) {
	var group []*task
	var bytes int64
	flush := func() {
		e.group(group)
		group, bytes = nil, 0
	}
	for _, t := range e.tasks.choose(on, (*task).putsContent) {
		group = append(group, t)
		bytes += t.After.Size
		if len(group) >= e.groupSize(on) || bytes >= groupBytes {
			flush()
		}
	}
	flush()
}

// group carries out some tasks between two barriers: what is swapped in is durable before, and the
// swaps are before anything else is begun.
func (e *executor) group(group []*task) {
	if !e.stageAll(group) || !e.announce(group...) {
		return
	}
	e.perform(group, func(t *task) {
		var result disk.Result
		var err error
		if t.Action == plan.Create {
			result, err = t.disk.Create(t.Path, t.staged)
		} else {
			result, err = t.disk.Replace(t.Path, t.Before, t.staged, t.place)
		}
		e.tasks.displaced(t, result.Trash)
		t.noteResult(result, err)
		e.installed(t)
	})
}

// stageAll stages a group's contents, a few at a time, and makes them durable. It tells whether they are.
func (e *executor) stageAll(group []*task) bool {
	if e.halted() != nil {
		return false
	}
	for _, t := range group {
		e.orphaned(t)
	}
	group = slices.DeleteFunc(slices.Clone(group), (*task).noted)
	for n, err := range e.stageEach(group) {
		if err != nil {
			group[n].noteError(err)
		}
	}
	return e.durable(group)
}

// stageEach stages contents, a few at a time, and returns what came of each.
func (e *executor) stageEach(group []*task) []error {
	errs := make([]error, len(group))
	work := make(chan int)
	var wg sync.WaitGroup
	for range min(stagers, len(group)) {
		wg.Go(func() {
			for n := range work {
				group[n].staged, errs[n] = e.stageFor(group[n])
			}
		})
	}
	for n := range group {
		work <- n
	}
	close(work)
	wg.Wait()
	return errs
}

// durable makes what tasks have staged durable, those left out that came to nothing. It tells whether it is.
func (e *executor) durable(group []*task) bool {
	var of plan.Sides[[]disk.Staged]
	for _, t := range group {
		if !t.noted() {
			of[t.Side] = append(of[t.Side], t.staged)
		}
	}
	for _, side := range plan.BothSides {
		if len(of[side]) > 0 && e.run.disks[side].Barrier(of[side]...) != nil {
			return false
		}
	}
	return true
}

// stageFor stages what a task puts in place; nothing for what puts nothing.
func (e *executor) stageFor(t *task) (disk.Staged, error) {
	switch {
	case t.After.Of() == tree.Symlink:
		return t.disk.StageLink(t.After.Target)
	case t.After.Of() != tree.File:
		return disk.Staged{}, nil
	}
	from := t.Source.Path
	if now, moved := e.tasks.moved[t.Source.Tree][from]; moved {
		from = now
	}
	dir, err := e.run.roots[t.Source.Tree].Dir(from.Parent())
	if err != nil {
		return disk.Staged{}, gone(err)
	}
	defer dir.Release()
	f, err := dir.Open(from.Base())
	if err != nil {
		return disk.Staged{}, gone(err)
	}
	defer f.Close()
	source := readCounter{Reader: f}
	if e.run.progress != nil {
		source.copied = &e.run.progress.Copied
	}
	if _, err := e.asPlanned(f, t); err != nil {
		return disk.Staged{}, err
	}
	mode := t.After.Mode
	if !mode.Known() {
		// A volume that is only declared to have no modes still gets what any new file gets.
		mode = tree.Perm(0o666 &^ e.run.plan.Options.Umask.Bits())
	}
	staged, err := t.disk.Stage(e.ctx, &source, t.After.Size, t.After.SHA256, t.After.Mtime, mode)
	if err == nil {
		t.read, err = e.asPlanned(f, t)
	}
	return staged, err
}

// asPlanned holds an open source to the stat that the plan saw, and returns it. What lies in a trash is told
// by its hash alone.
func (e *executor) asPlanned(f *os.File, t *task) (stamp, error) {
	if trashed(t.Source.Path) {
		return stamp{}, nil
	}
	info, err := f.Stat()
	if err != nil {
		return stamp{}, err
	}
	now := stamp{info.Size(), scan.MtimeOf(info)}
	if !e.unchanged(t, now) {
		return now, fmt.Errorf("%w: it was written to since", disk.ErrSource)
	}
	return now, nil
}

// unchanged tells whether a source has the stat that it had when the trees were compared with the plan, or,
// where an earlier run did that, or this one moved it, the one that the plan gives to its copy: as far as the
// other side can tell.
func (e *executor) unchanged(t *task, now stamp) bool {
	from, r := t.Source.Tree, e.run
	granularity := r.plan.Snapshot(from).Filesystem.MtimeGranularity
	_, moved := e.tasks.moved[from][t.Source.Path]
	was, seen := r.stamps[from][t.Source.Path]
	switch {
	case moved:
	case seen && (now.size != was.size || now.mtime.Cut(granularity) != was.mtime.Cut(granularity)),
		!seen && r.unproved(t.Operation):
		return false
	}
	mtime := now.mtime.Cut(granularity).Add(-r.shift.total[from])
	copied := r.plan.Snapshot(t.Side).Filesystem.Keep(mtime)
	return now.size == t.After.Size && (copied == t.After.Mtime || timeless(t.Operation))
}
