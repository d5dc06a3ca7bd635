package apply

import (
	"fmt"
	"io/fs"

	"treaty/apply/internal/disk"
	"treaty/plan"
	"treaty/plan/tree"
)

// preflight refuses, before the first write, what is bound to fail half-way: too little space for all
// that will be staged while the old content stays in the trash, and directories that take no change.
func (r *run) preflight(steps []plan.Step) error {
	var need plan.Sides[int64]
	var entries plan.Sides[int64]
	var into plan.Sides[map[tree.Path]bool]
	for _, side := range plan.BothSides {
		into[side] = map[tree.Path]bool{}
	}
	var spaces plan.Sides[disk.Space]
	var widened plan.Sides[map[tree.Path]bool]
	for _, side := range plan.BothSides {
		var err error
		if spaces[side], err = r.disks[side].Space(); err != nil {
			return err
		}
		widened[side] = map[tree.Path]bool{}
	}
	slots := slots{}
	for i := range steps {
		step := &steps[i]
		if step.Skipped != "" {
			continue
		}
		r.expectWork(step)
		if widens(step) {
			widened[step.Side][step.Path] = true
		}
		block := max(spaces[step.Side].Block, 1)
		switch {
		case (step.Action == plan.Create || step.Action == plan.Update) && step.After.Type == tree.File:
			need[step.Side] += (step.After.Size + block - 1) / block * block
			entries[step.Side]++
		case step.Action == plan.Create && step.After.Type == tree.Directory:
			need[step.Side] += block
			entries[step.Side]++
		}
		slots.note(r.plan, step)
		into[step.Side][step.Path.Parent()] = true
		if step.From != "" {
			into[step.Side][step.From.Parent()] = true
		}
	}
	for _, side := range plan.BothSides {
		if err := enoughSpace(side, spaces[side], need[side], entries[side]); err != nil {
			return err
		}
		for _, dir := range sortedKeys(into[side]) {
			if err := r.enoughSlots(side, dir, slots[side][dir]); err != nil {
				return err
			}
			if widened[side][dir] {
				continue
			}
			if err := r.changeable(side, dir); err != nil {
				return err
			}
		}
	}
	return nil
}

// expectWork adds a step to what the progress will come to.
func (r *run) expectWork(step *plan.Step) {
	if r.progress == nil {
		return
	}
	r.progress.ToDo.Add(1)
	if step.Source != nil {
		r.progress.ToCopy.Add(step.After.Size)
	}
}

// What is kept free beyond what is needed: directories grow, and a full FAT volume cannot even rename.
const (
	reserveBytes  = 1 << 20
	reserveBlocks = 64
	// slotBytes is what a name takes in a directory at most commonly: FAT's 32-byte slots, twice over for
	// stage and place.
	slotBytes = 256
)

// enoughSpace refuses with ErrSafety where a volume is too full. One that says neither size nor free
// space is taken at its word by trying.
func enoughSpace(side plan.Side, space disk.Space, need, entries int64) error {
	if need == 0 || space.Total == 0 {
		return nil
	}
	need += entries*slotBytes + max(reserveBytes, reserveBlocks*space.Block)
	if space.Free >= need {
		return nil
	}
	return refuse(ErrSafety, "make room, for one: treaty clean", "%s has %d bytes free, and the plan needs %d there",
		side, space.Free, need)
}

// changeable refuses with ErrSafety a directory in which nothing can be created or renamed. One that is
// not there yet is the plan's own affair.
func (r *run) changeable(side plan.Side, dir tree.Path) error {
	d, err := r.roots[side].Dir(dir)
	if err != nil {
		return nil
	}
	defer d.Release()
	if err := mayChange(d); err != nil {
		where := fmt.Sprintf("%s: %s", side, quote(dir))
		if err == fs.ErrPermission {
			return refuse(ErrSafety, "", "%s: no permission to change anything in this directory", where)
		}
		return refuse(ErrSafety, "", "%s: %v", where, err)
	}
	return nil
}
