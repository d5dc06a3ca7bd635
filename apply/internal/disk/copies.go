package disk

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// copies of content of the other side, whose volume may lose in a power cut whatever is renamed there, lie in the trash
// of the run, in a folder of a name that no path of the user's has. What was lost here comes back from the other
// side's.
type copies struct{ *swaps }

// Content opens the file at p for reading, if its stat is what before says; its content is for the reader
// to compare. A *Drift tells any difference.
func (t *examiner) Content(p tree.Path, before *tree.State) (volume.Content, error) {
	f, err := t.content(p, before)
	if err != nil {
		return nil, err
	}
	t.hand(p)
	return File{f}, nil
}

// content is Content of what this run keeps to itself.
func (t *examiner) content(p tree.Path, before *tree.State) (*os.File, error) {
	at, err := t.enter(p)
	if err != nil {
		return nil, err
	}
	defer at.release()
	e, err := at.found()
	if err != nil {
		return nil, err
	}
	drift := func(why string) error { return &volume.Drift{Path: p, Why: why, Found: e} }
	if e.Type != before.Of() {
		return nil, t.compare(e, before, drift)
	}
	f, err := at.dir.Open(at.name)
	switch {
	case busy(err):
		return nil, &volume.Drift{Path: p, Why: volume.ErrBusy.Error(), Found: e, Cause: volume.ErrBusy}
	case errors.Is(err, fs.ErrNotExist):
		return nil, drift("it went just now")
	case err != nil:
		return nil, err
	}
	if e.Size, e.Mtime, err = stampOf(f); err == nil {
		err = t.compare(e, before, drift)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Preserve copies src, content of the other side that is at p there, into this side's trash. It must be
// what state says, as far as that is known: errors wrap ErrSource where it is not. The copy is durable after
// the next Barrier that it is given to, and says what it is.
func (t *copies) Preserve(ctx context.Context, p tree.Path, src io.Reader, state *tree.State) (volume.Staged, error) {
	for component := range strings.SplitSeq(string(p), "/") {
		if t.opts.Traits.NameProblem(component) != "" {
			p = "unnamed"
		}
	}
	place, err := t.placeIn(volume.CopiesFolder(t.run), p)
	if err != nil {
		return volume.Staged{}, err
	}
	parent, name := split(place)
	d, err := t.open(parent)
	if err != nil {
		return volume.Staged{}, private(err)
	}
	defer d.release()
	return t.copyTo(ctx, spot{d, name}, src, state.Size, state.SHA256, state.Mtime, tree.Mode(0))
}

// IsCopy tells whether a name, relative to the root, is one that Preserve gave out in this run.
func (t *copies) IsCopy(name string) bool {
	return strings.HasPrefix(name, volume.CopiesFolder(t.run)+"/")
}

// ClearCopies removes the copies of this run but for those to keep, by their names.
func (t *copies) ClearCopies(keep map[string]bool) error {
	if err := t.ready(); err != nil {
		return err
	}
	d, err := t.open(volume.TrashFolder + "/" + t.run)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return private(err)
	}
	defer d.release()
	return t.clearCopies(d, tree.PrivateFolder, keep)
}

// clearCopies is ClearCopies of what has a name in d, and of all in it.
func (t *copies) clearCopies(d *folder, name string, keep map[string]bool) error {
	e, err := d.entry(name)
	switch {
	case err != nil, e.Type == tree.Absent, keep[d.at(name)]:
		return err
	case e.Type != tree.Directory:
		return d.unlink(name)
	}
	below, err := t.open(d.at(name))
	if err != nil {
		return err
	}
	names, err := below.dir.Names()
	slices.Sort(names)
	for _, inner := range names {
		if err == nil {
			err = t.clearCopies(below, inner, keep)
		}
	}
	below.release()
	if err != nil {
		return err
	}
	t.root.Forget(tree.Path(d.at(name)))
	if err := d.rmdir(name); err != nil && !notEmpty(err) {
		return err
	}
	return nil
}

// Restore gives what is staged a name in the trash that nothing has: content of this side that was lost
// here, and of which the other had a copy.
func (t *copies) Restore(s volume.Staged, place string) error {
	if err := t.ready(); err != nil {
		return err
	}
	from, err := t.staged(s)
	if err != nil {
		return err
	}
	defer from.release()
	trash, err := t.into(place, "")
	if err != nil {
		return err
	}
	defer trash.release()
	if err := t.toPrivate(nil, from, trash); err != nil {
		return t.written(err)
	}
	return t.syncEach(trash, from.folder)
}

// Quarantine moves the file at a name, of the user's or in the trash, to a place of its own in the trash,
// named after p, without a look at what it holds: what a power cut made of a file. found is what it was seen
// to be; a *Drift tells that it is something else by now.
func (t *copies) Quarantine(at string, p tree.Path, found tree.Entry) (string, error) {
	if err := t.ready(); err != nil {
		return "", err
	}
	parent, name := split(at)
	d, err := t.open(parent)
	if err != nil {
		return "", err
	}
	defer d.release()
	e, err := d.dir.Lstat(name)
	if err != nil {
		return "", err
	}
	if now := t.cut(e); now.Type != found.Type || now.Size != found.Size || now.Mtime != found.Mtime {
		return "", &volume.Drift{Path: tree.Path(at), Why: "it was written to just now", Found: now}
	}
	trash, err := t.into("", p)
	if err != nil {
		return "", err
	}
	defer trash.release()
	return trash.path(), t.aside(&subject{entry: e}, spot{d, name}, trash)
}
