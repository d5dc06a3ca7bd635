package plan

import "treaty/plan/tree"

// difference is a name that is not simply the same on both sides.
type difference struct {
	items
	spelling
	// base is as in trio.
	base    *tree.Agreed
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
	// collides is as in trio.
	collides Sides[bool]
	// dropped marks what a pass takes out when it is done.
	dropped bool
}

// rare is what few differences have. All others are the smaller for it: of a first sync, every file is one.
type rare struct {
	// subtree is set for directories in conflict.
	subtree Sides[*tree.Subtree]
	// bound tells of a directory in conflict that something in it has a name that its own side cannot make anew: no other
	// name for it can be made there.
	bound bool
	// keepBoth is the number of a name that is free on both sides, for keepBothName; 0 for 1.
	keepBoth int
	// alias is a name under which a side may hold the file already.
	alias Sides[string]
	// twin is as in the place that it is in.
	twin Sides[tree.Path]
	// isTwin is twin of the trio.
	isTwin Sides[bool]
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

// spelling is the path that a name has on each side.
type spelling struct {
	// local is the path there, and remote, where it is not nil, that on the other side: most are alike.
	local  tree.Path
	remote *tree.Path
}

// items are what the sides have under one name.
type items struct {
	// item is nil of a side that has nothing.
	item Sides[*item]
}

// item is an entry of a side that is not blocked, without its name, which the difference has.
type item struct {
	Size  int64
	Inode uint64
	// target is nil but for symlinks.
	target *string
	Mtime  tree.Time
	Links  uint32
	Mode   tree.Mode
	Type   tree.Type
	// hash is known where the content was read, or need not be.
	hash tree.Hash
}

// noItem is what a side has that has nothing.
var noItem item

// of takes over an entry.
func (it *item) of(e *tree.Entry) {
	*it = item{Size: e.Size, Inode: e.Inode, Mtime: e.Mtime, Links: e.Links, Mode: e.Mode, Type: e.Type}
	if e.Target != "" {
		target := e.Target
		it.target = &target
	}
}

// entry is an item under a name.
func (it *item) entry(name string) *tree.Entry {
	return &tree.Entry{Name: name, Key: tree.CollisionKey(name), Size: it.Size, Inode: it.Inode, Mtime: it.Mtime,
		Links: it.Links, Mode: it.Mode, Type: it.Type, Target: it.Target()}
}

// Target is a symlink's, verbatim; "" for all else.
func (it *item) Target() string {
	if it.target == nil {
		return ""
	}
	return *it.target
}

// passing is memory for a difference that has not outlived what it was found in.
type passing struct {
	of    difference
	items Sides[item]
}

// difference is that of a name in a directory, with what a side may take for it, and refers to what the trio does.
func (p *passing) difference(in *directory, t *trio, traits Sides[tree.Traits]) *difference {
	d, path := &p.of, in.pathOf(t)
	*d = difference{base: t.base, collides: t.collides}
	if alias := in.names.aliases(t, traits); alias != (Sides[string]{}) {
		d.rarely().alias = alias
	}
	if in.twin != (Sides[tree.Path]{}) {
		d.rarely().twin = in.twin
	}
	if t.twin != (Sides[bool]{}) {
		d.rarely().isTwin = t.twin
	}
	d.local = path[Local]
	d.spell(path[Remote])
	for _, side := range BothSides {
		if e := t.entry[side]; e != nil {
			d.item[side] = &p.items[side]
			d.item[side].of(e)
			d.learn(side, t.hash[side])
		}
	}
	return d
}

// trioOf is the name that a difference is of.
func trioOf(d *difference) trio {
	t := trio{base: d.base, collides: d.collides}
	for _, side := range BothSides {
		t.name[side], t.hash[side] = d.at(side).Base(), d.sum(side)
		if d.has(side) {
			t.entry[side] = d.item[side].entry(t.name[side])
		}
	}
	return t
}

// at is the path on a side.
func (s *spelling) at(side Side) tree.Path {
	if side == Remote && s.remote != nil {
		return *s.remote
	}
	return s.local
}

func (s *spelling) paths() Sides[tree.Path] { return Sides[tree.Path]{s.at(Local), s.at(Remote)} }

// spell notes the path on remote.
func (s *spelling) spell(remote tree.Path) {
	if s.remote = nil; remote != s.local {
		own := remote // what is alike stays off the heap
		s.remote = &own
	}
}

// sum is the hash of what a side has, zero where it was not read.
func (is *items) sum(side Side) tree.Hash { return is.now(side).hash }

// learn notes the hash of what a side has, if it is one.
func (is *items) learn(side Side, sum tree.Hash) {
	if sum.Known() {
		is.item[side].hash = sum
	}
}

func (is *items) has(side Side) bool { return is.item[side] != nil }

// now is what a side has, of type Absent for nothing. It is not to be written to.
func (is *items) now(side Side) *item {
	if it := is.item[side]; it != nil {
		return it
	}
	return &noItem
}

// outlive is a copy of a difference that may outlive what that was found in.
func outlive(d *difference) *difference {
	kept := *d
	for side, it := range kept.item {
		if it != nil {
			own := *it
			kept.item[side] = &own
		}
	}
	if kept.base != nil {
		own := *kept.base
		kept.base = &own
	}
	return &kept
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
