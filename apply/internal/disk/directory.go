package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// Mkdir makes the directory p with exactly mode (if known), whatever the umask. With existing, a real
// directory that is there already is fine, and gets the mode too: for a run that is taken up again.
//
// Race: the directory is replaced by another between the two steps. Worst: that one gets the mode.
func (t *Tree) Mkdir(p tree.Path, mode tree.Mode, existing bool) (volume.Result, error) {
	if why := t.opts.Traits.NameProblem(p.Base()); why != "" {
		return volume.Result{}, fmt.Errorf("%q: %w: %s", string(p), volume.ErrUnfit, why)
	}
	at, err := t.enter(p)
	if err != nil {
		return volume.Result{}, err
	}
	defer at.release()
	perm := uint32(0o777)
	if mode.Known() {
		perm = mode.Bits()
	}
	if err := at.mkdir(at.name, perm); err != nil {
		if !errors.Is(err, fs.ErrExist) {
			return volume.Result{}, t.written(err)
		}
		if e, err := at.found(); err != nil || !existing || e.Type != tree.Directory {
			return volume.Result{}, at.taken()
		}
	}
	e, err := at.found()
	if err == nil && e.Mode.Known() && mode.Known() && e.Mode != mode {
		return t.setMode(at, tree.Directory, mode)
	}
	return volume.Result{Entry: e}, err
}

// Rmdir removes the directory p if nothing is in it but what has a name of litter, which is moved to the trash first.
// What was moved is returned, relative to the root. A *NotEmpty says what is left.
func (t *Tree) Rmdir(p tree.Path, litter ...string) (trashed []string, err error) {
	at, err := t.enter(p)
	if err != nil {
		return nil, err
	}
	defer at.release()
	e, err := at.found()
	if err != nil {
		return nil, err
	}
	if e.Type != tree.Directory {
		return nil, &volume.Drift{Path: p, Why: fmt.Sprintf("it is %v now, not a directory", e.Type), Found: e}
	}
	below, err := t.open(string(p))
	if err != nil {
		return nil, err
	}
	names, err := below.dir.Names()
	if err == nil && len(names) > 0 {
		slices.Sort(names)
		trashed, err = t.litter(below, names, litter)
	}
	below.release()
	if err != nil {
		return trashed, err
	}
	t.root.Forget(p)
	switch err := at.rmdir(at.name); {
	case err == nil:
		t.root.Forget(p)
		t.Forget(p)
	case notEmpty(err):
		return trashed, &volume.NotEmpty{Path: p}
	default:
		return trashed, t.written(err)
	}
	return trashed, t.syncFoldersEach(at.folder)
}

func (t *base) syncFoldersEach(d *folder) error {
	if !t.opts.SyncEach {
		return nil
	}
	return t.synced(d.sync())
}

// litter moves names to the trash, each whole, if all of them are litter.
func (t *Tree) litter(d *folder, names []string, litter []string) (trashed []string, err error) {
	left := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(litter, name) })
	if len(left) > 0 {
		return nil, &volume.NotEmpty{Path: tree.Path(d.path), Names: left}
	}
	for _, name := range names {
		p := tree.Path(d.at(name))
		trash, err := t.into("", p)
		if err != nil {
			return trashed, err
		}
		t.root.Forget(p)
		err = t.toPrivate(nil, d.spot(name), trash)
		if err == nil {
			trashed = append(trashed, trash.path())
			err = t.syncEach(trash, d)
		}
		trash.release()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return trashed, t.written(err)
		}
	}
	return trashed, nil
}
