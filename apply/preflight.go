package apply

import (
	"errors"
	"fmt"
	"io/fs"

	"treaty/apply/internal/execute"
	"treaty/apply/refusal"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// preflight refuses, before the first write, what is bound to fail half-way: too little space for all
// that will be staged while the old content stays in the trash, and directories that take no change.
func (r *run) preflight(list []*execute.Step, copies plan.Sides[[]int64]) error {
	var into, widened plan.Sides[map[tree.Path]bool]
	var spaces plan.Sides[volume.Space]
	for _, side := range plan.BothSides {
		var err error
		if spaces[side], err = r.ends[side].disk.Space(); err != nil {
			return err
		}
		into[side], widened[side] = map[tree.Path]bool{}, map[tree.Path]bool{}
	}
	slots := slots{}
	for _, s := range list {
		r.expectWork(s)
		if s.Widens() {
			widened[s.Side][s.Path] = true
		}
		slots.note(r.plan, &s.Step)
		into[s.Side][s.Path.Parent()] = true
		if s.From != "" {
			into[s.Side][s.From.Parent()] = true
		}
	}
	needs := needs(list, copies, spaces)
	for _, s := range list {
		if r.ends.willCopy(s) {
			n := &needs[s.Side]
			n.bytes, n.entries = n.bytes+onDisk(s.Before.Size, spaces[s.Side]), n.entries+1
		}
	}
	for _, side := range plan.BothSides {
		if short := enoughSpace(side, spaces[side], needs[side]); short != nil {
			return short.On(side, r.ends[side].Root())
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

// willCopy tells whether a step comes to a copy of its file because that has other names.
func (e *ends) willCopy(s *execute.Step) bool {
	at, dressed := s.Dresses()
	if !dressed {
		return false
	}
	entry, err := e[s.Side].disk.At(string(at))
	return err == nil && entry.Links > 1
}

// need is what will be written to a volume: in bytes, rounded up to its blocks, of which some are copies of
// what changes on the other one; and in new names.
type need struct{ bytes, copies, entries int64 }

// needs is what steps, and copies of contents of each side on the other one, by their sizes, need on both.
func needs(list []*execute.Step, copies plan.Sides[[]int64], spaces plan.Sides[volume.Space]) plan.Sides[need] {
	var needs plan.Sides[need]
	for _, s := range list {
		n, space := &needs[s.Side], spaces[s.Side]
		switch {
		case (s.Action == plan.Create || s.Action == plan.Update) && s.After.Type == tree.File:
			n.bytes += onDisk(s.After.Size, space)
			n.entries++
		case s.Action == plan.Create && s.After.Type == tree.Directory:
			n.bytes += onDisk(1, space)
			n.entries++
		}
	}
	for _, side := range plan.BothSides {
		n, space := &needs[side.Other()], spaces[side.Other()]
		for _, size := range copies[side] {
			n.copies += onDisk(size, space)
			n.entries++
		}
		n.bytes += n.copies
	}
	return needs
}

// expectWork adds a step to what the progress will come to.
func (r *run) expectWork(s *execute.Step) {
	if r.progress == nil {
		return
	}
	r.progress.ToDo.Add(1)
	if s.Source != nil {
		r.progress.ToCopy.Add(s.After.Size)
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

// onDisk is what a file of some bytes takes on a volume.
func onDisk(bytes int64, space volume.Space) int64 {
	block := max(space.Block, 1)
	return (bytes + block - 1) / block * block
}

// enoughSpace refuses with ErrSafety where a volume is too full. One that says neither size nor free
// space is taken at its word by trying.
func enoughSpace(side plan.Side, space volume.Space, n need) *Refusal {
	if n.bytes == 0 || space.Total == 0 {
		return nil
	}
	bytes := n.bytes + n.entries*slotBytes + max(reserveBytes, reserveBlocks*space.Block)
	if space.Free >= bytes {
		return nil
	}
	of := ""
	if n.copies > 0 {
		of = fmt.Sprintf(", %d of them for copies of what is replaced, moved or deleted on %s, until that is done", n.copies, side.Other())
	}
	return refusal.Because(refusal.CauseSpace, "%s has %d bytes free, and the plan needs %d there%s", side, space.Free, bytes, of)
}

// changeable refuses with ErrSafety a directory in which nothing can be created or renamed, not even when its
// owner lets it. One that is not there yet is the plan's own affair.
func (r *run) changeable(side plan.Side, dir tree.Path) error {
	err := r.ends[side].disk.MayChange(dir)
	if err == nil {
		return nil
	}
	why := err.Error()
	if errors.Is(err, fs.ErrPermission) {
		why = "no permission to change anything in this directory"
	}
	refusal := refusal.Because(refusal.CauseForbidden, "%s: %s: %s", side, dir.Quoted(), why).On(side, r.ends[side].Root())
	refusal.Path = dir
	return refusal
}
