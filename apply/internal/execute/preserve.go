package execute

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"treaty/apply/internal/journal"
	"treaty/apply/internal/settle"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// On a volume that may lose in a power cut what was renamed (FAT-class), a file that is to be renamed,
// replaced or deleted must be durable where no operation on that volume reaches: on the other side. There
// it is copied to the trash of this plan, before anything is renamed here. When all is done, durable, and
// was found intact, the copies go again: what was replaced or deleted is in the volume's own trash then,
// and what was moved is in the tree. What is not found intact keeps its copy.
//
// A link needs none: the journals of both sides have it. Litter in a directory that goes has none: no user
// wrote it.

// endangered is content that a task displaces.
type endangered struct {
	task  *task
	at    tree.Path
	state *tree.State
	// twins are files of the other side that hold the same as far as the plan knows, so that no copy is
	// needed if one of them does.
	twins []tree.Path
}

// inDanger are the contents on a side that tasks are yet to displace, and of which there is no copy.
//
// A file of the other side is a twin if the plan says that it has the same hash: it is what a task copies
// here, or a moved file under its new name there, or was copied from here by a task that is done. A file
// that a task is yet to change there is none, nor is one that a task was to change and did not, nor what
// lies in a trash, whose owner may clean it. Whether a twin is one still, only reading it tells.
func (ts *tasks) inDanger(side plan.Side) []endangered {
	twins := ts.twins(side)
	var list []endangered
	for _, t := range ts.ordered {
		if at, displaced := t.displaces(); displaced && t.Side == side && !t.noted() && t.displacement.all().copy == nil {
			list = append(list, endangered{t, at, t.Before, twins[t.Before.SHA256]})
		}
	}
	return list
}

// twins are the files by hash that the other side has of what is on a side.
func (ts *tasks) twins(side plan.Side) map[tree.Hash][]tree.Path {
	other := side.Other()
	changing, twins := map[tree.Path]bool{}, map[tree.Hash][]tree.Path{}
	for _, t := range ts.all {
		if t.Side == other && t.Skipped == "" {
			changing[t.From()] = true
			changing[t.Path] = true
		}
	}
	add := func(hash tree.Hash, path tree.Path) {
		if hash.Known() && !changing[path] && !path.Private() && !slices.Contains(twins[hash], path) {
			twins[hash] = append(twins[hash], path)
		}
	}
	for _, t := range ts.ordered {
		copied := t.copies()
		switch {
		case t.Side == other:
			if copied && t.After.Of() == tree.File && t.done() {
				delete(changing, t.Path)
				add(t.After.SHA256, t.Path)
			}
		case t.Action == plan.Move && t.Before.Of() == tree.File:
			add(t.Before.SHA256, t.Path)
		case copied && t.Source() != nil && !t.Source().InPlan() && t.Source().Tree == other:
			add(t.After.SHA256, t.Source().Path)
		}
	}
	return twins
}

// keeper puts out of reach what is to be displaced.
type keeper struct {
	*Site
	tasks *tasks
	// copied counts the bytes, nil where nobody asks.
	copied *atomic.Int64
}

// do preserves all that is in danger on some sides. A task whose content could not be preserved is not carried out.
func (k *keeper) do(ctx context.Context, on sides) {
	for _, side := range plan.BothSides {
		if on[side] {
			k.keep(ctx, side, k.tasks.inDanger(side))
		}
	}
}

// keep puts contents of a side out of its reach, and writes down where they are.
func (k *keeper) keep(ctx context.Context, side plan.Side, list []endangered) {
	var group []endangered
	var staged []volume.Staged
	var bytes int64
	for _, c := range list {
		if k.halted(ctx) != nil {
			return
		}
		copied, err := k.outOfReach(ctx, side, &c)
		if err != nil {
			c.task.noteError(err)
			continue
		}
		group, staged = append(group, c), append(staged, copied)
		if bytes += copied.Size; len(staged) >= groupFiles || bytes >= groupBytes {
			k.preserved(ctx, side, group, staged)
			group, staged, bytes = nil, nil, 0
		}
	}
	k.preserved(ctx, side, group, staged)
}

// preserved makes the copies of contents of a side durable, and then writes them down.
func (k *keeper) preserved(ctx context.Context, side plan.Side, group []endangered, copies []volume.Staged) {
	if len(copies) == 0 || k.halted(ctx) != nil || k.Ends[side.Other()].Disk.Barrier(copies...) != nil {
		return
	}
	var records []journal.Record
	for n, c := range group {
		state := *c.state
		state.SHA256 = copies[n].Hash
		copied := journal.Copy{Step: int(c.task.number), Side: side, Path: c.at, State: &state, Name: copies[n].Name}
		records = append(records, journal.Record{Copy: &copied})
	}
	if k.Write(true, records...) != nil {
		return
	}
	for n, c := range group {
		c.task.ownDisplacement().copy = records[n].Copy
	}
}

// outOfReach finds content of a side on the other one, or copies it there.
//
// Race: a person may write to a twin after it was read. Worst: should the power fail in the midst of just
// that rename, then what the volume loses is a version that its owner has replaced on the other side.
func (k *keeper) outOfReach(ctx context.Context, side plan.Side, c *endangered) (volume.Staged, error) {
	there := k.Ends[side.Other()].Disk
	for _, twin := range c.twins {
		entry, hash, err := there.ReadBack(string(twin))
		if err == nil && entry.Type == tree.File && hash == c.state.SHA256 {
			found := volume.Staged{Name: string(twin), Type: tree.File, Size: entry.Size, Mtime: entry.Mtime, Hash: hash}
			return found, nil
		}
	}
	f, err := k.Ends[side].Disk.Content(c.at, c.state)
	if err != nil {
		return volume.Staged{}, err
	}
	defer f.Close()
	copied, err := there.Preserve(ctx, c.at, &readCounter{Reader: f, copied: k.copied}, c.state)
	if err == nil {
		return copied, nil
	}
	if halted := k.halted(ctx); halted != nil {
		return volume.Staged{}, halted
	}
	const what = "it could not be copied out of reach of its volume, on which a power cut may lose it"
	return volume.Staged{}, fmt.Errorf("%s: %w", what, err)
}

// adopt takes over the copies that an earlier run made, as far as they are what they were.
func (ts *tasks) adopt(copies map[int]journal.Copy, ends *settle.Ends) {
	for number, c := range copies {
		if d := ends[c.Side.Other()].Disk; d != nil {
			if _, hash, err := d.ReadBack(c.Name); err == nil && hash == c.State.SHA256 {
				ts.all[number].ownDisplacement().copy = &c
			}
		}
	}
}

// Copies are those out of reach that tasks have, with the names of what they are of: those of the tasks, and those in
// the journal of an earlier run, nil for none.
func (e *Execution) Copies(j *journal.Journal) []settle.Copy {
	named := settle.NamedIn(j)
	var list []settle.Copy
	for _, t := range e.tasks.all {
		if t.displacement.all().copy != nil {
			names := []string{t.ending().trash, string(t.Path), string(t.From()), t.displacement.all().place}
			list = append(list, settle.Copy{Copy: *t.displacement.copy, Names: append(names, named[int(t.number)]...)})
		}
	}
	return list
}

// ToPreserve are the sizes of the contents of each side that are yet to be copied out of its reach. What the other side
// has already as far as the plan knows is not copied.
func (e *Execution) ToPreserve() plan.Sides[[]int64] {
	var sizes plan.Sides[[]int64]
	for _, side := range plan.BothSides {
		if !e.Ends[side].FAT {
			continue
		}
		for _, c := range e.tasks.inDanger(side) {
			if len(c.twins) == 0 {
				sizes[side] = append(sizes[side], c.state.Size)
			}
		}
	}
	return sizes
}
