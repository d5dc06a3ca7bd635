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
	for _, path := range []tree.Path{in.Path, in.From} {
		if err := d.Single(in.Place, path); err != nil {
			return Strange, err
		}
	}
	i := inspection{view: d}
	found, known := i.examine(in, d.LosesRenames())
	if !known {
		return Strange, fmt.Errorf("the journal has an intent to %q", in.Kind)
	}
	return found, i.err
}

// examine tells how far an intent got; false of a kind that is none.
func (i *inspection) examine(in *journal.Intent, losesRenames bool) (f Finding, known bool) {
	at := string(in.Path)
	switch in.Kind {
	case journal.Create:
		return carried(i.created(in, losesRenames)), true
	case journal.Replace:
		if in.From != "" {
			return i.respelled(in), true
		}
		return i.replaced(in), true
	case journal.Trash:
		return carried(i.holds(in.Place, in.Before) && !i.holds(at, in.Before)), true
	case journal.Move:
		return i.moved(in), true
	case journal.Mkdir, journal.Revive:
		return carried(i.is(at, tree.Directory)), true
	case journal.Rmdir:
		return carried(!i.is(at, tree.Directory)), true
	case journal.Chmod:
		e := i.at(at)
		return carried(e.Type == in.After.Type && e.Mode == in.After.Mode), true
	case journal.Touch:
		return carried(i.holds(at, in.After) && i.timed(at, in.After)), true
	}
	return Strange, false
}

// carried is the finding of what is either done or untouched.
func carried(done bool) Finding {
	if done {
		return Carried
	}
	return Untouched
}

// created tells whether a path has what was to come there from the stage. What another program put there meanwhile may
// be the same; ours is not in the stage any more, or, where a power cut may come between, its old name is there still.
func (i *inspection) created(in *journal.Intent, losesRenames bool) bool {
	return i.holds(string(in.Path), in.After) && (!i.there(in.Staged) || i.twice(in.Staged) || losesRenames)
}

// replaced tells how far a replacement got under one name.
func (i *inspection) replaced(in *journal.Intent) Finding {
	at, holds := string(in.Path), i.holds
	if in.Before.SHA256.Known() && in.Before.SHA256 == in.After.SHA256 {
		holds = i.wears
	}
	switch {
	case holds(at, in.Before):
		return Untouched
	case !i.holds(in.Place, in.Before):
		return Strange
	case holds(at, in.After):
		return Carried
	case !i.there(at):
		return Halfway
	}
	return Strange
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

// moved tells how far a move got.
func (i *inspection) moved(in *journal.Intent) Finding {
	at := string(in.Path)
	switch {
	case i.spelled(in.Path) && (i.holds(at, in.Before) || i.holds(at, in.After)):
		if i.spelled(in.From) && i.holds(string(in.From), in.Before) {
			return Untouched
		}
		return Carried
	case i.holds(in.Place, in.Before):
		return Halfway
	case i.spelled(in.From):
		return Untouched
	}
	return Strange
}
