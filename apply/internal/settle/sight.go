package settle

import (
	"treaty/apply/internal/journal"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// Sighting is how far a step is on a tree that is only looked at, with what is at its path and where in the trash what
// it displaced is, "" for nowhere.
type Sighting struct {
	Finding
	Entry tree.Entry
	Place string
}

// Sight looks how far steps are on a tree that was settled by itself, by their intents, and changes nothing there. A
// step is Carried where all of its intents are, Untouched where one of them is, and else Strange: somebody may have
// written over its outcome since. granularity is that of the volume's times, in nanoseconds. Errors are the volume's.
func Sight(v volume.Volume, intents []journal.Intent, granularity int64) (map[int]Sighting, error) {
	steps := map[int]Sighting{}
	for n := range intents {
		in := &intents[n]
		if in.Kind == journal.Revive {
			continue // it only made room for what the step is about
		}
		i := inspection{view: &still{v: v, granularity: granularity, in: in}}
		found := i.sight(in)
		step, more := steps[in.Step]
		if more {
			found = together(step.Finding, found)
		}
		step.Finding, step.Entry = found, i.at(string(in.Path))
		if in.Kind == journal.Trash || in.Kind == journal.Replace {
			step.Place = in.Place
		}
		if steps[in.Step] = step; i.err != nil {
			return nil, i.err
		}
	}
	return steps, nil
}

// together is how far two changes of one step are.
func together(a, b Finding) Finding {
	switch {
	case a == Untouched || b == Untouched:
		return Untouched
	case a == Carried && b == Carried:
		return Carried
	}
	return Strange
}

// sight tells how far the intent got: what was settled is not half-way.
func (i *inspection) sight(in *journal.Intent) Finding {
	at := string(in.Path)
	switch in.Kind {
	case journal.Create:
		return either(!i.there(at), i.holds(at, in.After))
	case journal.Replace:
		return i.sightReplaced(in)
	case journal.Trash:
		there := i.holds(at, in.Before)
		return either(there, !there && i.holds(in.Place, in.Before))
	case journal.Move:
		stays := i.spelled(in.From) && i.holds(string(in.From), in.Before)
		return either(stays, i.spelled(in.Path) && (i.holds(at, in.Before) || i.holds(at, in.After)))
	case journal.Mkdir:
		return either(!i.is(at, tree.Directory), i.is(at, tree.Directory))
	case journal.Rmdir:
		return either(i.is(at, tree.Directory), !i.is(at, tree.Directory))
	case journal.Chmod:
		mode := i.at(at).Mode
		return either(mode == in.Before.Mode, mode == in.After.Mode)
	case journal.Touch:
		return either(i.timed(at, in.Before), i.timed(at, in.After))
	}
	return Strange
}

// sightReplaced tells whether a path has what was to be replaced, or what replaced it.
func (i *inspection) sightReplaced(in *journal.Intent) Finding {
	at := string(in.Path)
	switch {
	case in.From != "":
		return either(i.spelled(in.From), i.spelled(in.Path) && i.holds(at, in.After))
	case in.Before.SHA256.Known() && in.Before.SHA256 == in.After.SHA256:
		return either(i.stamped(at, in.Before), i.stamped(at, in.After))
	}
	return either(i.holds(at, in.Before), i.holds(at, in.After))
}

// either is what it comes to that a path is as before, or as after; where it seems to be both, nobody can tell.
func either(before, after bool) Finding {
	switch {
	case before == after:
		return Strange
	case before:
		return Untouched
	}
	return Carried
}
