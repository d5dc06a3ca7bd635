package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// Create gives p to what is staged, and never replaces anything. A *Drift with ErrTaken says that
// there is something; what is staged stays so then.
func (t *Tree) Create(p tree.Path, s volume.Staged) (volume.Result, error) {
	if why := t.opts.Traits.NameProblem(p.Base()); why != "" && p != tree.Root {
		return volume.Result{}, fmt.Errorf("%q: %w: %s", string(p), volume.ErrUnfit, why)
	}
	d, name, err := t.enterBy(p, t.renewNowAndThen)
	if err != nil {
		return volume.Result{}, err
	}
	defer d.release()
	from, sname, err := t.staged(s)
	if err != nil {
		return volume.Result{}, err
	}
	defer from.release()
	switch err := t.install(from, sname, d, name); {
	case errors.Is(err, fs.ErrExist):
		return volume.Result{}, d.taken(name)
	case err != nil:
		return volume.Result{}, t.written(err)
	}
	if err := t.syncEach(d, name, from); err != nil {
		return volume.Result{}, err
	}
	e, err := t.installed(d, name, s)
	return volume.Result{Entry: e}, err
}

// installed is what is at name, where s was put. A rename keeps the stat, so that it is the one which s had when it
// was staged, as far as that was read back; on volumes that cannot be relied on, and where a file takes over more than
// that, it is read back now.
func (t *swaps) installed(d *folder, name string, s volume.Staged) (tree.Entry, error) {
	if t.opts.SyncEach || inherits || !s.Mode.Known() {
		return d.entry(name)
	}
	return d.tree.cut(tree.Entry{Name: name, Key: tree.CollisionKey(name), Type: s.Type, Mode: s.Mode, Size: s.Size,
		Mtime: s.Mtime, Links: 1}), nil
}

func (d *view) taken(name string) error {
	found, _ := d.entry(name)
	return &volume.Drift{Path: tree.Path(d.at(name)), Why: "there is something now", Found: found, Cause: volume.ErrTaken}
}

// staged opens the folder in which s lies, for the caller to release.
func (t *stage) staged(s volume.Staged) (*folder, string, error) {
	parent, name := split(s.Name)
	d, err := t.open(parent)
	return d, name, private(err)
}

// install moves what treaty has at from to the user's name in d, and fails with fs.ErrExist if that is
// taken: by a rename that refuses to replace, else by a link, else by a look and then a rename.
//
// Race, in the last of these, on FUSE volumes without NOREPLACE and without hard links only: a program that
// makes a file under this very name between the look and the rename, microseconds apart. Worst: that one save
// is lost. Rejected: to take the name with an empty file first and rename over that. It finds out a program
// that writes into that file at once, but neither one that writes a moment later nor one that saves by a
// rename; and whoever is killed between the two steps leaves an empty file under a name of the user's.
func (t *swaps) install(from *folder, private string, d *folder, name string) error {
	if t.opts.Can.NoReplace {
		return from.renameNew(nil, private, d, name)
	}
	e, err := from.dir.Lstat(private)
	if err != nil {
		return err
	}
	if e.Type == tree.File && t.opts.Can.Link {
		if err := from.link(private, d, name); err != nil {
			return err
		}
		// The content has its name; this is the second one, which was treaty's. Where it stays, nothing is lost:
		// see Single.
		_ = t.written(from.unlink(private))
		return nil
	}
	if err := d.free(name); err != nil {
		return err
	}
	return from.rename(nil, private, d, name)
}

// Single takes the name place in the trash away from a file that has the name p too: what is left of an
// install by link that was interrupted. Nothing else is ever unlinked there.
//
// Race: somebody saves over p by a rename after it was looked at. Worst: the version that they replaced is
// not in the trash either.
func (t *Tree) Single(place string, p tree.Path) error {
	if t.opts.Can.NoReplace || !t.opts.Can.Link || place == "" || p == tree.Root {
		return nil
	}
	trash, tname, err := t.at(place)
	if err != nil || trash == nil {
		return err
	}
	defer trash.release()
	d, name, err := t.at(string(p))
	if err != nil || d == nil {
		return err
	}
	defer d.release()
	if !sysTwins(trash.handle, tname, d.handle, name) {
		return nil
	}
	return t.written(trash.unlink(tname))
}

// at opens the folder of a path for the caller to release, nil where there is none.
func (t *base) at(path string) (*folder, string, error) {
	parent, name := split(path)
	d, err := t.open(parent)
	if missing(err) {
		return nil, name, nil
	}
	return d, name, err
}

// free fails with fs.ErrExist if name is taken. What cannot be told is no answer: a volume that was pulled
// out is not one on which nobody took the name.
func (d *view) free(name string) error {
	_, err := d.dir.Stat(name)
	switch {
	case err == nil:
		return failed(Rename, d.at(name), fs.ErrExist)
	case !errors.Is(err, fs.ErrNotExist):
		return failed(Rename, d.at(name), err)
	}
	return nil
}

// copyBeside saves what f holds under a visible name beside name.
func (t *swaps) copyBeside(f *os.File, d *folder, name string) (tree.Path, error) {
	for n := 1; n < 1<<10; n++ {
		as := volume.ConflictName(name, n)
		to, err := d.create(as)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		defer to.Close()
		buf := buffers.Get().(*[copyBuffer]byte)
		defer buffers.Put(buf)
		for at := int64(0); ; {
			n, err := f.ReadAt(buf[:], at)
			if n > 0 {
				if err := d.write(to, as, buf[:n]); err != nil {
					return tree.Path(d.at(as)), t.written(err)
				}
			}
			if at += int64(n); err == io.EOF {
				break
			}
			if err != nil {
				return tree.Path(d.at(as)), err
			}
		}
		err = t.synced(d.syncFile(to, as))
		return tree.Path(d.at(as)), err
	}
	return "", fmt.Errorf("%q: %w, and so are all names for a second version", d.at(name), volume.ErrTaken)
}

// syncEach makes a rename to name in d durable, on volumes where that takes a sync of the file itself:
// first the file, then the folders.
func (t *base) syncEach(d *folder, name string, others ...*folder) error {
	if !t.opts.SyncEach {
		return nil
	}
	if err := d.syncName(name); err != nil {
		return err
	}
	if err := t.synced(d.sync()); err != nil {
		return err
	}
	for _, other := range others {
		if err := t.synced(other.sync()); err != nil {
			return err
		}
	}
	return nil
}
