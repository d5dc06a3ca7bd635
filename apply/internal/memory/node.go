package memory

import (
	"io/fs"
	"slices"
	"strings"
	"time"

	"treaty/plan/scan"
	"treaty/plan/tree"
)

// node is what a name stands for. Files have an identity: a node keeps its number wherever it is moved, and may have
// several names. Contents are never written to in place, so that who reads one has it whole.
type node struct {
	kind    tree.Type
	number  uint64
	mode    tree.Mode
	mtime   tree.Time
	content []byte
	target  string
	links   uint32
	// names are what a directory lists, by what the volume takes as equal; changed is when it last did.
	names   map[string]named
	changed tree.Time
}

// named is a name in its own spelling.
type named struct {
	spelled string
	*node
}

// disk is what all that opened a volume share.
type disk struct {
	kind Kind
	root *node
	// numbers and ticks count nodes and changes.
	numbers uint64
	ticks   int64
}

// now is the volume's own clock: a millisecond for each change.
func (d *disk) now() tree.Time {
	d.ticks++
	return tree.UnixTime(1_770_000_000, 0).Add(1e6 * time.Duration(d.ticks))
}

func (d *disk) make(kind tree.Type) *node {
	d.numbers++
	n := &node{kind: kind, number: d.numbers, changed: d.now()}
	if kind == tree.Directory {
		n.names = map[string]named{}
	}
	return n
}

// key is equal for names that the volume takes as one.
func (d *disk) key(name string) string {
	if d.kind.Probed.Traits.CaseSensitive {
		return name
	}
	return tree.CollisionKey(name)
}

// entry is one name as it would be listed, with nothing left out.
func (d *disk) entry(n named) tree.Entry {
	e := tree.Entry{Name: n.spelled, Key: tree.CollisionKey(n.spelled), Type: n.kind, Mode: n.mode, Target: n.target}
	switch n.kind {
	case tree.File:
		e.Size, e.Mtime, e.Links, e.Inode = int64(len(n.content)), n.mtime, n.links, n.number
	case tree.Special:
		e.Obstacle, e.Why = tree.SpecialFile, "a FIFO"
	}
	if !d.kind.Probed.Traits.Modes || n.kind == tree.Symlink {
		e.Mode = 0
	}
	return e
}

// list is what a directory holds, in tree.Order.
func (d *disk) list(dir *node) []tree.Entry {
	var entries []tree.Entry
	for _, n := range dir.names {
		entries = append(entries, d.entry(n))
	}
	slices.SortFunc(entries, func(a, b tree.Entry) int { return tree.Order(&a, &b) })
	return entries
}

// dir is the directory at a path. Errors wrap fs.ErrNotExist, scan.ErrSymlink or scan.ErrNotDirectory.
func (d *disk) dir(path string) (*node, error) {
	at := d.root
	for component := range strings.SplitSeq(path, "/") {
		if component == "" {
			continue
		}
		below, found := at.names[d.key(component)]
		switch {
		case !found:
			return nil, tree.About(tree.Path(path), fs.ErrNotExist)
		case below.kind == tree.Symlink:
			return nil, tree.About(tree.Path(path), scan.ErrSymlink)
		case below.kind != tree.Directory:
			return nil, tree.About(tree.Path(path), scan.ErrNotDirectory)
		}
		at = below.node
	}
	return at, nil
}

// find is what a path stands for, with the directory that lists it. Nothing, with a nil node, is no error.
func (d *disk) find(path string) (dir *node, n named, err error) {
	parent, name := split(path)
	if dir, err = d.dir(parent); err != nil {
		return nil, named{}, err
	}
	return dir, dir.names[d.key(name)], nil
}

// there is find for what has to be there.
func (d *disk) there(path string) (named, error) {
	_, n, err := d.find(path)
	if err == nil && n.node == nil {
		err = tree.About(tree.Path(path), fs.ErrNotExist)
	}
	return n, err
}

// put gives a name that is free to a node.
func (d *disk) put(dir *node, name string, n *node) {
	dir.names[d.key(name)] = named{name, n}
	dir.changed = d.now()
	n.links++
}

// drop takes a name from what has it.
func (d *disk) drop(dir *node, name string) {
	dir.names[d.key(name)].links--
	delete(dir.names, d.key(name))
	dir.changed = d.now()
}

// rename gives the name at a path, of which the directory is there, to another one, in place of what has that.
func (d *disk) rename(from, to string) {
	dir, n, _ := d.find(from)
	d.drop(dir, n.spelled)
	into, old, _ := d.find(to)
	if old.node != nil {
		d.drop(into, old.spelled)
	}
	_, name := split(to)
	d.put(into, name, n.node)
}

// exchange exchanges what two paths stand for.
func (d *disk) exchange(a, b string) {
	one, n, _ := d.find(a)
	two, m, _ := d.find(b)
	one.names[d.key(n.spelled)], two.names[d.key(m.spelled)] = named{n.spelled, m.node}, named{m.spelled, n.node}
	one.changed = d.now()
	two.changed = one.changed
}

// split cuts a path into folder and name.
func split(path string) (folder, name string) {
	at := strings.LastIndexByte(path, '/')
	return path[:max(at, 0)], path[at+1:]
}

// clone copies all below a node, files with several names as such.
func (n *node) clone(known map[*node]*node) *node {
	if copied := known[n]; copied != nil {
		return copied
	}
	copied := *n
	known[n] = &copied
	if n.names != nil {
		copied.names = map[string]named{}
		for key, below := range n.names {
			copied.names[key] = named{below.spelled, below.clone(known)}
		}
	}
	return &copied
}
