package apply

import (
	"fmt"
	"slices"

	"treaty/apply/internal/disk"
	"treaty/apply/internal/journal"
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

// endangered is content that a step displaces.
type endangered struct {
	step  int
	at    tree.Path
	state *tree.State
	// twins are files of the other side that hold the same as far as the plan knows, so that no copy is
	// needed if one of them does.
	twins []tree.Path
}

// displaces tells whether a step renames a file, and where that is.
func displaces(step *plan.Step) (tree.Path, bool) {
	switch {
	case step.Skipped != "" || step.Before.Of() != tree.File:
		return "", false
	case step.Action == plan.Move:
		return step.From, true
	}
	return step.Path, step.Action == plan.Update || step.Action == plan.Delete
}

// inDanger are the contents on a side that steps displace, the steps in the given order; outcome is what
// became of each so far, "" where it is to be carried out still.
//
// A file of the other side is a twin if the plan says that it has the same hash: it is what a step copies
// here, or a moved file under its new name there, or was copied from here by a step that is done. A file
// that a step is yet to change there is none, nor is one that a step was to change and did not, nor what
// lies in a trash, whose owner may clean it. Whether a twin is one still, only reading it tells.
func inDanger(steps []plan.Step, order []int, outcome func(int) Outcome, side plan.Side) []endangered {
	other := side.Other()
	changing, twins := map[tree.Path]bool{}, map[tree.Hash][]tree.Path{}
	for i := range steps {
		if step := &steps[i]; step.Side == other && step.Skipped == "" {
			changing[step.From] = true
			changing[step.Path] = true
		}
	}
	add := func(hash tree.Hash, path tree.Path) {
		if hash.Known() && !changing[path] && !trashed(path) && !slices.Contains(twins[hash], path) {
			twins[hash] = append(twins[hash], path)
		}
	}
	for _, i := range order {
		step := &steps[i]
		copied := step.Action == plan.Create || step.Action == plan.Update
		switch {
		case step.Side == other:
			if copied && step.After.Of() == tree.File && outcome(i) == Done {
				delete(changing, step.Path)
				add(step.After.SHA256, step.Path)
			}
		case step.Action == plan.Move && step.Before.Of() == tree.File:
			add(step.Before.SHA256, step.Path)
		case copied && step.Source != nil && step.Source.Tree == other:
			add(step.After.SHA256, step.Source.Path)
		}
	}
	var list []endangered
	for _, i := range order {
		step := &steps[i]
		if at, displaced := displaces(step); displaced && step.Side == side && outcome(i) == "" {
			list = append(list, endangered{i, at, step.Before, twins[step.Before.SHA256]})
		}
	}
	return list
}

// inDanger are the contents on a side that have no copy yet.
func (e *executor) inDanger(side plan.Side) []endangered {
	list := inDanger(e.steps, e.order, func(i int) Outcome { return e.results[i].Outcome }, side)
	return slices.DeleteFunc(list, func(c endangered) bool {
		_, held := e.run.copies[c.step]
		return held
	})
}

// preserve puts out of reach what is to be displaced. A step whose content could not be is not carried out.
func (e *executor) preserve(on sides) {
	for _, side := range plan.BothSides {
		if on[side] {
			e.keep(side, e.inDanger(side))
		}
	}
}

// keep puts contents of a side out of its reach, and notes where they are.
func (e *executor) keep(side plan.Side, list []endangered) {
	var records []journal.Record
	var staged []disk.Staged
	var bytes int64
	for _, c := range list {
		if e.halted() != nil {
			return
		}
		copied, err := e.outOfReach(side, &c)
		if err != nil {
			e.finish(c.step, disk.Result{}, err)
			continue
		}
		state := *c.state
		state.SHA256 = copied.Hash
		records = append(records, journal.Record{Copy: &journal.Copy{Step: c.step, Side: side, Path: c.at, State: &state, Name: copied.Name}})
		staged = append(staged, copied)
		if bytes += copied.Size; len(staged) >= groupFiles || bytes >= groupBytes {
			e.preserved(side.Other(), records, staged)
			records, staged, bytes = nil, nil, 0
		}
	}
	e.preserved(side.Other(), records, staged)
}

// preserved makes copies durable on a side, and then notes them.
func (e *executor) preserved(on plan.Side, records []journal.Record, copies []disk.Staged) {
	if len(copies) == 0 || e.halted() != nil || e.run.disks[on].Barrier(copies...) != nil || e.run.write(true, records...) != nil {
		return
	}
	for _, record := range records {
		e.run.copies[record.Copy.Step] = *record.Copy
	}
}

// outOfReach finds content of a side on the other one, or copies it there.
//
// Race: a person may write to a twin after it was read. Worst: should the power fail in the midst of just
// that rename, then what the volume loses is a version that its owner has replaced on the other side.
func (e *executor) outOfReach(side plan.Side, c *endangered) (disk.Staged, error) {
	there := e.run.disks[side.Other()]
	for _, twin := range c.twins {
		entry, hash, err := there.ReadBack(string(twin))
		if err == nil && entry.Type == tree.File && hash == c.state.SHA256 {
			return disk.Staged{Name: string(twin), Type: tree.File, Size: entry.Size, Mtime: entry.Mtime, Hash: hash}, nil
		}
	}
	f, err := e.run.disks[side].Content(c.at, c.state)
	if err != nil {
		return disk.Staged{}, err
	}
	defer f.Close()
	copied, err := there.Preserve(e.ctx, c.at, f, c.state)
	if err == nil {
		return copied, nil
	}
	if halted := e.halted(); halted != nil {
		return disk.Staged{}, halted
	}
	return disk.Staged{}, fmt.Errorf("it could not be copied out of reach of its volume, on which a power cut may lose it: %w", err)
}

// adopt takes over the copies that an earlier run made, as far as they are what they were.
func (r *run) adopt(copies map[int]journal.Copy) {
	for step, c := range copies {
		if d := r.disks[c.Side.Other()]; d != nil {
			if _, hash, err := d.ReadBack(c.Name); err == nil && hash == c.State.SHA256 {
				r.copies[step] = c
			}
		}
	}
}

// release removes the copies of what is found intact on its own side, at one of the names given by step.
func (r *run) release(at map[int][]string) error {
	var keep plan.Sides[map[string]bool]
	for _, step := range sortedKeys(r.copies) {
		c := r.copies[step]
		on := c.Side.Other()
		if keep[on] == nil {
			keep[on] = map[string]bool{}
		}
		if !r.holds(c, at[step]) {
			keep[on][c.Name] = true
		}
	}
	for _, side := range plan.BothSides {
		if r.disks[side] == nil || r.disks[side.Other()] == nil {
			continue
		}
		if err := r.disks[side].ClearCopies(keep[side]); err != nil {
			return err
		}
	}
	return nil
}

// holds tells whether the side that a copy is of has the content at one of the names.
func (r *run) holds(c journal.Copy, names []string) bool {
	d := r.disks[c.Side]
	if d == nil {
		return false
	}
	for _, name := range names {
		if name == "" {
			continue
		}
		if e, hash, err := d.ReadBack(name); err == nil && e.Type == tree.File && hash == c.State.SHA256 {
			return true
		}
	}
	return false
}

// originals is where what steps displace may be now.
func (e *executor) originals() map[int][]string {
	at := map[int][]string{}
	for i := range e.steps {
		if from, displaced := displaces(&e.steps[i]); displaced || e.place[i] != "" {
			at[i] = []string{e.results[i].Trash, string(e.steps[i].Path), string(from), e.place[i]}
		}
	}
	return at
}
