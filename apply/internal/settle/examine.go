package settle

import (
	"fmt"

	"treaty/apply/internal/journal"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// Finding is how far a change got that a crash left open.
type Finding int

const (
	Untouched Finding = iota // as before
	Halfway                  // what was there lies in the trash, and nothing is in its place
	Carried                  // as after
	Strange                  // neither: somebody else was there
)

// Examine tells how far an intent got. Errors are those of looking at the volume.
func Examine(d volume.Changer, in *journal.Intent) (Finding, error) {
	i := inspection{d: d}
	for _, path := range []tree.Path{in.Path, in.From} {
		if err := d.Single(in.Place, path); err != nil {
			return Strange, err
		}
	}
	at := string(in.Path)
	switch in.Kind {
	case journal.Create:
		// What another program put there meanwhile may be the same; ours is not in the stage any more, or, where a
		// power cut may come between, its old name is there still.
		if i.holds(at, in.After) && (!i.there(in.Staged) || i.twice(in.Staged) || d.LosesRenames()) {
			return Carried, i.err
		}
		return Untouched, i.err
	case journal.Replace:
		if in.From != "" {
			return i.respelled(in), i.err
		}
		holds := i.holds
		if in.Before.SHA256.Known() && in.Before.SHA256 == in.After.SHA256 {
			holds = i.wears
		}
		switch {
		case holds(at, in.Before):
			return Untouched, i.err
		case !i.holds(in.Place, in.Before):
			return Strange, i.err
		case holds(at, in.After):
			return Carried, i.err
		case !i.there(at):
			return Halfway, i.err
		}
		return Strange, i.err
	case journal.Trash:
		if i.holds(in.Place, in.Before) && !i.holds(at, in.Before) {
			return Carried, i.err
		}
		return Untouched, i.err
	case journal.Move:
		switch {
		case i.spelled(in.Path) && (i.holds(at, in.Before) || i.holds(at, in.After)):
			if i.spelled(in.From) && i.holds(string(in.From), in.Before) {
				return Untouched, i.err
			}
			return Carried, i.err
		case i.holds(in.Place, in.Before):
			return Halfway, i.err
		case i.spelled(in.From):
			return Untouched, i.err
		}
		return Strange, i.err
	case journal.Mkdir, journal.Revive:
		if i.is(at, tree.Directory) {
			return Carried, i.err
		}
		return Untouched, i.err
	case journal.Rmdir:
		if i.is(at, tree.Directory) {
			return Untouched, i.err
		}
		return Carried, i.err
	case journal.Chmod:
		if e := i.at(at); e.Type == in.After.Type && e.Mode == in.After.Mode {
			return Carried, i.err
		}
		return Untouched, i.err
	case journal.Touch:
		if i.holds(at, in.After) && i.timed(at, in.After) {
			return Carried, i.err
		}
		return Untouched, i.err
	}
	return Strange, fmt.Errorf("the journal has an intent to %q", in.Kind)
}

// respelled tells how far a replacement got that gives the name another spelling.
func (i *inspection) respelled(in *journal.Intent) Finding {
	switch {
	case i.spelled(in.From) && i.holds(string(in.From), in.Before):
		return Untouched
	case !i.holds(in.Place, in.Before):
		return Strange
	case i.spelled(in.Path) && i.holds(string(in.Path), in.After):
		return Carried
	case !i.there(string(in.Path)) && !i.there(string(in.From)):
		return Halfway
	}
	return Strange
}

// inspection asks a disk, and keeps the first error.
type inspection struct {
	d   volume.Changer
	err error
}

func (i *inspection) at(path string) tree.Entry {
	e, err := i.d.At(path)
	if i.err == nil {
		i.err = err
	}
	return e
}

func (i *inspection) is(path string, t tree.Type) bool { return i.at(path).Type == t }

func (i *inspection) there(path string) bool { return i.at(path).Type != tree.Absent }

// twice tells of a file that has two names: between a link and the unlink that follows it.
func (i *inspection) twice(path string) bool { return i.at(path).Links > 1 }

func (i *inspection) holds(path string, s *tree.State) bool {
	if s == nil {
		return false
	}
	holds, err := i.d.Holds(path, s)
	if i.err == nil {
		i.err = err
	}
	return holds
}

// timed tells whether what is at path has the time of s: where stamps prove little, holds does not ask.
func (i *inspection) timed(path string, s *tree.State) bool {
	granularity := i.d.Granularity()
	return i.at(path).Mtime.Cut(granularity) == s.Mtime.Cut(granularity)
}

// wears tells whether path holds s with the time and the mode of s: where these are all that a change is about.
func (i *inspection) wears(path string, s *tree.State) bool {
	e := i.at(path)
	return i.holds(path, s) && i.timed(path, s) && (e.Mode == s.Mode || !e.Mode.Known() || !s.Mode.Known())
}

func (i *inspection) spelled(path tree.Path) bool {
	if !i.there(string(path)) {
		return false
	}
	is, err := i.d.Spelled(path)
	if i.err == nil {
		i.err = err
	}
	return is
}
