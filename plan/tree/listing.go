package tree

import (
	"cmp"
	"slices"
)

// Obstacle is why an entry, or all below it, cannot be read or carried. Its spelling is that of the
// plan's problem codes. What stands behind an obstacle counts as unchanged, never as deleted.
type Obstacle string

const (
	Unreadable  Obstacle = "unreadable"
	SpecialFile Obstacle = "special-file"
	MountPoint  Obstacle = "mount-point"
	NameNotUTF8 Obstacle = "name-not-utf8"
)

// Verdict is what scope rules say of an entry.
type Verdict uint8

const (
	InScope Verdict = iota
	Ignored         // by a person's pattern
	Litter          // by the built-in list of what operating systems leave behind
)

// Entry is one name in a directory as it was read.
type Entry struct {
	Name string
	// Key is CollisionKey(Name).
	Key   string
	Type  Type
	Mode  Mode
	Size  int64 // bytes; files only
	Mtime Time  // files only; cut to the filesystem's granularity
	// Target is a symlink's, verbatim.
	Target string
	// Links is the number of hard links of a file, 0 where unknown.
	Links    uint32
	Verdict  Verdict
	Obstacle Obstacle // "" where there is none
	// Why explains an obstacle, in words.
	Why string
}

// State is the entry as a plan states it, without what only reading its content would tell.
func (e *Entry) State() *State {
	if e == nil || e.Type == Absent {
		return nil
	}
	s := &State{Type: e.Type}
	switch e.Type {
	case File:
		s.Size, s.Mtime, s.Mode = e.Size, e.Mtime, e.Mode
	case Directory:
		s.Mode = e.Mode
	case Symlink:
		s.Target = e.Target
	}
	return s
}

// Scope says what a tree's own rules ignore, for the paths in and below one directory.
type Scope interface {
	// Judge is asked of entries whose parents are all in scope.
	Judge(path Path, directory bool) Verdict
}

// Listing is one directory as read.
type Listing struct {
	Dir Path
	// Entries are in Order, treaty's own folder excepted. Ignored ones are there, so marked; what
	// lies below them is never listed.
	Entries []Entry
	// Scope holds for the entries here and below; nil ignores nothing.
	Scope Scope
	// Obstacle and Why tell why the directory could not be read, or only in part.
	Obstacle Obstacle
	Why      string
}

// Order is the order of names in which trees are walked in step: names that some filesystem takes as
// equal stand together.
func Order(a, b *Entry) int {
	if c := cmp.Compare(a.Key, b.Key); c != 0 {
		return c
	}
	return cmp.Compare(a.Name, b.Name)
}

// Sort puts a listing's entries in Order.
func (l *Listing) Sort() {
	slices.SortFunc(l.Entries, func(a, b Entry) int { return Order(&a, &b) })
}

// Stream hands out a tree's listings, directory by directory.
type Stream interface {
	// List is asked for parents before children and for siblings in Order, each directory at most
	// once; those passed over are skipped. A directory that cannot be read has a listing with an
	// obstacle. An error means that the tree as a whole can no longer be read.
	List(dir Path) (Listing, error)
}
