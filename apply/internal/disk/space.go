package disk

import (
	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Space asks the volume. Of one that is mounted over a network, and says that it has no file left to give, it is not
// known how many it has: treaty has just made some there, and rclone says so always.
func (t *examiner) Space() (volume.Space, error) {
	d, err := t.open("")
	if err != nil {
		return volume.Space{}, err
	}
	defer d.release()
	space, err := sysSpace(d.handle)
	if t.opts.Unprovable != "" && space.FreeInodes == 0 {
		space.Inodes = 0
	}
	return space, err
}

// ReadBack reads the file at path, relative to the root and in the trash or the stage too, from the
// device where the platform lets it (Linux after a sync, macOS), and returns what it is now with its
// hash.
func (t *examiner) ReadBack(path string) (tree.Entry, tree.Hash, error) {
	parent, name := split(path)
	d, err := t.open(parent)
	if err != nil {
		return tree.Entry{}, tree.Hash{}, err
	}
	defer d.release()
	e, err := d.entry(name)
	if err != nil || e.Type != tree.File {
		return e, tree.Hash{}, err
	}
	f, err := d.dir.Open(name)
	if err != nil {
		return e, tree.Hash{}, err
	}
	defer f.Close()
	_ = dropCache(f) // where it can't be had, the cache is what is verified
	hash, err := hashOf(f)
	return e, hash, unread(err)
}

// unread is an error of reading, which is volume.ErrUnreadable where the volume cannot read what it holds.
func unread(err error) error {
	if err != nil && scan.Damaged(err) {
		return &volume.Unreadable{Err: err}
	}
	return err
}
