package apply

import (
	"slices"

	"treaty/apply/internal/journal"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// adopt takes over the copies that an earlier run made, as far as they are what they were.
func (ts *tasks) adopt(copies map[int]journal.Copy, ends *ends) {
	for number, c := range copies {
		if d := ends.disk(c.Side.Other()); d != nil {
			if _, hash, err := d.ReadBack(c.Name); err == nil && hash == c.State.SHA256 {
				ts.all[number].copy = &c
			}
		}
	}
}

// held is a copy of content out of reach of its volume, and the names at which that content may be on the volume.
type held struct {
	journal.Copy
	names []string
}

// release removes the copies of what is found intact on its own side.
func release(copies []held, ends *ends) error {
	var keep plan.Sides[map[string]bool]
	for i := range copies {
		c := &copies[i]
		on := c.Side.Other()
		if keep[on] == nil {
			keep[on] = map[string]bool{}
		}
		if !c.intact(ends.disk(c.Side)) {
			keep[on][c.Name] = true
		}
	}
	for _, side := range plan.BothSides {
		if ends[side] == nil || ends[side.Other()] == nil {
			continue
		}
		if err := ends[side].disk.ClearCopies(keep[side]); err != nil {
			return err
		}
	}
	return nil
}

// intact tells whether the volume that a copy is of, nil where it is not there, has the content.
func (c *held) intact(d volume.Changer) bool {
	if d == nil {
		return false
	}
	for _, name := range c.names {
		if name == "" {
			continue
		}
		if e, hash, err := d.ReadBack(name); err == nil && e.Type == tree.File && hash == c.State.SHA256 {
			return true
		}
	}
	return false
}

// copies are those that tasks have, with the names of what they are of: those of the tasks, and those in the journal
// of an earlier run, nil for none.
func (ts *tasks) copies(j *journal.Journal) []held {
	named := namedIn(j)
	var list []held
	for _, t := range ts.all {
		if t.copy != nil {
			names := []string{t.result.Trash, string(t.Path), string(t.From), t.place}
			list = append(list, held{*t.copy, append(names, named[t.number]...)})
		}
	}
	return list
}

// copiesIn are those in a journal.
func copiesIn(j *journal.Journal) []held {
	named := namedIn(j)
	var list []held
	for _, number := range sortedKeys(j.Copies) {
		list = append(list, held{j.Copies[number], named[number]})
	}
	return list
}

// namedIn are, by the number of a step, the names where a journal's intents may have left what they displace; none
// where there is no journal.
func namedIn(j *journal.Journal) map[int][]string {
	at := map[int][]string{}
	if j == nil {
		return at
	}
	for step, c := range j.Copies {
		at[step] = append(at[step], string(c.Path))
	}
	for _, in := range slices.Concat(j.Closed, j.Open) {
		at[in.Step] = append(at[in.Step], names(&in)...)
	}
	return at
}
