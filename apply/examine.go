package apply

import (
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
		if in.From != "" {
			return l.respelled(in), l.err
		}
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

// respelled tells how far a replacement got that gives the name another spelling.
func (l *look) respelled(in *journal.Intent) finding {
	switch {
	case l.spelled(in.From) && l.holds(string(in.From), in.Before):
		return untouched
	case !l.holds(in.Place, in.Before):
		return strange
	case l.spelled(in.Path) && l.holds(string(in.Path), in.After):
		return carried
	case !l.there(string(in.Path)) && !l.there(string(in.From)):
		return halfway
	}
	return strange
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
