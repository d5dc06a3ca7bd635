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
	to, err := t.enterBy(p, t.renewNowAndThen)
	if err != nil {
		return volume.Result{}, err
	}
	defer to.release()
	from, err := t.staged(s)
	if err != nil {
		return volume.Result{}, err
	}
	defer from.release()
	switch err := t.install(from, to); {
	case errors.Is(err, fs.ErrExist):
		return volume.Result{}, to.taken()
	case err != nil:
		return volume.Result{}, t.written(err)
	}
	if err := t.syncEach(to, from.folder); err != nil {
		return volume.Result{}, err
	}
	e, err := t.installed(to, s)
	return volume.Result{Entry: e}, err
}

// installed is what is at a spot, where s was put. A rename keeps the stat, so that it is the one which s had when it
// was staged, as far as that was read back; on volumes that cannot be relied on, and where a file takes over more than
// that, it is read back now.
func (t *swaps) installed(at spot, s volume.Staged) (tree.Entry, error) {
	if t.opts.SyncEach || inherits || !s.Mode.Known() {
		return at.found()
	}
	return t.cut(tree.Entry{Name: at.name, Key: tree.CollisionKey(at.name), Type: s.Type, Mode: s.Mode, Size: s.Size,
		Mtime: s.Mtime, Links: 1}), nil
}

// taken is that something is there which should not be.
func (s spot) taken() *volume.Drift {
	drift := s.drift("there is something now")
	drift.Found, _ = s.found()
	drift.Cause = volume.ErrTaken
	return drift
}

// staged opens the folder in which s lies, for the caller to release.
func (t *stage) staged(s volume.Staged) (spot, error) {
	parent, name := split(s.Name)
	d, err := t.open(parent)
	return spot{d, name}, private(err)
}

// install moves what treaty has at from to a name of the user's, and fails with fs.ErrExist if that is taken: by a
// rename that refuses to replace, else by a link, else by a look and then a rename.
//
// Race, in the last of these, on FUSE volumes without NOREPLACE and without hard links only: a program that
// makes a file under this very name between the look and the rename, microseconds apart. Worst: that one save
// is lost. Rejected: to take the name with an empty file first and rename over that. It finds out a program
// that writes into that file at once, but neither one that writes a moment later nor one that saves by a
// rename; and whoever is killed between the two steps leaves an empty file under a name of the user's.
func (t *swaps) install(from, to spot) error {
	if t.opts.Can.NoReplace {
		return from.renameNew(nil, to)
	}
	e, err := from.lstat()
	if err != nil {
		return err
	}
	if e.Type == tree.File && t.opts.Can.Link {
		if err := from.link(to); err != nil {
			return err
		}
		// The content has its name; this is the second one, which was treaty's. Where it stays, nothing is lost:
		// see Single.
		_ = t.written(from.unlink(from.name))
		return nil
	}
	if err := to.free(); err != nil {
		return err
	}
	return from.rename(nil, to)
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
	trash, err := t.at(place)
	if err != nil || trash.folder == nil {
		return err
	}
	defer trash.release()
	own, err := t.at(string(p))
	if err != nil || own.folder == nil {
		return err
	}
	defer own.release()
	if !sysTwins(trash.handle, trash.name, own.handle, own.name) {
		return nil
	}
	return t.written(trash.unlink(trash.name))
}

// at opens the folder of a path for the caller to release; it is nil where there is none.
func (t *base) at(path string) (spot, error) {
	parent, name := split(path)
	d, err := t.open(parent)
	if missing(err) {
		return spot{name: name}, nil
	}
	return spot{d, name}, err
}

// free fails with fs.ErrExist if something is there. What cannot be told is no answer: a volume that was pulled
// out is not one on which nobody took the name.
func (s spot) free() error {
	_, err := s.dir.Stat(s.name)
	switch {
	case err == nil:
		return failed(Rename, s.path(), fs.ErrExist)
	case !errors.Is(err, fs.ErrNotExist):
		return failed(Rename, s.path(), err)
	}
	return nil
}

// copyBeside saves what f holds under a visible name beside a spot.
func (t *swaps) copyBeside(f *os.File, own spot) (tree.Path, error) {
	for n := 1; n < 1<<10; n++ {
		as := own.spot(volume.ConflictName(own.name, n))
		to, err := as.create(as.name)
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
				if err := as.write(to, as.name, buf[:n]); err != nil {
					return tree.Path(as.path()), t.written(err)
				}
			}
			if at += int64(n); err == io.EOF {
				break
			}
			if err != nil {
				return tree.Path(as.path()), err
			}
		}
		err = t.synced(as.syncFile(to, as.name))
		return tree.Path(as.path()), err
	}
	return "", fmt.Errorf("%q: %w, and so are all names for a second version", own.path(), volume.ErrTaken)
}

// syncEach makes a rename to a spot durable, on volumes where that takes a sync of the file itself:
// first the file, then the folders.
func (t *base) syncEach(at spot, others ...*folder) error {
	if !t.opts.SyncEach {
		return nil
	}
	if err := at.syncName(at.name); err != nil {
		return err
	}
	if err := t.synced(at.sync()); err != nil {
		return err
	}
	for _, other := range others {
		if err := t.synced(other.sync()); err != nil {
			return err
		}
	}
	return nil
}
