package memory

import (
	"errors"
	"io/fs"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// lender makes directories workable.
type lender struct {
	examiner
	*volume.Loans
}

// call makes a change, and makes it anew once a directory was lent for it: what a change has found out before, it finds
// out again.
func (c *lender) call(what, path string, change func() error) error {
	for {
		err := c.files.call(what, path, change)
		var wanted *unworkable
		if !errors.As(err, &wanted) {
			return err
		}
		if err := c.lend(wanted.dir); err != nil {
			return err
		}
	}
}

// unworkable is a directory that does not let its owner work in it, and could be lent.
type unworkable struct{ dir tree.Path }

func (u *unworkable) Error() string { return string(u.dir) + " is not workable" }

// workable is an error for directories in which names are to change and may not, as it is for whoever has no rights
// beyond an owner's. It is asked before anything is changed.
func (c *lender) workable(dirs ...tree.Path) error {
	for _, p := range dirs {
		n, err := c.dir(string(p))
		switch {
		case err != nil:
			return err
		case !c.kind.Probed.Traits.Modes || volume.Workable(n.mode) == n.mode || p.Private():
		case c.opts.Lend == nil:
			return tree.About(p, fs.ErrPermission)
		default:
			return &unworkable{p}
		}
	}
	return nil
}

// lend writes a loan down and makes the directory workable.
func (c *lender) lend(p tree.Path) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, err := c.dir(string(p))
	if err != nil || volume.Workable(n.mode) == n.mode {
		return err
	}
	loan := volume.Loan{Path: p, Mode: n.mode}
	c.mu.Unlock()
	err = c.opts.Lend(loan) // by a call on this very volume
	c.mu.Lock()
	if err == nil {
		c.Owe(loan)
		n.mode = volume.Workable(n.mode)
	}
	return err
}

// GiveBack gives directories the modes that they are owed, those inside others first.
func (c *lender) GiveBack() (settled []volume.Loan, err error) {
	settled, err = c.Return(func(loan volume.Loan) error {
		return c.call("give back", string(loan.Path), func() error {
			if n, err := c.dir(string(loan.Path)); err == nil && n.mode == volume.Workable(loan.Mode) {
				n.mode = loan.Mode
			}
			return nil
		})
	})
	if err != nil {
		return settled, err
	}
	return settled, c.Stopped()
}

// MayChange tells whether entries may be created and renamed in a directory, or could be once that is lent.
func (c *lender) MayChange(dir tree.Path) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, err := c.dir(string(dir))
	if err != nil || !c.kind.Probed.Traits.Modes || volume.Workable(n.mode) == n.mode || c.opts.Lend != nil {
		return nil
	}
	return fs.ErrPermission
}
