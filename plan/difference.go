package plan

import "treaty/plan/tree"

// difference is a name that is not simply the same on both sides.
type difference struct {
	trio
	path    Sides[tree.Path]
	fate    fate
	verdict verdict
	// subtree is set for directories in conflict.
	subtree Sides[*tree.Subtree]
	// keepBothAs is a name that is free on both sides, "" where one side has nothing.
	keepBothAs string
	content    Sides[tree.Content]
	// wanted tells that the content must be read for more than the decision.
	wanted Sides[bool]
	// against is nil unless a directory stands against a file or a link.
	against *against
	// follows tells which side is to take over a spelling that changed in case only on the other side.
	follows Sides[bool]
	// alias is a name under which a side may hold the file already.
	alias Sides[string]
	// dropped marks what a pass takes out when it is done.
	dropped bool
}

// deletes tells on which side the name is deleted, if that is all that is to be done.
func (d *difference) deletes() (Side, bool) {
	if len(d.verdict.changes) != 1 || d.verdict.changes[0].action != Delete {
		return 0, false
	}
	return d.verdict.changes[0].side, true
}

// infers tells whether a change of the given side waits for the executable rules.
func (d *difference) infers(side Side) bool {
	c := d.change(side)
	return c != nil && c.inferMode
}

// recall takes the baseline's hash for a file that still has the recorded stat.
func (t *trio) recall(p *policy) {
	if t.base == nil || !t.base.SHA256.Known() || t.base.Type != tree.File {
		return
	}
	for _, side := range BothSides {
		if t.entry[side].Type != tree.File || t.hash[side].Known() {
			continue
		}
		if s := sinceBase(t, side, p); !s.modified && !s.unsure && !s.touched {
			t.hash[side] = t.base.SHA256
		}
	}
}
