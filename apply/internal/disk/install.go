package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"treaty/plan/tree"
)

// Create gives p to what is staged, and never replaces anything. A *Drift with ErrTaken says that
// there is something; what is staged stays so then.
func (t *Tree) Create(p tree.Path, s Staged) (Result, error) {
	if why := t.opts.Traits.NameProblem(p.Base()); why != "" && p != tree.Root {
		return Result{}, fmt.Errorf("%q: %w: %s", string(p), ErrUnfit, why)
	}
	d, name, err := t.enter(p)
	if err != nil {
		return Result{}, err
	}
	defer d.release()
	from, sname, err := t.staged(s)
	if err != nil {
		return Result{}, err
	}
	defer from.release()
	conflict, err := t.install(from, sname, d, name)
	if errors.Is(err, fs.ErrExist) {
		return Result{}, d.taken(name)
	}
	if err != nil {
		return Result{}, t.written(err)
	}
	if err := t.syncEach(d, name, from); err != nil {
		return Result{}, err
	}
	e, err := d.entry(name)
	return Result{Entry: e, Conflict: conflict}, err
}

func (d *folder) taken(name string) error {
	found, _ := d.entry(name)
	return &Drift{Path: tree.Path(d.at(name)), Why: "there is something now", Found: found, Cause: ErrTaken}
}

// staged opens the folder in which s lies, for the caller to release.
func (t *Tree) staged(s Staged) (*folder, string, error) {
	parent, name := split(s.Name)
	d, err := t.open(parent)
	return d, name, private(err)
}

// install moves what treaty has at from to the user's name in d, and fails with fs.ErrExist if that is
// taken: by a rename that refuses to replace, else by a link, else by a placeholder. conflict names a
// copy of what another program wrote into the placeholder.
func (t *Tree) install(from *folder, private string, d *folder, name string) (conflict tree.Path, err error) {
	if t.opts.Can.NoReplace {
		return "", from.renameNew(nil, private, d, name)
	}
	e, err := from.dir.Lstat(private)
	if err != nil {
		return "", err
	}
	if e.Type == tree.File && t.opts.Can.Link {
		if err := from.link(private, d, name); err != nil {
			return "", err
		}
		// The content has its name; this is the second one, which was treaty's.
		return "", from.unlink(private)
	}
	if e.Type == tree.File {
		return t.overPlaceholder(from, private, d, name)
	}
	// Race, for links and directories on a volume with neither way: a name taken after this look is
	// replaced. Worst: a link or an empty directory just made there is lost, never a file: a
	// directory does not replace files, and a volume with links can refuse to replace.
	if _, err := d.dir.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		return "", failed(Rename, d.at(name), fs.ErrExist)
	}
	return "", from.rename(nil, private, d, name)
}

// overPlaceholder takes name with an empty file of treaty's own and renames over that.
//
// Race: a program that opens the placeholder and writes is found out, by the placeholder's size
// afterwards, and what it wrote gets a visible name. A program that renames a file of its own over the
// placeholder between the last look and the rename is not. Worst: that one save is lost. The window is
// of microseconds, on FUSE volumes without NOREPLACE and without hard links only.
//
// Killed between the two steps, it leaves an empty file at name, under an open journal: see
// ClearPlaceholder. Rejected: to look and then rename, which leaves nothing behind when killed, but loses
// every save that falls into its window, in place or not, and without a trace.
func (t *Tree) overPlaceholder(from *folder, private string, d *folder, name string) (tree.Path, error) {
	placeholder, err := d.create(name)
	if err != nil {
		return "", err
	}
	defer placeholder.Close()
	if ours, err := untouched(placeholder, d, name); err != nil {
		return "", failed(Rename, d.at(name), err)
	} else if !ours {
		return "", failed(Rename, d.at(name), fs.ErrExist)
	}
	if err := from.rename(nil, private, d, name); err != nil {
		if ours, _ := untouched(placeholder, d, name); ours {
			d.unlink(name) // empty, and treaty's own
		}
		return "", err
	}
	size, _, err := stampOf(placeholder)
	if err != nil || size == 0 {
		return "", err
	}
	return t.copyBeside(placeholder, d, name)
}

// ClearPlaceholder moves an empty file at p to the trash, on volumes where an install takes a
// placeholder, and tells whether it did. For an intent that a killed run left open, before it is carried
// on or settled; should the file be the user's, then it was empty and is in the trash.
func (t *Tree) ClearPlaceholder(p tree.Path) (bool, error) {
	if t.opts.Can.NoReplace || t.opts.Can.Link {
		return false, nil
	}
	d, name, err := t.enter(p)
	if err != nil {
		return false, err
	}
	e, err := d.entry(name)
	d.release()
	if err != nil || e.Type != tree.File || e.Size != 0 {
		return false, err
	}
	_, err = t.Trash(p, e.State(), "")
	return err == nil, err
}

// untouched tells whether name in d is still f, and empty. An error is no answer: a volume that was
// pulled out is not one on which somebody took the name.
func untouched(f *os.File, d *folder, name string) (bool, error) {
	size, _, err := stampOf(f)
	if err != nil || size != 0 {
		return false, err
	}
	same, err := sysSame(f, d.handle, name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return same, err
}

// copyBeside saves what f holds under a visible name beside name.
func (t *Tree) copyBeside(f *os.File, d *folder, name string) (tree.Path, error) {
	for n := 1; n < 1<<10; n++ {
		as := conflictName(name, n)
		to, err := d.create(as)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		defer to.Close()
		buf := buffers.Get().(*[copyBuffer]byte)
		defer buffers.Put(buf)
		for at := int64(0); ; {
			n, err := f.ReadAt(buf[:], at)
			if n > 0 {
				if err := d.write(to, as, buf[:n]); err != nil {
					return tree.Path(d.at(as)), t.written(err)
				}
			}
			if at += int64(n); err == io.EOF {
				break
			}
			if err != nil {
				return tree.Path(d.at(as)), err
			}
		}
		err = t.synced(d.syncFile(to, as))
		return tree.Path(d.at(as)), err
	}
	return "", fmt.Errorf("%q: %w, and so are all names for a second version", d.at(name), ErrTaken)
}

// syncEach makes a rename to name in d durable, on volumes where that takes a sync of the file itself:
// first the file, then the folders.
func (t *Tree) syncEach(d *folder, name string, others ...*folder) error {
	if !t.opts.SyncEach {
		return nil
	}
	if err := d.syncName(name); err != nil {
		return err
	}
	if err := t.synced(d.sync()); err != nil {
		return err
	}
	for _, other := range others {
		if err := t.synced(other.sync()); err != nil {
			return err
		}
	}
	return nil
}
