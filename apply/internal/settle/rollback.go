package settle

import (
	"errors"
	"slices"

	"treaty/apply/internal/journal"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// Neither is why an open intent can neither be taken for done nor be rolled back.
const Neither = "it is neither what it was nor what it was to become"

// RollBack brings back what was there before open intents, the last first, and makes that durable. It
// returns what could not be brought back, by step, because somebody else was there; sides without a disk are
// left alone. Errors are those of the disks.
func RollBack(ends *Ends, open []journal.Intent) (map[int]*volume.Drift, error) {
	wrong := map[int]*volume.Drift{}
	for _, in := range slices.Backward(open) {
		d := ends[in.Side].Disk
		if d == nil {
			continue
		}
		found, err := Examine(d, &in)
		if err == nil {
			err = Back(d, &in, found)
		}
		drift, err := inTheWay(err, &in)
		if err != nil {
			return nil, err
		}
		if drift == nil {
			continue
		}
		wrong[in.Step] = drift
		if at, err := d.At(in.Place); drift.Trash == "" && in.Place != "" && err == nil && at.Type != tree.Absent {
			drift.Trash = in.Place
		}
	}
	for _, e := range ends {
		if e.Disk == nil {
			continue
		}
		if err := e.Disk.Barrier(); err != nil {
			return nil, err
		}
	}
	return wrong, nil
}

// inTheWay is the drift that an error of rolling back is: also where the directory of a name has become something else.
// err is the error where it is none.
func inTheWay(failed error, in *journal.Intent) (drift *volume.Drift, err error) {
	switch {
	case errors.As(failed, &drift):
		return drift, nil
	case errors.Is(failed, volume.ErrUnfit):
		return &volume.Drift{Path: in.Path, Why: failed.Error(), Cause: volume.ErrUnfit}, nil
	}
	return nil, failed
}

// Back makes undone what an intent came to. Each call that it makes leaves what Examine finds again, so
// that it can be interrupted anywhere. What another program has put in the way is left, and so is what
// lies in the trash then; the error is a drift that says so.
func Back(d volume.Changer, in *journal.Intent, f Finding) error {
	if f == Untouched {
		return nil
	}
	if f == Strange {
		return &volume.Drift{Path: in.Path, Why: Neither}
	}
	switch in.Kind {
	case journal.Create:
		_, err := d.Trash(in.Path, in.After, "")
		return err
	case journal.Replace:
		return unreplace(d, in, f)
	case journal.Trash:
		return reinstall(d, in.Place, in.Path)
	case journal.Move:
		if f == Carried {
			_, err := d.Move(in.Path, in.From, in.Before, in.Place)
			return err
		}
		err := reinstall(d, in.Place, in.From)
		if errors.Is(err, volume.ErrTaken) && reinstall(d, in.Place, in.Path) == nil {
			return nil // its old name has gone to another; its new one has not
		}
		return err
	case journal.Mkdir, journal.Revive:
		if _, err := d.Rmdir(in.Path); err != nil && !errors.Is(err, volume.ErrNotEmpty) {
			return err
		}
		return nil
	case journal.Rmdir:
		if at, err := d.At(string(in.Path)); err != nil || at.Type != tree.Absent {
			return err
		}
		_, err := d.Mkdir(in.Path, in.Before.Mode, true)
		return err
	case journal.Chmod:
		if !in.Before.Mode.Known() {
			return nil
		}
		_, err := d.Chmod(in.Path, in.After, in.Before.Mode)
		return err
	case journal.Touch:
		_, err := d.Touch(in.Path, in.After, in.Before.Mtime)
		return err
	}
	return nil
}

// unreplace gives a path its old content back, and moves the new to the trash.
func unreplace(d volume.Changer, in *journal.Intent, f Finding) error {
	home := in.Path
	if in.From != "" {
		home = in.From
	}
	if f == Carried {
		old, err := d.Waiting(in.Place)
		if err != nil {
			return err
		}
		if d.Exchanges() && home == in.Path {
			_, err := d.Replace(in.Path, in.After, *old, in.Place)
			return err
		}
		if _, err := d.Trash(in.Path, in.After, ""); err != nil {
			return err
		}
	}
	return reinstall(d, in.Place, home)
}

// reinstall gives what lies in the trash its name back.
func reinstall(d volume.Changer, place string, path tree.Path) error {
	old, err := d.Waiting(place)
	if err != nil || old == nil {
		return err
	}
	_, err = d.Create(path, *old)
	return err
}
