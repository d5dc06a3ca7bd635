package remote

import (
	"context"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// swapping changes what has a name of the user's.
type swapping struct{ *running }

// Place hands out the name in the trash that the content of a path will get.
func (c *swapping) Place(path tree.Path) (string, error) {
	return c.files.place(c.about(wire.Place, path))
}

// result makes a call that is answered by what it has left behind.
func (c *swapping) result(ask *wire.Ask) (volume.Result, error) {
	answer, err := c.change(context.Background(), ask, nil)
	if answer.Result == nil {
		if err == nil {
			err = c.ended(wire.Broken("a result"))
		}
		return volume.Result{}, err
	}
	result, odd := answer.Result.Checked()
	if odd != nil {
		return volume.Result{}, c.ended(odd)
	}
	return result, err
}

// Create gives a path to what is staged.
func (c *swapping) Create(path tree.Path, staged volume.Staged) (volume.Result, error) {
	ask := c.about(wire.Create, path)
	ask.Staged = wire.StagedOf(staged)
	return c.result(ask)
}

// Replace gives a path to what is staged.
func (c *swapping) Replace(path tree.Path, before *tree.State, staged volume.Staged,
	place string) (volume.Result, error) {
	ask := c.planned(wire.Replace, path, before, place)
	ask.Staged = wire.StagedOf(staged)
	return c.result(ask)
}

// ReplaceAs is Replace for another spelling.
func (c *swapping) ReplaceAs(path, as tree.Path, before *tree.State, staged volume.Staged,
	place string) (volume.Result, error) {
	ask := c.planned(wire.ReplaceAs, path, before, place)
	ask.To, ask.Staged = wire.Text(as), wire.StagedOf(staged)
	return c.result(ask)
}

// Move gives what is at from the name to.
func (c *swapping) Move(from, to tree.Path, before *tree.State, place string) (volume.Result, error) {
	ask := c.planned(wire.Move, from, before, place)
	ask.To = wire.Text(to)
	return c.result(ask)
}

// Park moves what is at a path to place.
func (c *swapping) Park(path tree.Path, before *tree.State, place string) (volume.Staged, error) {
	return c.staged(context.Background(), c.planned(wire.Park, path, before, place), nil)
}

// Trash moves what is at a path to place.
func (c *swapping) Trash(path tree.Path, before *tree.State, place string) (volume.Result, error) {
	return c.result(c.planned(wire.Trash, path, before, place))
}

// Mkdir makes a directory.
func (c *swapping) Mkdir(path tree.Path, mode tree.Mode, existing bool) (volume.Result, error) {
	ask := c.about(wire.Mkdir, path)
	ask.Mode, ask.Existing = mode, existing
	return c.result(ask)
}

// Rmdir removes a directory with nothing in it but names of litter.
func (c *swapping) Rmdir(path tree.Path, litter ...string) (trashed []string, err error) {
	ask := c.about(wire.Rmdir, path)
	_, err = c.changing(ask, func() (answer *wire.Answer, err error) {
		trashed, answer, err = c.rmdir(ask, litter)
		return answer, err
	})
	return trashed, err
}

// rmdir makes the call. What it is answered by tells, also with an error, which litter went to the trash.
func (c *swapping) rmdir(ask *wire.Ask, litter []string) (trashed []string, answer *wire.Answer, err error) {
	answer = &wire.Answer{}
	e, err := c.ask(context.Background(), ask, whole(wire.AppendNames(litter)))
	if err != nil {
		return nil, answer, err
	}
	defer e.Close()
	if trashed, err = wire.ReadNames(e, wire.MaxPath); err != nil {
		return nil, answer, e.early(err)
	}
	answer, err = e.end()
	for _, place := range trashed {
		if _, odd := wire.CheckedPlace(wire.Text(place)); odd != nil {
			return nil, answer, c.ended(odd)
		}
	}
	return trashed, answer, err
}

// Chmod sets a mode.
func (c *swapping) Chmod(path tree.Path, before *tree.State, mode tree.Mode) (volume.Result, error) {
	ask := c.planned(wire.Chmod, path, before, "")
	ask.Mode = mode
	return c.result(ask)
}

// Touch sets a file's time.
func (c *swapping) Touch(path tree.Path, before *tree.State, mtime tree.Time) (volume.Result, error) {
	ask := c.planned(wire.Touch, path, before, "")
	ask.Mtime = mtime
	return c.result(ask)
}

// Surface copies what lies in the trash to a visible name beside a path.
func (c *swapping) Surface(place string, path tree.Path) (tree.Path, error) {
	answer, err := c.change(context.Background(), c.planned(wire.Surface, path, nil, place), nil)
	if err != nil {
		return "", err
	}
	as, err := wire.CheckedPath(answer.Name)
	if err != nil {
		return "", c.ended(err)
	}
	return as, nil
}

// Single takes a name in the trash away from a file that has the name path too.
func (c *swapping) Single(place string, path tree.Path) error {
	_, err := c.change(context.Background(), c.planned(wire.Single, path, nil, place), nil)
	return err
}
