package disk

import (
	"errors"
	"fmt"
	"io/fs"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// Replace gives p to what is staged and moves what before says is there, a file or a link, to place in
// the trash. What came out must be what was examined; if not, it is put back and a *Drift tells. If
// what then comes out is not what was staged, another program has saved twice meanwhile: the second
// version gets a visible name (Drift.Conflict).
//
// What is staged passes through place, on volumes that can exchange names: after a crash, it is at its
// own name, at place, or at p, and what was at p is at p or at place.
func (t *Tree) Replace(p tree.Path, before *tree.State, s volume.Staged, place string) (volume.Result, error) {
	return t.replace(p, p.Base(), before, s, place)
}

// ReplaceAs is Replace that gives what is staged another spelling of p's name. Then p is absent for a moment, whatever
// the volume can do, and that the new spelling is there is verified by listing.
func (t *Tree) ReplaceAs(p, to tree.Path, before *tree.State, s volume.Staged, place string) (volume.Result, error) {
	switch why := t.opts.Traits.NameProblem(to.Base()); {
	case why != "":
		return volume.Result{}, fmt.Errorf("%q: %w: %s", string(to), volume.ErrUnfit, why)
	case p.Parent() != to.Parent() || tree.CollisionKey(p.Base()) != tree.CollisionKey(to.Base()):
		return volume.Result{}, fmt.Errorf("%q: %w: it is no other spelling of %q", string(to), volume.ErrUnfit, string(p))
	}
	result, err := t.replace(p, to.Base(), before, s, place)
	if err != nil {
		return result, err
	}
	is, err := t.Spelled(to)
	if err == nil && !is {
		err = fmt.Errorf("%q: the volume keeps another spelling of the name", string(to))
	}
	return result, err
}

func (t *Tree) replace(p tree.Path, as string, before *tree.State, s volume.Staged,
	place string) (volume.Result, error) {
	d, name, err := t.enter(p)
	if err != nil {
		return volume.Result{}, err
	}
	defer d.release()
	from, sname, err := t.staged(s)
	if err != nil {
		return volume.Result{}, err
	}
	defer from.release()
	old, err := t.examineToMove(d, name, before)
	if err != nil {
		return volume.Result{}, err
	}
	defer old.close()
	if old.entry.Type == tree.Directory {
		return volume.Result{}, fmt.Errorf("%q: a directory is removed, never replaced", string(p))
	}
	trash, tname, place, err := t.into(place, p)
	if err != nil {
		return volume.Result{}, err
	}
	defer trash.release()

	err = errors.ErrUnsupported
	if t.opts.Can.Exchange && as == name {
		err = t.swap(old, d, name, s, from, sname, trash, tname)
	}
	if errors.Is(err, errors.ErrUnsupported) {
		err = t.setAside(old, d, name, as, from, sname, trash, tname)
	}
	if err != nil {
		return volume.Result{}, err
	}
	e, err := t.installed(d, as, s)
	return volume.Result{Entry: e, Trash: place}, err
}

// swap is Replace by exchange: the staged file is brought to its place in the trash and exchanged with
// name there, so that what comes out lies in the trash already. errors.ErrUnsupported: nothing was done.
//
// Race, where there are no leases: a program that had the file open before may write to it after it
// came out. Worst: that edit is found in the trash, by the check at the end of the run.
func (t *swaps) swap(old *subject, d *folder, name string, s volume.Staged, from *folder, sname string,
	trash *folder, tname string) error {
	p := tree.Path(d.at(name))
	if from.at(sname) != trash.at(tname) {
		if err := t.toPrivate(nil, from, sname, trash, tname); err != nil {
			return t.written(err)
		}
	}
	if err := trash.exchange(tname, d, name); err != nil {
		if back := t.toPrivate(nil, trash, tname, from, sname); back != nil {
			return t.written(both(err, back))
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return &volume.Drift{Path: p, Why: "it went just now"}
		case unsupported(err):
			return errors.ErrUnsupported
		}
		return t.written(err)
	}
	why, err := t.cameOut(old, trash, tname)
	if err != nil {
		return fmt.Errorf("%q, which was moved to %q: %w", string(p), trash.at(tname), err)
	}
	if why != "" {
		return t.swapBack(d, name, s, trash, tname, why)
	}
	if err := t.syncEach(d, name); err != nil {
		return err
	}
	if err := t.syncEach(trash, tname); err != nil {
		return err
	}
	return t.inherit(d, name, trash, tname)
}

// swapBack undoes an exchange after which tname is not what was examined. What is staged then stays in
// the trash: whoever opened it while it had the user's name may still write to it.
func (t *swaps) swapBack(d *folder, name string, s volume.Staged, trash *folder, tname, why string) error {
	drift := &volume.Drift{Path: tree.Path(d.at(name)), Why: why}
	lost := func(err error) error {
		drift.Trash = trash.at(tname)
		return both(drift, err)
	}
	for {
		err := trash.exchange(tname, d, name)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return lost(err)
		}
		// Somebody removed what was just installed.
		err = t.install(trash, tname, d, name)
		if err == nil {
			drift.Found, err = d.entry(name)
			return both(drift, err)
		}
		if !errors.Is(err, fs.ErrExist) {
			return lost(err)
		}
	}
	ours, err := isStaged(trash, tname, s)
	if err != nil {
		return lost(err)
	}
	if !ours {
		if drift.Conflict, err = t.setBeside(trash, tname, d, name); err != nil {
			return lost(err)
		}
	}
	drift.Found, err = d.entry(name)
	return both(drift, err)
}

// isStaged tells whether tname holds what was staged as s, by content.
func isStaged(trash *folder, tname string, s volume.Staged) (bool, error) {
	e, err := trash.dir.Lstat(tname)
	if err != nil || e.Type != s.Type || e.Target != s.Target || e.Size != s.Size || e.Mtime != s.Mtime {
		return false, err
	}
	if e.Type != tree.File || !s.Hash.Known() {
		return true, nil
	}
	f, err := trash.dir.Open(tname)
	if err != nil {
		return false, err
	}
	defer f.Close()
	hash, err := hashOf(f)
	return hash == s.Hash, err
}

// setAside is Replace where names can't be exchanged, or where what comes is spelled otherwise (as): name is absent for
// a moment. Where the name was taken in that moment, what was there before stays in the trash (Drift.Trash) and the
// newcomer in place; or, where the newcomer only has the other spelling, it comes back.
func (t *swaps) setAside(old *subject, d *folder, name, as string, from *folder, sname string,
	trash *folder, tname string) error {
	if err := t.aside(old, d, name, trash, tname); err != nil {
		return err
	}
	if err := t.syncEach(trash, tname, d); err != nil {
		return err
	}
	err := t.install(from, sname, d, as)
	switch {
	case errors.Is(err, fs.ErrExist) && as != name:
		return t.putBack(trash, tname, d, name, "the new spelling of its name was taken just now")
	case errors.Is(err, fs.ErrExist):
		drift := d.taken(name).(*volume.Drift)
		drift.Trash = trash.at(tname)
		return drift
	case err != nil:
		// The old comes back; where that fails too, the journal has the intent.
		if back := t.install(trash, tname, d, name); back != nil {
			err = both(err, back)
		}
		return t.written(err)
	}
	if err := t.syncEach(d, as, from); err != nil {
		return err
	}
	return t.inherit(d, as, trash, tname)
}

// inherit gives what is at name now the attributes of what was there, and only once that is synced: on
// Windows a read-only file can't be opened for it.
func (t *swaps) inherit(d *folder, name string, trash *folder, tname string) error {
	if !inherits {
		return nil
	}
	if err := d.inherit(name, trash, tname); err != nil && !unmoded(err) {
		return t.written(err)
	}
	return nil
}
