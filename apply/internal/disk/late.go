package disk

import (
	"errors"
	"io/fs"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Changed tells whether somebody has written to what lies at place in the trash since it was what before
// says: through a descriptor that was open when it was moved there. Content counts, where its hash is
// known, and is read if the stamp has changed, or proves nothing. What is gone has not changed.
func (t *examiner) Changed(place string, before *tree.State) (bool, error) {
	e, err := t.At(place)
	if err != nil || e.Type != tree.File || before.Of() != tree.File {
		return false, err
	}
	same := e.Size == before.Size &&
		e.Mtime.Add(-t.shift).Cut(t.opts.Traits.MtimeGranularity) == before.Mtime.Cut(t.opts.Traits.MtimeGranularity)
	switch {
	case !before.SHA256.Known(), e.Size != before.Size:
		return !same, nil
	case same && !t.opts.Hash && e.Mtime.Add(-t.shift).Before(t.opts.RacySince):
		return false, nil
	}
	_, sum, err := t.ReadBack(place)
	if errors.Is(err, fs.ErrPermission) {
		return !same, nil
	}
	return sum != before.SHA256, err
}

// Surface copies what lies at place in the trash to a visible name beside p, or, where p's directory is
// gone, beside the lowest one above it that is not: a second version of the user's.
func (t *Tree) Surface(place string, p tree.Path) (tree.Path, error) {
	parent, name := split(place)
	from, err := t.open(parent)
	if err != nil {
		return "", err
	}
	defer from.release()
	f, err := from.dir.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	dir := p.Parent()
	for {
		own, err := t.enter(dir.Join(p.Base()))
		if err == nil {
			defer own.release()
			return t.copyBeside(f, own)
		}
		if dir == tree.Root || !errors.Is(err, volume.ErrDrift) && !errors.Is(err, volume.ErrUnfit) &&
			!errors.Is(err, scan.ErrNotDirectory) {
			return "", err
		}
		dir = dir.Parent()
	}
}
