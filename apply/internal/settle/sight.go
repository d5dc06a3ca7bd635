package settle

import (
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"slices"

	"treaty/apply/internal/journal"
	"treaty/apply/volume"
	"treaty/plan/scan"
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
		l := finder{v: v, granularity: granularity, in: in}
		found := l.find()
		if l.err != nil {
			return nil, l.err
		}
		step, more := steps[in.Step]
		if more {
			found = together(step.Finding, found)
		}
		step.Finding, step.Entry = found, l.at(string(in.Path))
		if in.Kind == journal.Trash || in.Kind == journal.Replace {
			step.Place = in.Place
		}
		if steps[in.Step] = step; l.err != nil {
			return nil, l.err
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

// finder looks at the names of one intent, and keeps the first error.
type finder struct {
	v           volume.Volume
	granularity int64
	in          *journal.Intent
	err         error
}

// find tells how far the intent got: what was settled is not half-way.
func (l *finder) find() Finding {
	in, path := l.in, string(l.in.Path)
	at := l.at(path)
	switch in.Kind {
	case journal.Create:
		return either(at.Type == tree.Absent, l.is(path, in.After))
	case journal.Replace:
		if in.From != "" {
			return either(l.spelled(in.From), l.spelled(in.Path) && l.is(path, in.After))
		}
		if in.Before.SHA256.Known() && in.Before.SHA256 == in.After.SHA256 {
			return either(l.wears(&at, in.Before), l.wears(&at, in.After))
		}
		return either(l.is(path, in.Before), l.is(path, in.After))
	case journal.Trash:
		there := l.is(path, in.Before)
		return either(there, !there && l.is(in.Place, in.Before))
	case journal.Move:
		stays := l.spelled(in.From) && l.is(string(in.From), in.Before)
		return either(stays, l.spelled(in.Path) && (l.is(path, in.Before) || l.is(path, in.After)))
	case journal.Mkdir:
		return either(at.Type != tree.Directory, at.Type == tree.Directory)
	case journal.Rmdir:
		return either(at.Type == tree.Directory, at.Type != tree.Directory)
	case journal.Chmod:
		return either(at.Mode == in.Before.Mode, at.Mode == in.After.Mode)
	case journal.Touch:
		return either(l.timed(&at, in.Before), l.timed(&at, in.After))
	}
	return Strange
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

// at is what has a name, in the trash too; absent where the way to it does not lead through plain directories.
func (l *finder) at(name string) tree.Entry {
	e, err := l.v.Entry(tree.Path(name))
	l.note(err)
	if err != nil {
		return tree.Entry{}
	}
	return e
}

func (l *finder) note(err error) {
	for _, nothing := range []error{fs.ErrNotExist, scan.ErrNotDirectory, scan.ErrSymlink, scan.ErrOtherDevice} {
		if errors.Is(err, nothing) {
			return
		}
	}
	if l.err == nil {
		l.err = err
	}
}

// is tells whether a name has what state says, modes aside: by stat, and by content where that tells too little.
func (l *finder) is(name string, state *tree.State) bool {
	e := l.at(name)
	switch {
	case state == nil || e.Type != state.Type:
		return false
	case e.Type == tree.Symlink:
		return e.Target == state.Target
	case e.Type != tree.File:
		return true
	case e.Size != state.Size:
		return false
	case l.timed(&e, state) && !l.alike():
		return true
	}
	return state.SHA256.Known() && l.hash(name) == state.SHA256
}

// alike tells whether a stat cannot tell the content before from that after.
func (l *finder) alike() bool {
	before, after := l.in.Before, l.in.After
	return l.in.Kind == journal.Replace && before.Of() == tree.File && after.Of() == tree.File &&
		before.Size == after.Size &&
		before.Mtime.Cut(l.granularity) == after.Mtime.Cut(l.granularity)
}

// hash is that of a file; zero of one that cannot be read.
func (l *finder) hash(name string) tree.Hash {
	f, err := l.v.Open(tree.Path(name))
	if err != nil {
		return tree.Hash{}
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return tree.Hash{}
	}
	return tree.Hash(h.Sum(nil))
}

func (l *finder) timed(e *tree.Entry, state *tree.State) bool {
	return e.Mtime.Cut(l.granularity) == state.Mtime.Cut(l.granularity)
}

// wears tells whether a file has the time and the mode of a state, where these are all that a change is about.
func (l *finder) wears(e *tree.Entry, state *tree.State) bool {
	return l.timed(e, state) && (e.Mode == state.Mode || !e.Mode.Known() || !state.Mode.Known())
}

// spelled tells whether the directory of a path lists its name in exactly this spelling.
func (l *finder) spelled(path tree.Path) bool {
	names, err := l.v.Names(path.Parent())
	l.note(err)
	return slices.Contains(names, path.Base())
}
