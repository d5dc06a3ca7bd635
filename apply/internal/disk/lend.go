package disk

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"sync"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// A directory without a write bit takes no new name and gives none away, also not to its owner, who may set
// that bit at any time. Where the owner is who runs treaty, it is made workable when a call in it is refused,
// and gets its mode back at the end of the run. In between its mode is a loan: written down durably before
// the directory is changed (Options.Lend), so that whoever settles an interrupted run can give it back (Owe).

// loans are the directories that were made workable.
type loans struct {
	*base
	lending sync.Mutex
	// owed are the modes that they are to have again, and paid those that were given another mode since, or are no
	// more.
	owed map[tree.Path]tree.Mode
	paid []volume.Loan
}

// Lends tells whether the directory p lets nobody work in it, and would be made workable.
func (t *loans) Lends(p tree.Path) bool {
	d, err := t.open(string(p))
	if err != nil {
		return false
	}
	defer d.release()
	mode, ours := sysOwnMode(d.handle)
	return ours && volume.Workable(mode) != mode
}

// Owe takes over the loans that an earlier run has left.
func (t *loans) Owe(loans ...volume.Loan) {
	t.lending.Lock()
	defer t.lending.Unlock()
	for _, loan := range loans {
		t.owed[loan.Path] = loan.Mode
	}
}

// Decided says that mode is what the directory p is to have, whatever it had before: a loan under which it
// has just that is none.
func (t *loans) Decided(p tree.Path, mode tree.Mode) {
	t.lending.Lock()
	owed, lent := t.owed[p]
	t.lending.Unlock()
	if lent && volume.Workable(owed) == mode {
		t.forget(p)
	}
}

// forget drops the loan of a directory that is given another mode, or is no more.
func (t *loans) forget(p tree.Path) {
	t.lending.Lock()
	defer t.lending.Unlock()
	if mode, lent := t.owed[p]; lent {
		delete(t.owed, p)
		t.paid = append(t.paid, volume.Loan{Path: p, Mode: mode})
	}
}

// lend makes those of some folders workable in which their owner may not work, and tells whether a call
// in them that was refused is worth another try.
func (t *loans) lend(folders ...*folder) (again bool, err error) {
	t.lending.Lock()
	defer t.lending.Unlock()
	for _, d := range folders {
		mode, ours := sysOwnMode(d.handle)
		_, lent := t.owed[tree.Path(d.path)]
		switch own := tree.Path(d.path).Within(tree.PrivateFolder); {
		case ours && lent && volume.Workable(mode) == mode: // by another goroutine, after the call
			again = true
			continue
		case !ours, volume.Workable(mode) == mode, !own && t.opts.Lend == nil:
			continue
		case !own: // treaty's own folders are owed nothing
			if err := t.opts.Lend(volume.Loan{Path: tree.Path(d.path), Mode: mode}); err != nil {
				return false, err
			}
			t.owed[tree.Path(d.path)] = mode
		}
		if err := d.chmodSelf(volume.Workable(mode)); err != nil {
			return false, err
		}
		again = true
	}
	return again, nil
}

// mkdirInClosed makes a folder in d, where that was refused, if that is for the mode that d has and its owner may
// change, and gives d its mode back at once. It is for ".treaty" alone: without it there is no place to write a loan
// down. It returns refused where the mode is not to blame.
//
// Race: treaty is killed between the two changes of mode. Worst: d lets its owner work in it from then on.
func (d *folder) mkdirInClosed(name string, perm uint32, refused error) error {
	mode, ours := sysOwnMode(d.handle)
	if !ours || volume.Workable(mode) == mode {
		return refused
	}
	if err := d.chmodSelf(volume.Workable(mode)); err != nil {
		return err
	}
	return errors.Join(d.mkdir(name, perm), d.chmodSelf(mode))
}

// GiveBack gives directories the modes that they are owed, those inside others first, and returns the loans
// that are settled by that: also of what is gone, or got another mode from somebody meanwhile. After an error
// the rest are owed still; on a stopped tree all are.
func (t *loans) GiveBack() (settled []volume.Loan, err error) {
	t.lending.Lock()
	defer t.lending.Unlock()
	if err := t.ready(); err != nil {
		return nil, err
	}
	settled, t.paid = t.paid, nil
	paths := slices.SortedFunc(maps.Keys(t.owed), func(a, b tree.Path) int { return tree.Compare(b, a) })
	for _, p := range paths {
		loan := volume.Loan{Path: p, Mode: t.owed[p]}
		if err := t.giveBack(loan); err != nil {
			return settled, err
		}
		delete(t.owed, p)
		settled = append(settled, loan)
	}
	return settled, nil
}

// giveBack works on the directory itself, not by its name, once that is found to be the directory's still.
//
// Race: somebody sets the mode between the look at it and the change. Worst: that is undone.
func (t *loans) giveBack(loan volume.Loan) error {
	if stale, found := t.stale(loan.Path); found {
		t.root.Forget(stale)
	}
	d, err := t.open(string(loan.Path))
	if missing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer d.release()
	if mode, ours := sysOwnMode(d.handle); !ours || mode != volume.Workable(loan.Mode) {
		return nil
	}
	return t.written(d.chmodSelf(loan.Mode))
}

// MayChange tells whether entries may be created and renamed in the directory p, or could be once its owner lets that.
// It is a courtesy: the call itself decides. What is not there yet is no obstacle. Errors are fs.ErrPermission, or say
// why not.
func (t *loans) MayChange(p tree.Path) error {
	d, err := t.open(string(p))
	if err != nil {
		return nil
	}
	defer d.release()
	err = sysMayChange(d.dir)
	if errors.Is(err, fs.ErrPermission) && t.Lends(p) {
		return nil
	}
	return err
}
