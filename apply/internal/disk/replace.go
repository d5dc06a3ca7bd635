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

// replace is Replace after which as is the name: that of p, or another spelling of it.
func (t *Tree) replace(p tree.Path, as string, before *tree.State, s volume.Staged,
	place string) (volume.Result, error) {
	own, err := t.enter(p)
	if err != nil {
		return volume.Result{}, err
	}
	defer own.release()
	staged, err := t.staged(s)
	if err != nil {
		return volume.Result{}, err
	}
	defer staged.release()
	old, err := t.examineToMove(own, before)
	if err != nil {
		return volume.Result{}, err
	}
	defer old.close()
	if old.entry.Type == tree.Directory {
		return volume.Result{}, fmt.Errorf("%q: a directory is removed, never replaced", string(p))
	}
	trash, err := t.into(place, p)
	if err != nil {
		return volume.Result{}, err
	}
	defer trash.release()

	r := replacement{old: old, at: own, to: own.spot(as), new: s, staged: staged, trash: trash}
	err = errors.ErrUnsupported
	if t.opts.Can.Exchange && as == own.name {
		err = t.swap(r)
	}
	if errors.Is(err, errors.ErrUnsupported) {
		err = t.setAside(r)
	}
	if err != nil {
		return volume.Result{}, err
	}
	e, err := t.installed(r.to, s)
	return volume.Result{Entry: e, Trash: trash.path()}, err
}

// replacement is what Replace puts in the place of what, all of it open.
type replacement struct {
	old *subject
	// at is where the old is, and to what the new is to be called: at, or another spelling of it.
	at, to spot
	new    volume.Staged
	// staged is where the new waits, and trash where the old goes.
	staged, trash spot
}

// swap is Replace by exchange: the staged file is brought to its place in the trash and exchanged with
// the old there, so that what comes out lies in the trash already. errors.ErrUnsupported: nothing was done.
//
// Race, where there are no leases: a program that had the file open before may write to it after it
// came out. Worst: that edit is found in the trash, by the check at the end of the run.
func (t *swaps) swap(r replacement) error {
	if r.staged.path() != r.trash.path() {
		if err := t.toPrivate(nil, r.staged, r.trash); err != nil {
			return t.written(err)
		}
	}
	if err := r.trash.exchange(r.at); err != nil {
		if back := t.toPrivate(nil, r.trash, r.staged); back != nil {
			return t.written(both(err, back))
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return r.at.drift("it went just now")
		case unsupported(err):
			return errors.ErrUnsupported
		}
		return t.written(err)
	}
	why, err := t.cameOut(r.old, r.trash)
	if err != nil {
		return fmt.Errorf("%q, which was moved to %q: %w", r.at.path(), r.trash.path(), err)
	}
	if why != "" {
		return t.swapBack(r, why)
	}
	if err := t.syncEach(r.at); err != nil {
		return err
	}
	if err := t.syncEach(r.trash); err != nil {
		return err
	}
	return t.inherit(r.at, r.trash)
}

// swapBack undoes an exchange after which what lies in the trash is not what was examined. What is staged then stays
// in the trash: whoever opened it while it had the user's name may still write to it.
func (t *swaps) swapBack(r replacement, why string) error {
	drift := r.at.drift(why)
	lost := func(err error) error {
		drift.Trash = r.trash.path()
		return both(drift, err)
	}
	for {
		err := r.trash.exchange(r.at)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return lost(err)
		}
		// Somebody removed what was just installed.
		err = t.install(r.trash, r.at)
		if err == nil {
			drift.Found, err = r.at.found()
			return both(drift, err)
		}
		if !errors.Is(err, fs.ErrExist) {
			return lost(err)
		}
	}
	ours, err := r.trash.has(r.new)
	if err != nil {
		return lost(err)
	}
	if !ours {
		if drift.Conflict, err = t.setBeside(r.trash, r.at); err != nil {
			return lost(err)
		}
	}
	drift.Found, err = r.at.found()
	return both(drift, err)
}

// has tells whether what is there is what was staged as staged, by content.
func (s spot) has(staged volume.Staged) (bool, error) {
	e, err := s.lstat()
	if err != nil || e.Type != staged.Type || e.Target != staged.Target || e.Size != staged.Size ||
		e.Mtime != staged.Mtime {
		return false, err
	}
	if e.Type != tree.File || !staged.Hash.Known() {
		return true, nil
	}
	f, err := s.dir.Open(s.name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	hash, err := hashOf(f)
	return hash == staged.Hash, err
}

// setAside is Replace where names can't be exchanged, or where what comes is spelled otherwise: the name is absent for
// a moment. Where the name was taken in that moment, what was there before stays in the trash (Drift.Trash) and the
// newcomer in place; or, where the newcomer only has the other spelling, it comes back.
func (t *swaps) setAside(r replacement) error {
	if err := t.aside(r.old, r.at, r.trash); err != nil {
		return err
	}
	if err := t.syncEach(r.trash, r.at.folder); err != nil {
		return err
	}
	err := t.install(r.staged, r.to)
	switch {
	case errors.Is(err, fs.ErrExist) && r.to.name != r.at.name:
		return t.putBack(r.trash, r.at, "the new spelling of its name was taken just now")
	case errors.Is(err, fs.ErrExist):
		drift := r.at.taken()
		drift.Trash = r.trash.path()
		return drift
	case err != nil:
		// The old comes back; where that fails too, the journal has the intent.
		if back := t.install(r.trash, r.at); back != nil {
			err = both(err, back)
		}
		return t.written(err)
	}
	if err := t.syncEach(r.to, r.staged.folder); err != nil {
		return err
	}
	return t.inherit(r.to, r.trash)
}

// inherit gives what is new the attributes of what was there, and only once that is synced: on Windows a read-only file
// can't be opened for it.
func (t *swaps) inherit(new, old spot) error {
	if !inherits {
		return nil
	}
	if err := new.inherit(old); err != nil && !unmoded(err) {
		return t.written(err)
	}
	return nil
}
