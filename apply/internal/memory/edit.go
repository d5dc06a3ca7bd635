package memory

import (
	"bytes"

	"treaty/plan/tree"
)

// Person is a person, or another program, who changes a tree and sees what is in it.
type Person struct{ *shared }

// Person is who changes the volume by hand.
func (v *Volume) Person() Person { return Person{v.shared} }

// Save gives a path an entry, with content where it is a file, in place of what has it. The directory is there.
func (v Person) Save(p tree.Path, e tree.Entry, content []byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	dir, old, err := v.find(string(p))
	if err != nil {
		return err
	}
	n := v.make(e.Type)
	n.mode, n.mtime, n.target, n.content = e.Mode, v.kind.Probed.Traits.Keep(e.Mtime), e.Target, bytes.Clone(content)
	if old.node != nil {
		v.drop(dir, old.spelled)
	}
	v.put(dir, p.Base(), n)
	return nil
}

// Amend gives what is at a path, which stays the same entry, another content, mode and time.
func (v Person) Amend(p tree.Path, e tree.Entry, content []byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	n, err := v.there(string(p))
	if err == nil {
		n.mode, n.mtime, n.content = e.Mode, v.kind.Probed.Traits.Keep(e.Mtime), bytes.Clone(content)
	}
	return err
}

// Rename gives what is at a path another one, in place of what has that. The directories are there.
func (v Person) Rename(from, to tree.Path) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, err := v.there(string(from))
	if err == nil {
		_, err = v.dir(string(to.Parent()))
	}
	if err == nil {
		v.rename(string(from), string(to))
	}
	return err
}

// Remove takes a name away, with all below it.
func (v Person) Remove(p tree.Path) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	dir, n, err := v.find(string(p))
	if err == nil && n.node != nil {
		v.drop(dir, n.spelled)
	}
	return err
}

// Link gives what is at a path another name: for "", one that is outside of the tree.
func (v Person) Link(p, as tree.Path) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	n, err := v.there(string(p))
	if err != nil {
		return err
	}
	if as == "" {
		n.links++
		return nil
	}
	dir, err := v.dir(string(as.Parent()))
	if err == nil {
		v.put(dir, as.Base(), n.node)
	}
	return err
}

// All visits all below a path, treaty's own folder included, a directory before what is in it. It may not change the
// volume meanwhile.
func (v Person) All(top tree.Path, visit func(p tree.Path, e tree.Entry, content []byte)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if n, err := v.dir(string(top)); err == nil {
		v.below(tree.Root, n, visit)
	}
}

func (d *disk) below(at tree.Path, dir *node, visit func(tree.Path, tree.Entry, []byte)) {
	for _, e := range d.list(dir) {
		n := dir.names[d.key(e.Name)]
		visit(at.Join(e.Name), e, n.content)
		if n.kind == tree.Directory {
			d.below(at.Join(e.Name), n.node, visit)
		}
	}
}
