package disk

import (
	"errors"
	"io/fs"
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
	volume.Loans
	// lending is held while modes are changed.
	lending sync.Mutex
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

// lend makes those of some folders workable in which their owner may not work, and tells whether a call
// in them that was refused is worth another try.
func (t *loans) lend(folders ...*folder) (again bool, err error) {
	t.lending.Lock()
	defer t.lending.Unlock()
	for _, d := range folders {
		mode, ours := sysOwnMode(d.handle)
		switch own := tree.Path(d.path).Within(tree.PrivateFolder); {
		case ours && t.Lent(tree.Path(d.path)) && volume.Workable(mode) == mode: // by another goroutine, after the call
			again = true
			continue
		case !ours, volume.Workable(mode) == mode, !own && t.opts.Lend == nil:
			continue
		case !own: // treaty's own folders are owed nothing
			loan := volume.Loan{Path: tree.Path(d.path), Mode: mode}
			if err := t.opts.Lend(loan); err != nil {
				return false, err
			}
			t.Owe(loan)
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
	return t.Return(t.giveBack)
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
