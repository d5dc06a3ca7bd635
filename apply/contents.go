package apply

import (
	"fmt"
	"os"
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
	var group []int
	var bytes int64
	flush := func() {
		e.group(group)
		group, bytes = nil, 0
	}
	for _, i := range e.choose(on, wantsContent) {
		group = append(group, i)
		bytes += e.steps[i].After.Size
		if len(group) >= e.groupSize(on) || bytes >= groupBytes {
			flush()
		}
	}
	flush()
}

// wantsContent chooses what contents does: not what takes a directory's name, which must be emptied
// first.
func wantsContent(s *plan.Step) bool {
	return (s.Action == plan.Create || s.Action == plan.Update) && s.After.Type != tree.Directory && s.Before.Of() != tree.Directory
}

// group carries out some steps between two barriers: what is swapped in is durable before, and the
// swaps are before anything else is begun.
func (e *executor) group(group []int) {
	if !e.stageAll(group) || !e.announce(group...) {
		return
	}
	e.perform(group, func(i int) {
		step := &e.steps[i]
		var result disk.Result
		var err error
		if step.Action == plan.Create {
			result, err = e.disk(i).Create(step.Path, e.staged[i])
		} else {
			result, err = e.disk(i).Replace(step.Path, step.Before, e.staged[i], e.place[i])
		}
		e.displaced(i, result)
		e.finish(i, result, err)
		e.installed(i, e.staged[i])
	})
}

// stageAll stages a group's contents, a few at a time, and makes them durable. It tells whether they are.
func (e *executor) stageAll(group []int) bool {
	if e.halted() != nil {
		return false
	}
	errs := make([]error, len(group))
	work := make(chan int)
	var wg sync.WaitGroup
	for _, i := range group {
		e.orphaned(i)
	}
	for range min(stagers, len(group)) {
		wg.Go(func() {
			for n := range work {
				e.staged[group[n]], errs[n] = e.stageFor(group[n])
			}
		})
	}
	for n, i := range group {
		if !e.settled[i] {
			work <- n
		}
	}
	close(work)
	wg.Wait()
	var of plan.Sides[[]disk.Staged]
	for n, i := range group {
		side := e.steps[i].Side
		if errs[n] != nil {
			e.finish(i, disk.Result{}, errs[n])
		} else if !e.settled[i] {
			of[side] = append(of[side], e.staged[i])
		}
	}
	for _, side := range plan.BothSides {
		if len(of[side]) > 0 && e.run.disks[side].Barrier(of[side]...) != nil {
			return false
		}
	}
	return true
}

// stageFor stages what step i puts in place; nothing for what puts nothing.
func (e *executor) stageFor(i int) (disk.Staged, error) {
	step := &e.steps[i]
	switch {
	case step.After.Of() == tree.Symlink:
		return e.disk(i).StageLink(step.After.Target)
	case step.After.Of() != tree.File:
		return disk.Staged{}, nil
	}
	from := step.Source.Path
	if now, moved := e.moved[step.Source.Tree][from]; moved {
		from = now
	}
	dir, err := e.run.roots[step.Source.Tree].Dir(from.Parent())
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
	if _, err := e.asPlanned(f, step); err != nil {
		return disk.Staged{}, err
	}
	mode := step.After.Mode
	if !mode.Known() {
		// A volume that is only declared to have no modes still gets what any new file gets.
		mode = tree.Perm(0o666 &^ e.run.plan.Options.Umask.Bits())
	}
	staged, err := e.disk(i).Stage(e.ctx, &source, step.After.Size, step.After.SHA256, step.After.Mtime, mode)
	if err == nil {
		e.sources[i], err = e.asPlanned(f, step)
	}
	return staged, err
}

// asPlanned holds an open source to the stat that the plan saw, and returns it. What lies in a trash is told
// by its hash alone.
func (e *executor) asPlanned(f *os.File, step *plan.Step) (stamp, error) {
	if trashed(step.Source.Path) {
		return stamp{}, nil
	}
	info, err := f.Stat()
	if err != nil {
		return stamp{}, err
	}
	now := stamp{info.Size(), scan.MtimeOf(info)}
	if !e.unchanged(step, now) {
		return now, fmt.Errorf("%w: it was written to since", disk.ErrSource)
	}
	return now, nil
}

// unchanged tells whether a source has the stat that it had when the trees were compared with the plan, or,
// where an earlier run did that, or this one moved it, the one that the plan gives to its copy: as far as the
// other side can tell.
func (e *executor) unchanged(step *plan.Step, now stamp) bool {
	from, r := step.Source.Tree, e.run
	granularity := r.plan.Snapshot(from).Filesystem.MtimeGranularity
	_, moved := e.moved[from][step.Source.Path]
	was, seen := r.stamps[from][step.Source.Path]
	switch {
	case moved:
	case seen && (now.size != was.size || now.mtime.Cut(granularity) != was.mtime.Cut(granularity)),
		!seen && r.unproved(step.Operation):
		return false
	}
	mtime := now.mtime.Cut(granularity).Add(-r.shift.total[from])
	copied := r.plan.Snapshot(step.Side).Filesystem.Keep(mtime)
	return now.size == step.After.Size && (copied == step.After.Mtime || timeless(step.Operation))
}
