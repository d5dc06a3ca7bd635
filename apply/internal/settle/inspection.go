package settle

import "treaty/plan/tree"

// view tells of what has a name, in the trash and the stage too: a volume.Changer does, and one that is only looked at.
type view interface {
	// At is what is there; Type Absent for nothing.
	At(name string) (tree.Entry, error)
	// Holds tells whether what is there is what state says, modes aside.
	Holds(name string, state *tree.State) (bool, error)
	// Spelled tells whether a directory lists a name in exactly this spelling.
	Spelled(path tree.Path) (bool, error)
	// Granularity is that of the volume's times, in nanoseconds.
	Granularity() int64
}

// inspection asks about names, and keeps the first error. After one its answers count for nothing.
type inspection struct {
	view view
	err  error
}

func (i *inspection) note(err error) {
	if i.err == nil {
		i.err = err
	}
}

func (i *inspection) at(name string) tree.Entry {
	e, err := i.view.At(name)
	i.note(err)
	return e
}

func (i *inspection) is(name string, t tree.Type) bool { return i.at(name).Type == t }

func (i *inspection) there(name string) bool { return i.at(name).Type != tree.Absent }

// twice tells of a file that has two names: between a link and the unlink that follows it.
func (i *inspection) twice(name string) bool { return i.at(name).Links > 1 }

// holds tells whether a name has what a state says; false of no state.
func (i *inspection) holds(name string, s *tree.State) bool {
	if s == nil {
		return false
	}
	holds, err := i.view.Holds(name, s)
	i.note(err)
	return holds
}

// timed tells whether what is at a name has the time of s: where stamps prove little, holds does not ask.
func (i *inspection) timed(name string, s *tree.State) bool {
	granularity := i.view.Granularity()
	return i.at(name).Mtime.Cut(granularity) == s.Mtime.Cut(granularity)
}

// stamped tells whether a name has the time and the mode of s, as far as both are known.
func (i *inspection) stamped(name string, s *tree.State) bool {
	e := i.at(name)
	return i.timed(name, s) && (e.Mode == s.Mode || !e.Mode.Known() || !s.Mode.Known())
}

// wears tells whether a name holds s with its time and its mode: where these are all that a change is about.
func (i *inspection) wears(name string, s *tree.State) bool {
	return i.holds(name, s) && i.stamped(name, s)
}

func (i *inspection) spelled(path tree.Path) bool {
	if !i.there(string(path)) {
		return false
	}
	is, err := i.view.Spelled(path)
	i.note(err)
	return is
}
