package disk

import (
	"errors"
	"io/fs"
	"slices"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// At is what is at p now, p being of the user's or in a private folder; Type Absent where there is
// nothing.
func (t *examiner) At(p string) (tree.Entry, error) {
	at, err := t.at(p)
	if err != nil || at.folder == nil {
		return tree.Entry{Name: at.name}, err
	}
	defer at.release()
	return at.found()
}

// Holds tells whether what is at p, of the user's or in a private folder, is what state says, modes
// aside: by stat, and by hash where that is known. What cannot be read is judged by its stat. Where stamps
// prove little (Options.Hash), a hash that is known is all that counts.
func (t *examiner) Holds(p string, state *tree.State) (bool, error) {
	e, err := t.At(p)
	if err != nil {
		return false, err
	}
	granularity := t.opts.Traits.MtimeGranularity
	switch {
	case e.Type != state.Of():
		return false, nil
	case e.Type == tree.Symlink:
		return e.Target == state.Target(), nil
	case e.Type != tree.File:
		return true, nil
	case e.Size != state.Size:
		return false, nil
	case e.Mtime.Cut(granularity) != state.Mtime.Cut(granularity) && !(t.opts.Hash && state.SHA256.Known()):
		return false, nil
	case !state.SHA256.Known():
		return true, nil
	}
	_, sum, err := t.ReadBack(p)
	if errors.Is(err, fs.ErrPermission) {
		return true, nil
	}
	return sum == state.SHA256, err
}

// Spelled tells whether p's directory lists p's name in exactly this spelling.
func (t *examiner) Spelled(p tree.Path) (bool, error) {
	d, err := t.open(string(p.Parent()))
	if err != nil {
		return false, err
	}
	defer d.release()
	names, err := d.dir.Names()
	return slices.Contains(names, p.Base()), err
}

// Waiting is what lies at name in the trash, to be installed again, nil where there is nothing.
func (t *examiner) Waiting(name string) (*volume.Staged, error) {
	e, err := t.At(name)
	if err != nil || e.Type == tree.Absent {
		return nil, err
	}
	return &volume.Staged{Name: name, Type: e.Type, Size: e.Size, Mtime: e.Mtime, Target: e.Target}, nil
}

// Granularity is that of the volume's times.
func (t *examiner) Granularity() int64 { return t.opts.Traits.MtimeGranularity }

// LosesRenames tells whether a power cut may come between the two names of a rename.
func (t *base) LosesRenames() bool { return t.opts.SyncEach }

// Exchanges tells whether the volume can exchange names.
func (t *examiner) Exchanges() bool { return t.opts.Can.Exchange }
