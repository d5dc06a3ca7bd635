package settle

import (
	"maps"
	"slices"

	"treaty/apply/internal/journal"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// Copy is a copy of content out of reach of its volume, and the names at which that content may be on the volume.
type Copy struct {
	journal.Copy
	Names []string
}

// Release removes the copies of what is found intact on its own side, where both are there. All others stay. Errors are
// those of the disks.
func Release(copies []Copy, ends *Ends) error {
	var keep plan.Sides[map[string]bool]
	for i := range copies {
		c := &copies[i]
		on := c.Side.Other()
		if keep[on] == nil {
			keep[on] = map[string]bool{}
		}
		if !c.intact(ends[c.Side].Disk) {
			keep[on][c.Name] = true
		}
	}
	for _, side := range plan.BothSides {
		if ends[side].Disk == nil || ends[side.Other()].Disk == nil {
			continue
		}
		if err := ends[side].Disk.ClearCopies(keep[side]); err != nil {
			return err
		}
	}
	return nil
}

// intact tells whether the volume that a copy is of, nil where it is not there, has the content.
func (c *Copy) intact(d volume.Changer) bool {
	if d == nil {
		return false
	}
	for _, name := range c.Names {
		if name == "" {
			continue
		}
		if e, hash, err := d.ReadBack(name); err == nil && e.Type == tree.File && hash == c.State.SHA256 {
			return true
		}
	}
	return false
}

// CopiesIn are those in a journal.
func CopiesIn(j *journal.Journal) []Copy {
	named := NamedIn(j)
	var list []Copy
	for _, number := range slices.Sorted(maps.Keys(j.Copies)) {
		list = append(list, Copy{j.Copies[number], named[number]})
	}
	return list
}

// NamedIn are, by the number of a step, the names where a journal's intents may have left what they displace; none
// where there is no journal.
func NamedIn(j *journal.Journal) map[int][]string {
	at := map[int][]string{}
	if j == nil {
		return at
	}
	for step, c := range j.Copies {
		at[step] = append(at[step], string(c.Path))
	}
	for _, in := range slices.Concat(j.Closed, j.Open) {
		at[in.Step] = append(at[in.Step], namesOf(&in)...)
	}
	return at
}
