package disk

import (
	"context"
	"fmt"
	"os"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Chmod sets the mode of the file or directory at p, if it is what before says. A *Drift says so where
// the volume does not take it, or, with ErrShared, where the file has other names: see StageCopy.
func (t *Tree) Chmod(p tree.Path, before *tree.State, mode tree.Mode) (volume.Result, error) {
	if !mode.Known() {
		return volume.Result{}, fmt.Errorf("%q: no mode to set", string(p))
	}
	at, err := t.enter(p)
	if err != nil {
		return volume.Result{}, err
	}
	defer at.release()
	// examine takes a lease on files, which a change of mode does not break.
	s, err := t.examine(at, before)
	if err != nil {
		return volume.Result{}, err
	}
	defer s.close()
	switch s.entry.Type {
	case tree.Symlink:
		return volume.Result{}, fmt.Errorf("%q: a link has no mode", string(p))
	case tree.Directory:
		r, err := t.setMode(at, tree.Directory, mode)
		if err == nil {
			t.Forget(p)
		}
		return r, err
	}
	set := func(mode tree.Mode) error {
		if s.file == nil {
			return at.chmod(at.name, mode)
		}
		return at.chmodFile(s.file, at.name, mode)
	}
	err = t.alone(at, s, func() error { return set(mode) }, func() error { return set(s.entry.Mode) })
	if err != nil && !unmoded(err) {
		return volume.Result{}, t.written(err)
	}
	return t.tookMode(at, s.entry.Type, mode)
}

// setMode is for directories: by name, links not followed.
//
// Race: it is replaced after it was examined. Worst: what is there instead gets the mode, which the
// next plan shows. The same holds for Chmod of a file that can't be opened.
func (t *Tree) setMode(at spot, typ tree.Type, mode tree.Mode) (volume.Result, error) {
	if err := at.chmod(at.name, mode); err != nil && !unmoded(err) {
		return volume.Result{}, t.written(err)
	}
	return t.tookMode(at, typ, mode)
}

func (t *Tree) tookMode(at spot, typ tree.Type, mode tree.Mode) (volume.Result, error) {
	e, err := at.found()
	if err == nil && (e.Type != typ || t.opts.Traits.Modes && e.Mode != mode) {
		err = &volume.Drift{Path: tree.Path(at.path()),
			Why: fmt.Sprintf("it has mode %v where %v was set", e.Mode, mode), Found: e}
	}
	return volume.Result{Entry: e}, err
}

// Touch sets the mtime of the file at p, if it is what before says. A *Drift says so where the volume
// does not take it, or, with ErrShared, where the file has other names: see StageCopy.
func (t *Tree) Touch(p tree.Path, before *tree.State, mtime tree.Time) (volume.Result, error) {
	at, err := t.enter(p)
	if err != nil {
		return volume.Result{}, err
	}
	defer at.release()
	s, err := t.examine(at, before)
	if err != nil {
		return volume.Result{}, err
	}
	defer s.close()
	if s.file == nil {
		return volume.Result{}, fmt.Errorf("%q: its time cannot be set", string(p))
	}
	set := func(mtime tree.Time) func() error { return func() error { return t.setTime(at, s.file, mtime) } }
	if err := t.alone(at, s, set(mtime), set(s.entry.Mtime)); err != nil {
		return volume.Result{}, t.written(err)
	}
	e, err := at.found()
	if want := mtime.Cut(t.opts.Traits.MtimeGranularity); err == nil &&
		(e.Mtime != want && !t.opts.Traits.IgnoresTimes || e.Size != s.entry.Size) {
		err = &volume.Drift{Path: p, Why: fmt.Sprintf("it has the time %v where %v was set", e.Mtime, want), Found: e}
	}
	return volume.Result{Entry: e}, err
}

// setTime gives a file a time, which a volume that ignores times may also refuse.
func (t *base) setTime(at spot, f *os.File, mtime tree.Time) error {
	return t.timed(at.touch(f, at.name, mtime))
}

// timed is the error of setting a time, nil where the volume may refuse that.
func (t *base) timed(err error) error {
	if t.opts.Traits.IgnoresTimes && !fatal(err) {
		return nil
	}
	return err
}

// alone changes an attribute of a file that has one name only, and is a *Drift with ErrShared for others. A
// link that is made between the look and the change is found afterwards, and the change taken back.
//
// Race: a link that is made after the second look is of a file that was changed before. Worst, where it was
// made before: its name has the new attribute for the instant between the two.
func (t *Tree) alone(at spot, s *subject, change, back func() error) error {
	shared, err := s.shared(at)
	if err == nil && !shared {
		if err = change(); err != nil {
			return err
		}
		if shared, err = s.shared(at); err == nil && shared {
			err = back()
		}
	}
	if err == nil && shared {
		err = &volume.Drift{Path: tree.Path(at.path()), Why: volume.ErrShared.Error(),
			Found: t.cut(s.entry), Cause: volume.ErrShared}
	}
	return err
}

// shared tells whether a file has more names than one.
func (s *subject) shared(at spot) (bool, error) {
	if s.file != nil {
		return sysShared(s.file)
	}
	e, err := at.lstat()
	return e.Links > 1, err
}

// StageCopy stages a copy of the file at p, if it is what before says, with the time and the mode of after:
// to be put in its place by Replace, which leaves the file's other names as they are. What before and after
// have alike is as exact as the file has it.
func (t *Tree) StageCopy(ctx context.Context, p tree.Path, before, after *tree.State) (volume.Staged, error) {
	f, err := t.content(p, before)
	if err != nil {
		return volume.Staged{}, err
	}
	defer f.Close()
	is, err := f.Stat()
	if err != nil {
		return volume.Staged{}, err
	}
	mtime, mode := scan.MtimeOf(is), tree.Perm(uint32(is.Mode().Perm()))
	if after.Mtime != before.Mtime {
		mtime = after.Mtime
	}
	if after.Mode.Known() {
		mode = after.Mode
	}
	return t.Stage(ctx, f, is.Size(), before.SHA256, mtime, mode)
}
