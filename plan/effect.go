package plan

import "treaty/plan/tree"

// Effect is what a resolution does on one side, as people count it: a directory is one change, with all that is in it.
type Effect struct {
	Side   Side
	Action Action // Create, Update, Move or Delete
	// Before is what is there now, and After what is there then, nil for nothing. Of a merged text, After has the size
	// alone.
	Before, After *tree.State
}

// Effects are what the conflict's resolution comes to as far as the plan tells, local before remote; none while it is
// open, and where both sides stay as they are.
func (c *Conflict) Effects() (all []Effect) {
	deeds, _ := c.deeds()
	for _, d := range deeds {
		e := Effect{Side: d.side, Action: d.action()}
		if d.from != "" {
			e.Before = c.State(d.side)
		}
		if d.to != "" {
			e.After = c.gets(d.side)
		}
		all = append(all, e)
	}
	return all
}

// gets is what a side gets by the resolution.
func (c *Conflict) gets(side Side) *tree.State {
	if c.Resolution == TakeMerged {
		return &tree.State{Type: tree.File, Size: int64(len(c.Merge.Text()))}
	}
	return c.State(side.Other())
}

// action is what a deed is to whoever looks on from outside.
func (d *deed) action() Action {
	switch {
	case d.from == "":
		return Create
	case d.to == "":
		return Delete
	case d.from != d.to:
		return Move
	}
	return Update
}
