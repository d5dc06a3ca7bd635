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
	// against is the side whose directory stands against the other side's file or link, where what lies
	// below is planned as if the verdict were to be a change; settle says whether it is.
	against *Side
	// stays tells that something in that directory cannot go.
	stays bool
	// follows tells which side is to take over a spelling that changed in case only on the other side.
	follows Sides[bool]
	// alias is a name under which a side may hold the file already.
	alias Sides[string]
	// blocked tells that its content cannot be read.
	blocked bool
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
