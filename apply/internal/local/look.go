package local

import (
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// Open opens a regular file for reading.
func (v *Volume) Open(file tree.Path) (volume.Content, error) {
	dir, err := v.root.Dir(file.Parent())
	if err != nil {
		return nil, err
	}
	defer dir.Release()
	f, err := dir.Contents(file.Base())
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Entry is what is at a path, links not followed.
func (v *Volume) Entry(path tree.Path) (tree.Entry, error) {
	dir, err := v.root.Dir(path.Parent())
	if err != nil {
		return tree.Entry{}, err
	}
	defer dir.Release()
	return dir.Lstat(path.Base())
}

// Directory is a directory's own entry, without a name.
func (v *Volume) Directory(dir tree.Path) (tree.Entry, error) {
	d, err := v.root.Dir(dir)
	if err != nil {
		return tree.Entry{}, err
	}
	defer d.Release()
	self, err := d.Self()
	return self.Entry, err
}

// Names are all names in a directory.
func (v *Volume) Names(dir tree.Path) ([]string, error) {
	d, err := v.root.Dir(dir)
	if err != nil {
		return nil, err
	}
	defer d.Release()
	return d.Names()
}
