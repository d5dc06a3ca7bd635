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
	d, name, err := t.enter(from)
	if err != nil {
		return volume.Result{}, err
	}
	defer d.release()
	into, as, err := t.enter(to)
	if err != nil {
		return volume.Result{}, err
	}
	defer into.release()
	s, err := t.examineToMove(d, name, before)
	if err != nil {
		return volume.Result{}, err
	}
	defer s.close()
	respelled := from.Parent() == to.Parent() && tree.CollisionKey(name) == tree.CollisionKey(as)
	if has, err := into.has(as, respelled); err != nil || has {
		return volume.Result{}, into.taken(as)
	}
	if s.entry.Type == tree.Directory {
		t.root.Forget(from) // Windows moves no directory in which something is open
	}
	if t.opts.Can.NoReplace && !respelled {
		err = t.moveDirectly(s, d, name, into, as)
	} else {
		err = t.moveByTrash(s, d, name, into, as, place)
	}
	if err != nil {
		return volume.Result{}, err
	}
	if s.entry.Type == tree.Directory {
		t.root.Forget(from)
		t.root.Forget(to)
	}
	if err := t.syncEach(into, as, d); err != nil {
		return volume.Result{}, err
	}
	if respelled {
		names, err := into.dir.Names()
		if err != nil {
			return volume.Result{}, err
		}
		if !slices.Contains(names, as) {
			return volume.Result{}, fmt.Errorf("%q: the volume keeps another spelling of the name", string(to))
		}
	}
	e, err := into.entry(as)
	return volume.Result{Entry: e}, err
}

// has tells whether a name is taken: where another spelling of it may be that of what is to get it, by what is listed.
func (d *view) has(name string, respelled bool) (bool, error) {
	if !respelled {
		e, err := d.entry(name)
		return e.Type != tree.Absent, err
	}
	names, err := d.dir.Names()
	return slices.Contains(names, name), err
}

func (t *swaps) moveDirectly(s *subject, d *folder, name string, into *folder, as string) error {
	switch err := d.renameNew(s.file, name, into, as); {
	case errors.Is(err, fs.ErrExist):
		return into.taken(as)
	case errors.Is(err, fs.ErrNotExist):
		return &volume.Drift{Path: tree.Path(d.at(name)), Why: "it went just now"}
	case err != nil:
		return t.written(err)
	}
	why, err := t.cameOut(s, into, as)
	if err != nil || why == "" {
		return err
	}
	// What was moved is the user's and complete; it goes home, or stays under its new name if that
	// is no longer free.
	drift := &volume.Drift{Path: tree.Path(d.at(name)), Why: why}
	if err := into.renameNew(nil, as, d, name); err != nil {
		drift.Conflict = tree.Path(into.at(as))
		if !errors.Is(err, fs.ErrExist) {
			return both(drift, err)
		}
	}
	return drift
}

func (t *swaps) moveByTrash(s *subject, d *folder, name string, into *folder, as, place string) error {
	trash, tname, _, err := t.into(place, tree.Path(d.at(name)))
	if err != nil {
		return err
	}
	defer trash.release()
	if err := t.aside(s, d, name, trash, tname); err != nil {
		return err
	}
	if err := t.syncEach(trash, tname, d); err != nil {
		return err
	}
	if err = t.install(trash, tname, into, as); err == nil {
		return nil
	}
	taken := errors.Is(err, fs.ErrExist)
	if back := t.putBack(trash, tname, d, name, "the name it should get was taken just now"); taken {
		return back
	} else if drift := new(volume.Drift); errors.As(back, &drift) && drift.Trash != "" {
		// No drift, or the move would count as settled while neither name is there: the journal has the intent.
		err = fmt.Errorf("%w; it is at %q now: %v", err, drift.Trash, back)
	}
	return t.written(err)
}
