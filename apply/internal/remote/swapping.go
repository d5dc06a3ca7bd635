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
	return place(&c.files, wire.Place, &wire.PathAsk{Path: wire.Inner(path)})
}

// result makes a call that is answered by what it has left behind.
func result[Q any](c *running, of wire.Changing[Q, wire.ResultAnswer], q *Q) (volume.Result, error) {
	answer, err := change(context.Background(), c, of, q, nil)
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
	return result(c.running, wire.Create, &wire.CreateAsk{Path: wire.Inner(path), Staged: wire.StagedOf(staged)})
}

// Replace gives a path to what is staged.
func (c *swapping) Replace(path tree.Path, before *tree.State, staged volume.Staged,
	place string) (volume.Result, error) {
	return result(c.running, wire.Replace, &wire.ReplaceAsk{Path: wire.Inner(path), Place: wire.Inner(place),
		Before: wire.StateOf(before), Staged: wire.StagedOf(staged)})
}

// ReplaceAs is Replace for another spelling.
func (c *swapping) ReplaceAs(path, as tree.Path, before *tree.State, staged volume.Staged,
	place string) (volume.Result, error) {
	return result(c.running, wire.ReplaceAs, &wire.ReplaceAsAsk{Path: wire.Inner(path), To: wire.Inner(as),
		Place: wire.Inner(place), Before: wire.StateOf(before), Staged: wire.StagedOf(staged)})
}

// Move gives what is at from the name to.
func (c *swapping) Move(from, to tree.Path, before *tree.State, place string) (volume.Result, error) {
	return result(c.running, wire.Move, &wire.MoveAsk{Path: wire.Inner(from), To: wire.Inner(to),
		Place: wire.Inner(place), Before: wire.StateOf(before)})
}

// Park moves what is at a path to place.
func (c *swapping) Park(path tree.Path, before *tree.State, place string) (volume.Staged, error) {
	return staged(context.Background(), c.running, wire.Park, trashAsk(path, before, place), nil)
}

// Trash moves what is at a path to place.
func (c *swapping) Trash(path tree.Path, before *tree.State, place string) (volume.Result, error) {
	return result(c.running, wire.Trash, trashAsk(path, before, place))
}

func trashAsk(path tree.Path, before *tree.State, place string) *wire.TrashAsk {
	return &wire.TrashAsk{Path: wire.Inner(path), Place: wire.Inner(place), Before: wire.StateOf(before)}
}

// Mkdir makes a directory.
func (c *swapping) Mkdir(path tree.Path, mode tree.Mode, existing bool) (volume.Result, error) {
	return result(c.running, wire.Mkdir, &wire.MkdirAsk{Path: wire.Inner(path), Mode: mode, Existing: existing})
}

// Rmdir removes a directory with nothing in it but names of litter.
func (c *swapping) Rmdir(path tree.Path, litter ...string) (trashed []string, err error) {
	q := &wire.RmdirAsk{Path: wire.Inner(path)}
	_, err = changeBy(c.running, wire.Rmdir, q, func(q *wire.RmdirAsk) (answer *wire.Done, err error) {
		trashed, answer, err = c.rmdir(q, litter)
		return answer, err
	})
	return trashed, err
}

// rmdir makes the call. What it is answered by tells, also with an error, which litter went to the trash.
func (c *swapping) rmdir(q *wire.RmdirAsk, litter []string) (trashed []string, answer *wire.Done, err error) {
	answer = &wire.Done{}
	e, err := begin(context.Background(), &c.files, wire.Rmdir.Call, q, whole(wire.AppendNames(litter)))
	if err != nil {
		return nil, answer, err
	}
	defer e.Close()
	if trashed, err = wire.ReadNames(e, wire.MaxPath); err != nil {
		return nil, answer, e.early(err)
	}
	answer, err = end(e, wire.Rmdir.Call)
	for _, place := range trashed {
		if _, odd := wire.CheckedPlace(wire.Text(place)); odd != nil {
			return nil, answer, c.ended(odd)
		}
	}
	return trashed, answer, err
}

// Chmod sets a mode.
func (c *swapping) Chmod(path tree.Path, before *tree.State, mode tree.Mode) (volume.Result, error) {
	q := &wire.ChmodAsk{Path: wire.Inner(path), Before: wire.StateOf(before), Mode: mode}
	return result(c.running, wire.Chmod, q)
}

// Touch sets a file's time.
func (c *swapping) Touch(path tree.Path, before *tree.State, mtime tree.Time) (volume.Result, error) {
	q := &wire.TouchAsk{Path: wire.Inner(path), Before: wire.StateOf(before), Mtime: mtime}
	return result(c.running, wire.Touch, q)
}

// Surface copies what lies in the trash to a visible name beside a path.
func (c *swapping) Surface(place string, path tree.Path) (tree.Path, error) {
	q := &wire.PlaceAsk{Path: wire.Inner(path), Place: wire.Inner(place)}
	answer, err := change(context.Background(), c.running, wire.Surface, q, nil)
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
	q := &wire.PlaceAsk{Path: wire.Inner(path), Place: wire.Inner(place)}
	_, err := change(context.Background(), c.running, wire.Single, q, nil)
	return err
}
