package disk

import (
	"fmt"

	"treaty/plan/tree"
)

// Chmod sets the mode of the file or directory at p, if it is what before says. A *Drift says so where
// the volume does not take it.
func (t *Tree) Chmod(p tree.Path, before *tree.State, mode tree.Mode) (Result, error) {
	if !mode.Known() {
		return Result{}, fmt.Errorf("%q: no mode to set", string(p))
	}
	d, name, err := t.enter(p)
	if err != nil {
		return Result{}, err
	}
	defer d.release()
	// examine takes a lease on files, which a change of mode does not break.
	s, err := t.examine(d, name, before)
	if err != nil {
		return Result{}, err
	}
	defer s.close()
	if s.entry.Type == tree.Symlink {
		return Result{}, fmt.Errorf("%q: a link has no mode", string(p))
	}
	if s.file == nil {
		r, err := t.setMode(d, name, s.entry.Type, mode)
		if err == nil {
			t.forget(p)
		}
		return r, err
	}
	if err := d.chmodFile(s.file, name, mode); err != nil && !unmoded(err) {
		return Result{}, t.written(err)
	}
	return t.tookMode(d, name, s.entry.Type, mode)
}

// setMode is for directories and for files that can't be opened: by name, links not followed.
//
// Race: name is replaced after it was examined. Worst: what is there instead gets the mode, which the
// next plan shows.
func (t *Tree) setMode(d *folder, name string, typ tree.Type, mode tree.Mode) (Result, error) {
	if err := d.chmod(name, mode); err != nil && !unmoded(err) {
		return Result{}, t.written(err)
	}
	return t.tookMode(d, name, typ, mode)
}

func (t *Tree) tookMode(d *folder, name string, typ tree.Type, mode tree.Mode) (Result, error) {
	e, err := d.entry(name)
	if err == nil && (e.Type != typ || t.opts.Traits.Modes && e.Mode != mode) {
		err = &Drift{Path: tree.Path(d.at(name)), Why: fmt.Sprintf("it has mode %v where %v was set", e.Mode, mode), Found: e}
	}
	return Result{Entry: e}, err
}

// Touch sets the mtime of the file at p, if it is what before says. A *Drift says so where the volume
// does not take it.
func (t *Tree) Touch(p tree.Path, before *tree.State, mtime tree.Time) (Result, error) {
	d, name, err := t.enter(p)
	if err != nil {
		return Result{}, err
	}
	defer d.release()
	s, err := t.examine(d, name, before)
	if err != nil {
		return Result{}, err
	}
	defer s.close()
	if s.file == nil {
		return Result{}, fmt.Errorf("%q: its time cannot be set", string(p))
	}
	if err := d.touch(s.file, name, mtime); err != nil {
		return Result{}, t.written(err)
	}
	e, err := d.entry(name)
	if want := mtime.Cut(t.opts.Traits.MtimeGranularity); err == nil && (e.Mtime != want || e.Size != s.entry.Size) {
		err = &Drift{Path: p, Why: fmt.Sprintf("it has the time %v where %v was set", e.Mtime, want), Found: e}
	}
	return Result{Entry: e}, err
}
