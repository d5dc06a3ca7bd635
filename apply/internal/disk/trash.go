package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"
	"strings"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// trash gives out names in the trash, and looks after what lies there.
type trash struct {
	*base
	// places are trash names handed out, by their collision key.
	places map[string]bool
}

// Place hands out, for this run alone, the name in the trash that p's content will get, relative to
// the root: ".treaty/trash/<run>/<p>", numbered where that is taken. Its folders are made. A caller
// journals it before it gives it to Replace, Trash, Park or Move; these choose one themselves if given "".
func (t *trash) Place(p tree.Path) (string, error) { return t.placeIn(volume.TrashFolder+"/"+t.run, p) }

// placeIn is Place in the folder top of the trash.
func (t *trash) placeIn(top string, p tree.Path) (string, error) {
	if err := t.ready(); err != nil {
		return "", err
	}
	if _, err := tree.ParsePath(string(p)); err != nil {
		return "", tree.About(p, err)
	}
	d, err := t.trashParent(top, p.Parent())
	if err != nil {
		return "", err
	}
	defer d.release()
	for n := 1; ; n++ {
		name := volume.Numbered(p.Base(), n)
		if !t.claim(d.at(name)) {
			continue
		}
		_, err := d.dir.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			return d.at(name), nil
		}
		if err != nil {
			return "", err
		}
	}
}

// claim takes a trash name for this run, false where it was handed out before.
func (t *trash) claim(place string) bool {
	key := tree.CollisionKey(place)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.places[key] {
		return false
	}
	t.places[key] = true
	return true
}

// trashParent is the folder below top for what lies in the directory p; a component that a trashed
// file has taken is numbered.
func (t *trash) trashParent(top string, p tree.Path) (*folder, error) {
	d, err := t.makePrivate(path.Join(top, string(p)))
	if !errors.Is(err, volume.ErrUnfit) {
		return d, err
	}
	at := top
	for component := range strings.SplitSeq(string(p), "/") {
		for n := 1; ; n++ {
			below := at + "/" + volume.Numbered(component, n)
			d, err := t.makePrivate(below)
			if err == nil {
				d.release()
				at = below
				break
			}
			if !errors.Is(err, volume.ErrUnfit) || at == top && n > 1<<10 {
				return nil, err
			}
		}
	}
	return t.open(at)
}

// into opens place's folder in the trash, for the caller to release; "" is a place of this call's own choice for p.
func (t *trash) into(place string, p tree.Path) (spot, error) {
	if place == "" {
		var err error
		if place, err = t.Place(p); err != nil {
			return spot{}, err
		}
	}
	if !strings.HasPrefix(place, volume.TrashFolder+"/") {
		return spot{}, fmt.Errorf("%q: %w", place, volume.ErrUnfit)
	}
	parent, name := split(place)
	d, err := t.makePrivate(parent)
	return spot{d, name}, err
}

// Trash moves the file or link at p to place, if it is what before says. It is put back if it turns
// out not to be; if the name was taken by then, it gets a visible name beside it (Drift.Conflict).
//
// Race, where there are no leases: a program that has the file open may write to it in the trash.
// Worst: that edit is found in the trash, by the check at the end of the run.
func (t *Tree) Trash(p tree.Path, before *tree.State, place string) (volume.Result, error) {
	_, r, err := t.retire(p, before, place)
	return r, err
}

// Park is Trash for what will be installed elsewhere: a member of a cycle of moves.
func (t *Tree) Park(p tree.Path, before *tree.State, place string) (volume.Staged, error) {
	s, r, err := t.retire(p, before, place)
	if err != nil {
		return volume.Staged{}, err
	}
	return volume.Staged{
		Name: r.Trash, Type: s.entry.Type, Size: s.entry.Size, Mtime: s.entry.Mtime, Target: s.entry.Target, Hash: s.hash,
	}, nil
}

// retire is Trash and Park; what it moved is closed when it returns.
func (t *Tree) retire(p tree.Path, before *tree.State, place string) (*subject, volume.Result, error) {
	own, err := t.enter(p)
	if err != nil {
		return nil, volume.Result{}, err
	}
	defer own.release()
	s, err := t.examineToMove(own, before)
	if err != nil {
		return nil, volume.Result{}, err
	}
	defer s.close()
	trash, err := t.into(place, p)
	if err != nil {
		return nil, volume.Result{}, err
	}
	defer trash.release()
	if err := t.aside(s, own, trash); err != nil {
		return nil, volume.Result{}, err
	}
	if err := t.syncEach(trash, own.folder); err != nil {
		return nil, volume.Result{}, err
	}
	e, err := own.found()
	return s, volume.Result{Entry: e, Trash: trash.path()}, err
}

// aside moves s from where it is to the trash, verifies that s is what was moved, and puts back what it was if not.
func (t *swaps) aside(s *subject, from, trash spot) error {
	switch err := t.toPrivate(s.file, from, trash); {
	case errors.Is(err, fs.ErrNotExist):
		return from.drift("it went just now")
	case err != nil:
		return t.written(err)
	}
	if s.entry.Type == tree.Directory {
		t.root.Forget(tree.Path(from.path()))
	}
	why, err := t.cameOut(s, trash)
	if err != nil {
		return fmt.Errorf("%q, which was moved to %q: %w", from.path(), trash.path(), err)
	}
	if why == "" {
		return nil
	}
	return t.putBack(trash, from, why)
}

// toPrivate moves what is at from, open as held where that is not nil, to a private name that this run has to itself.
func (t *trash) toPrivate(held *os.File, from, private spot) error {
	if t.opts.Can.NoReplace {
		return from.renameNew(held, private)
	}
	if err := private.free(); err != nil {
		return err
	}
	return from.rename(held, private)
}

// putBack gives what was moved aside by mistake its own name back, or a visible one beside that if it was taken.
// The *Drift that it returns tells which.
func (t *swaps) putBack(trash, own spot, why string) error {
	drift := own.drift(why)
	err := t.install(trash, own)
	if errors.Is(err, fs.ErrExist) {
		drift.Conflict, err = t.setBeside(trash, own)
	}
	if err != nil {
		drift.Trash = trash.path()
		return both(drift, err)
	}
	back := own
	if drift.Conflict != "" {
		back = own.spot(drift.Conflict.Base())
	}
	if err := t.syncEach(back, trash.folder); err != nil {
		return both(drift, err)
	}
	if e, err := own.found(); err == nil {
		drift.Found = e
	}
	return drift
}

// setBeside installs what is in the trash under a visible name of its own beside the user's: a second version. What it
// holds is not treaty's to judge.
func (t *swaps) setBeside(trash, own spot) (tree.Path, error) {
	for n := 1; n < 1<<10; n++ {
		as := own.spot(volume.ConflictName(own.name, n))
		err := t.install(trash, as)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		return tree.Path(as.path()), err
	}
	return "", fmt.Errorf("%q: %w, and so are all names for a second version", own.path(), volume.ErrTaken)
}

// TrashRuns are the names in the trash, each with all that one run has put there, sorted. There may be anything.
func (t *trash) TrashRuns() ([]string, error) {
	d, err := t.open(volume.TrashFolder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, private(err)
	}
	defer d.release()
	names, err := d.dir.Names()
	slices.Sort(names)
	return names, err
}

// Trashed is how much lies in run's trash, and when the last of it came there, whatever plan that was for: a
// directory changes when something is moved into it, and nothing but runs does that. What cannot be read is left
// out.
func (t *trash) Trashed(run string) (bytes int64, last tree.Time, err error) {
	d, err := t.open(volume.TrashFolder)
	if err != nil {
		return 0, tree.Time{}, private(err)
	}
	defer d.release()
	return t.lying(d, run)
}

// lying is Trashed of what has a name in d, with all in it.
func (t *trash) lying(d *folder, name string) (bytes int64, last tree.Time, err error) {
	at, err := d.dir.Stat(name)
	if err != nil || at.Type != tree.Directory {
		return at.Size, at.Changed, err
	}
	last = at.Changed
	below, err := t.open(d.at(name))
	if err != nil {
		return 0, last, nil
	}
	defer below.release()
	names, err := below.dir.Names()
	if err != nil {
		return 0, last, nil
	}
	for _, inner := range names {
		if more, later, err := t.lying(below, inner); err == nil {
			bytes += more
			if last.Before(later) {
				last = later
			}
		}
	}
	return bytes, last, nil
}

// TrashEntry is a file or link in a trash.
type TrashEntry struct {
	Name  string // relative to the root
	Entry tree.Entry
}

// TrashEntries are the files and links in run's trash, by name; an error ends them. Read one with
// ReadBack to see whether somebody has written to it late.
func (t *trash) TrashEntries(run string) iter.Seq2[TrashEntry, error] {
	return func(yield func(TrashEntry, error) bool) {
		if p, err := tree.ParsePath(run); err != nil || p.Depth() != 1 {
			yield(TrashEntry{}, fmt.Errorf("%q cannot name a run", run))
			return
		}
		t.below(volume.TrashFolder+"/"+run, yield)
	}
}

// below yields the files and links below a folder, by name, and tells whether more are wanted.
func (t *trash) below(path string, yield func(TrashEntry, error) bool) bool {
	d, err := t.open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	if err != nil {
		return yield(TrashEntry{}, err)
	}
	defer d.release()
	names, err := d.dir.Names()
	if err != nil {
		return yield(TrashEntry{}, err)
	}
	slices.Sort(names)
	for _, name := range names {
		e, err := d.dir.Lstat(name)
		if err != nil {
			return yield(TrashEntry{}, err)
		}
		if e.Type == tree.Directory {
			if !t.below(d.at(name), yield) {
				return false
			}
			continue
		}
		if !yield(TrashEntry{Name: d.at(name), Entry: e}, nil) {
			return false
		}
	}
	return true
}

// ClearTrash removes run's trash for good, whatever it is and whatever its names look like. Links are removed, and
// not followed. Only treaty clean calls it.
func (t *trash) ClearTrash(run string) error { return t.clear(volume.TrashFolder, run) }
