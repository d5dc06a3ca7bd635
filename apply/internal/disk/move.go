package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// Move gives what before says is at from the name to, and replaces nothing. A directory may be moved
// too, whole. Where only the case or the spelling of the name changes, and where a rename can't refuse to
// replace, it goes through place, in two steps: FAT drivers ignore a rename that changes case only, or
// damage the file; that it was carried out is then verified by listing.
func (t *Tree) Move(from, to tree.Path, before *tree.State, place string) (volume.Result, error) {
	if why := t.opts.Traits.NameProblem(to.Base()); why != "" {
		return volume.Result{}, fmt.Errorf("%q: %w: %s", string(to), volume.ErrUnfit, why)
	}
	if to.Within(from) {
		return volume.Result{}, fmt.Errorf("%q cannot be moved into itself", string(from))
	}
	at, err := t.enter(from)
	if err != nil {
		return volume.Result{}, err
	}
	defer at.release()
	into, err := t.enter(to)
	if err != nil {
		return volume.Result{}, err
	}
	defer into.release()
	s, err := t.examineToMove(at, before)
	if err != nil {
		return volume.Result{}, err
	}
	defer s.close()
	respelled := from.Parent() == to.Parent() && tree.CollisionKey(at.name) == tree.CollisionKey(into.name)
	if taken, err := into.isTaken(respelled); err != nil || taken {
		return volume.Result{}, into.taken()
	}
	if s.entry.Type == tree.Directory {
		t.root.Forget(from) // Windows moves no directory in which something is open
	}
	if t.opts.Can.NoReplace && !respelled {
		err = t.moveDirectly(s, at, into)
	} else {
		err = t.moveByTrash(s, at, into, place)
	}
	if err != nil {
		return volume.Result{}, err
	}
	if s.entry.Type == tree.Directory {
		t.root.Forget(from)
		t.root.Forget(to)
	}
	if err := t.syncEach(into, at.folder); err != nil {
		return volume.Result{}, err
	}
	if respelled {
		names, err := into.dir.Names()
		if err != nil {
			return volume.Result{}, err
		}
		if !slices.Contains(names, into.name) {
			return volume.Result{}, fmt.Errorf("%q: the volume keeps another spelling of the name", string(to))
		}
	}
	e, err := into.found()
	return volume.Result{Entry: e}, err
}

// isTaken tells whether something is there: where another spelling of the name may be that of what is to get it, by
// what is listed.
func (s spot) isTaken(respelled bool) (bool, error) {
	if !respelled {
		e, err := s.found()
		return e.Type != tree.Absent, err
	}
	names, err := s.dir.Names()
	return slices.Contains(names, s.name), err
}

// moveDirectly moves s by one rename, which refuses to replace. What turns out to be something else is moved back.
func (t *swaps) moveDirectly(s *subject, from, to spot) error {
	switch err := from.renameNew(s.file, to); {
	case errors.Is(err, fs.ErrExist):
		return to.taken()
	case errors.Is(err, fs.ErrNotExist):
		return from.drift("it went just now")
	case err != nil:
		return t.written(err)
	}
	why, err := t.cameOut(s, to)
	if err != nil || why == "" {
		return err
	}
	// What was moved is the user's and complete; it goes home, or stays under its new name if that
	// is no longer free.
	drift := from.drift(why)
	if err := to.renameNew(nil, from); err != nil {
		drift.Conflict = tree.Path(to.path())
		if !errors.Is(err, fs.ErrExist) {
			return both(drift, err)
		}
	}
	return drift
}

// moveByTrash moves s to a place in the trash first, and from there.
func (t *swaps) moveByTrash(s *subject, from, to spot, place string) error {
	trash, err := t.into(place, tree.Path(from.path()))
	if err != nil {
		return err
	}
	defer trash.release()
	if err := t.aside(s, from, trash); err != nil {
		return err
	}
	if err := t.syncEach(trash, from.folder); err != nil {
		return err
	}
	if err = t.install(trash, to); err == nil {
		return nil
	}
	taken := errors.Is(err, fs.ErrExist)
	if back := t.putBack(trash, from, "the name it should get was taken just now"); taken {
		return back
	} else if drift := new(volume.Drift); errors.As(back, &drift) && drift.Trash != "" {
		// No drift, or the move would count as settled while neither name is there: the journal has the intent.
		err = fmt.Errorf("%w; it is at %q now: %v", err, drift.Trash, back)
	}
	return t.written(err)
}
