package apply

import (
	"errors"
	"fmt"

	"treaty/apply/internal/disk"
	"treaty/apply/internal/journal"
	"treaty/plan/tree"
)

// finding is how far a change got that a crash left open.
type finding int

const (
	untouched finding = iota // as before
	halfway                  // what was there lies in the trash, and nothing is in its place
	carried                  // as after
	strange                  // neither: somebody else was there
)

// examine tells how far an intent got.
func examine(d *disk.Tree, in *journal.Intent) (finding, error) {
	l := look{d: d}
	for _, path := range []tree.Path{in.Path, in.From} {
		if err := d.Single(in.Place, path); err != nil {
			return strange, err
		}
	}
	at := string(in.Path)
	switch in.Kind {
	case journal.Create:
		// What another program put there meanwhile may be the same; ours is not in the stage any more, or, where a
		// power cut may come between, its old name is there still.
		if l.holds(at, in.After) && (!l.there(in.Staged) || l.twice(in.Staged) || d.LosesRenames()) {
			return carried, l.err
		}
		return untouched, l.err
	case journal.Replace:
		holds := l.holds
		if in.Before.SHA256.Known() && in.Before.SHA256 == in.After.SHA256 {
			holds = l.wears
		}
		switch {
		case holds(at, in.Before):
			return untouched, l.err
		case !l.holds(in.Place, in.Before):
			return strange, l.err
		case holds(at, in.After):
			return carried, l.err
		case !l.there(at):
			return halfway, l.err
		}
		return strange, l.err
	case journal.Trash:
		if l.holds(in.Place, in.Before) && !l.holds(at, in.Before) {
			return carried, l.err
		}
		return untouched, l.err
	case journal.Move:
		switch {
		case l.spelled(in.Path) && (l.holds(at, in.Before) || l.holds(at, in.After)):
			if l.spelled(in.From) && l.holds(string(in.From), in.Before) {
				return untouched, l.err
			}
			return carried, l.err
		case l.holds(in.Place, in.Before):
			return halfway, l.err
		case l.spelled(in.From):
			return untouched, l.err
		}
		return strange, l.err
	case journal.Mkdir, journal.Revive:
		if l.is(at, tree.Directory) {
			return carried, l.err
		}
		return untouched, l.err
	case journal.Rmdir:
		if l.is(at, tree.Directory) {
			return untouched, l.err
		}
		return carried, l.err
	case journal.Chmod:
		if e := l.at(at); e.Type == in.After.Type && e.Mode == in.After.Mode {
			return carried, l.err
		}
		return untouched, l.err
	case journal.Touch:
		if l.holds(at, in.After) && l.timed(at, in.After) {
			return carried, l.err
		}
		return untouched, l.err
	}
	return strange, fmt.Errorf("the journal has an intent to %q", in.Kind)
}

// look asks a disk, and keeps the first error.
type look struct {
	d   *disk.Tree
	err error
}

func (l *look) at(path string) tree.Entry {
	e, err := l.d.At(path)
	if l.err == nil {
		l.err = err
	}
	return e
}

func (l *look) is(path string, t tree.Type) bool { return l.at(path).Type == t }

func (l *look) there(path string) bool { return l.at(path).Type != tree.Absent }

// twice tells of a file that has two names: between a link and the unlink that follows it.
func (l *look) twice(path string) bool { return l.at(path).Links > 1 }

func (l *look) holds(path string, s *tree.State) bool {
	if s == nil {
		return false
	}
	holds, err := l.d.Holds(path, s)
	if l.err == nil {
		l.err = err
	}
	return holds
}

// timed tells whether what is at path has the time of s: where stamps prove little, holds does not ask.
func (l *look) timed(path string, s *tree.State) bool {
	granularity := l.d.Granularity()
	return l.at(path).Mtime.Cut(granularity) == s.Mtime.Cut(granularity)
}

// wears tells whether path holds s with the time and the mode of s: where these are all that a change is about.
func (l *look) wears(path string, s *tree.State) bool {
	e := l.at(path)
	return l.holds(path, s) && l.timed(path, s) && (e.Mode == s.Mode || !e.Mode.Known() || !s.Mode.Known())
}

func (l *look) spelled(path tree.Path) bool {
	if !l.there(string(path)) {
		return false
	}
	is, err := l.d.Spelled(path)
	if l.err == nil {
		l.err = err
	}
	return is
}

// back makes undone what an intent came to. Each call that it makes leaves what examine finds again, so
// that it can be interrupted anywhere. What another program has put in the way is left, and so is what
// lies in the trash then; the error is a drift that says so.
func back(d *disk.Tree, in *journal.Intent, f finding) error {
	if f == untouched {
		return nil
	}
	if f == strange {
		return &disk.Drift{Path: in.Path, Why: neither}
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
		if f == carried {
			_, err := d.Move(in.Path, in.From, in.Before, in.Place)
			return err
		}
		err := reinstall(d, in.Place, in.From)
		if errors.Is(err, disk.ErrTaken) && reinstall(d, in.Place, in.Path) == nil {
			return nil // its old name has gone to another; its new one has not
		}
		return err
	case journal.Mkdir, journal.Revive:
		if _, err := d.Rmdir(in.Path, nil); err != nil && !errors.Is(err, disk.ErrNotEmpty) {
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
func unreplace(d *disk.Tree, in *journal.Intent, f finding) error {
	if f == carried {
		old, err := d.Waiting(in.Place)
		if err != nil {
			return err
		}
		if d.Exchanges() {
			_, err := d.Replace(in.Path, in.After, *old, in.Place)
			return err
		}
		if _, err := d.Trash(in.Path, in.After, ""); err != nil {
			return err
		}
	}
	return reinstall(d, in.Place, in.Path)
}

// reinstall gives what lies in the trash its name back.
func reinstall(d *disk.Tree, place string, path tree.Path) error {
	old, err := d.Waiting(place)
	if err != nil || old == nil {
		return err
	}
	_, err = d.Create(path, *old)
	return err
}
