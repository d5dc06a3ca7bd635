package tree

import (
	"cmp"
	"errors"
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

// Ruling is what scope rules say of an entry. Of two sides' rulings the greater holds.
type Ruling uint8

const (
	InScope Ruling = iota
	Litter         // by the built-in list of what operating systems leave behind; goes with its directory
	Ignored        // by a person's pattern; keeps its directory
)

// Entry is one name in a directory as it was read. There may be a million: the small fields lie together.
type Entry struct {
	Name string
	// Key is CollisionKey(Name).
	Key  string
	Size int64 // bytes; files only
	// Inode is a file's number on its volume, 0 where the volume gives none that lasts.
	Inode uint64
	Mtime Time // files only; cut to the filesystem's granularity
	// Links is the number of hard links of a file, 0 where unknown.
	Links  uint32
	Mode   Mode
	Type   Type
	Ruling Ruling
	// Target is a symlink's, verbatim.
	Target   string
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
		s.Rare = LinkTo(e.Target)
	}
	return s
}

// Scope says what a tree's own rules ignore, for the paths in and below one directory.
type Scope interface {
	// Judge is asked of entries whose parents are all in scope.
	Judge(path Path, directory bool) Ruling
	// Same tells whether another tree's judges every path as this one does; false where that is not known.
	Same(as Scope) bool
	// Extend is outer, another tree's, with what the rules right in dir add to it, once that tree has the
	// directory too, under the path as. outer may be nil.
	Extend(outer Scope, dir, as Path) Scope
}

// Listing is one directory as read.
type Listing struct {
	Dir Path
	// Entries are in Order, treaty's own folder excepted. Ignored ones are there, so marked; what
	// lies below them is never listed.
	Entries []Entry
	// Scope holds for the entries here and below; nil ignores nothing. Of a directory that the tree's own rules
	// ignore, it has the rules right in it, and none of those above.
	Scope Scope
	// Rules is the hash of the file of ignore rules right here, zero where there is none.
	Rules Hash
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
	// once; those passed over are skipped. One that the tree's own rules ignore may be asked for too. A
	// directory that cannot be read has a listing with an obstacle. An error means that the tree as a whole can no
	// longer be read.
	List(dir Path) (Listing, error)
}

// Reuser is a Stream of entries, or a Memory of records, that uses the memory of what it listed again once it is told
// that nobody refers to that any more.
type Reuser[T any] interface{ Reuse(listed []T) }

// Agreed is what both sides held under one name when they were last synced. What is per side is
// indexed by the side.
type Agreed struct {
	// Name is how each side spells it.
	Name [2]string
	// Spelled is how the memory that it came from spells it, for asking what is below.
	Spelled string
	// Key is CollisionKey of both names.
	Key  string
	Type Type
	Size int64 // bytes; files only
	// SHA256 is zero where the sides were taken as equal by size and time.
	SHA256 Hash
	Target string
	// Mtime is the time that the content carries; On has what each side's filesystem made of it.
	Mtime Time
	On    [2]Kept
}

// Kept is what one side's filesystem kept of an entry.
type Kept struct {
	Mtime Time // as read back
	Mode  Mode
	// Inode is as in Entry.
	Inode uint64
	// Racy tells that the file's time was too near its scan to show a later change.
	Racy bool
}

// State is what a plan says the baseline held.
func (a *Agreed) State() *State {
	if a == nil {
		return nil
	}
	s := &State{Type: a.Type, SHA256: a.SHA256, Rare: LinkTo(a.Target)}
	if a.Type == File {
		s.Size, s.Mtime = a.Size, a.Mtime
	}
	for _, kept := range a.On {
		if kept.Mode.Known() {
			s.Mode = kept.Mode
			break
		}
	}
	return s
}

// Memory streams what both sides agreed on, directory by directory.
type Memory interface {
	// List is asked as a Stream is, by the memory's own spelling of dir, and returns the entries in
	// order of Key. It is asked for directories that it listed only.
	List(dir Path) ([]Agreed, error)
}

// Wanted asks for the content of a file that was listed with Size and Mtime.
type Wanted struct {
	Path  Path
	Size  int64
	Mtime Time
	// Head asks for the first bytes too, as many as tell whether it is a program.
	Head bool
	// HeadOnly asks for nothing else: no hash.
	HeadOnly bool
}

// Content is what reading a file brought.
type Content struct {
	SHA256 Hash
	Head   []byte
	// Extras tells that the file has extended attributes or an access control list.
	Extras bool
	// Err is nil, or why the file could not be read as it was listed: ErrChanged, or any other.
	Err error
}

// ErrNotHere tells that of a file only what stands in a listing is known, and its content lies elsewhere.
var ErrNotHere = errors.New("its content is not here")

// ErrChanged tells that a file is not, or did not stay, what was listed.
var ErrChanged = errors.New("changed while it was read")
