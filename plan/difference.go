package plan

import "treaty/plan/tree"

// difference is a name that is not simply the same on both sides.
type difference struct {
	trio
	path    Sides[tree.Path]
	verdict verdict
	// content is what reading brought beside the hash, nil for nothing.
	content Sides[*tree.Content]
	// rare is nil for most.
	rare *rare
	fate fate
	// wanted tells that the content must be read for more than the decision.
	wanted Sides[bool]
	// follows tells which side is to take over a spelling that changed in case only on the other side.
	follows Sides[bool]
	// dropped marks what a pass takes out when it is done.
	dropped bool
}

// rare is what few differences have. All others are the smaller for it: of a first sync, every file is one.
type rare struct {
	// subtree is set for directories in conflict.
	subtree Sides[*tree.Subtree]
	// keepBothAs is a name that is free on both sides, "" where one side has nothing.
	keepBothAs string
	// alias is a name under which a side may hold the file already.
	alias Sides[string]
	// against is nil unless a directory stands against a file or a link.
	against *against
	// whole is the unit that it belongs to, nil for none.
	whole *wholeDir
}

// all is what a difference has of what few have; nothing of one that has none.
func (r *rare) all() rare {
	if r != nil {
		return *r
	}
	return rare{}
}

// rarely is what few have, to be written to.
func (d *difference) rarely() *rare {
	if d.rare == nil {
		d.rare = &rare{}
	}
	return d.rare
}

// read is what reading brought beside the hash. It is not to be written to.
func (d *difference) read(side Side) *tree.Content {
	if d.content[side] != nil {
		return d.content[side]
	}
	return &unread
}

var unread tree.Content

// outlive lets a difference outlive the listings that it was found in. Of names it holds the paths alone.
func outlive(d *difference) {
	if d.path[Local] == d.path[Remote] {
		d.path[Remote] = d.path[Local]
	}
	for side, e := range d.entry {
		d.name[side] = d.path[side].Base()
		if e == nil {
			continue
		}
		kept := *e
		if kept.Name == d.name[side] {
			kept.Name = d.name[side]
		}
		if kept.Key == kept.Name {
			kept.Key = kept.Name
		}
		d.entry[side] = &kept
	}
	if d.base != nil {
		kept := *d.base
		d.base = &kept
	}
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
		if t.now(side).Type != tree.File || t.hash[side].Known() {
			continue
		}
		if s := sinceBase(t, side, p); !s.modified && !s.unsure && !s.touched {
			t.hash[side] = t.base.SHA256
		}
	}
}
