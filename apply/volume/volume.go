package volume

import (
	"fmt"
	"io"
	"time"

	"treaty/plan/tree"
)

// Volume is one end of a plan: a tree, with what treaty keeps in it. A local directory is one. The cut is at whole
// changes, each checked where the tree is: no race crosses it.
type Volume interface {
	Source
	Looker
	Private
	// Probe finds out by behaviour what the volume can do, and leaves nothing behind. Errors wrap ErrFull, ErrReadOnly or
	// fs.ErrPermission where nothing can be written.
	Probe() (Probed, error)
	// Change opens the tree for the changes of one run, called by the id of its plan. It writes nothing yet.
	Change(run string, options Options) (Changer, error)
}

// Looker looks at single entries of the tree. Errors wrap fs.ErrNotExist, scan.ErrNotDirectory, scan.ErrSymlink or
// scan.ErrOtherDevice where the way to one does not lead through plain directories.
type Looker interface {
	// Open opens a regular file for reading. Errors wrap scan.ErrNotRegular for anything else.
	Open(file tree.Path) (Content, error)
	// Directory is a directory's own entry, without a name.
	Directory(dir tree.Path) (tree.Entry, error)
	// Names are all names in a directory, in no order, treaty's own folder included.
	Names(dir tree.Path) ([]string, error)
	// Present is nil as long as the tree is there, and the one that was opened. Errors wrap scan.ErrVanished: then what
	// its volume says is not there need not have gone.
	Present() error
}

// Content is a file that is read from its beginning.
type Content interface {
	io.ReadCloser
	// Stamp is the size and the time that the file has now, as its volume tells them. Before anything was read they may
	// be those that it had when it was opened.
	Stamp() (size int64, mtime tree.Time, err error)
}

// Sharing is what is read from an open file that the system may take over into another one without copying it, where
// both lie on a volume of which files can share their blocks.
type Sharing interface {
	// Descriptor is that of the open file, of which nothing was read yet; false where there is none on this machine.
	Descriptor() (fd uintptr, ok bool)
	// Taken tells that all of it was taken over so, as so many bytes; nothing of it is read then.
	Taken(size int64)
}

// Private keeps treaty's own files. Folders in names are made when they are needed.
type Private interface {
	PrivateReader
	// WritePrivate makes data, durably and in one step, the content of a file.
	WritePrivate(name string, data []byte) error
	// ClaimPrivate is WritePrivate for a file that must not exist yet, a lock. Errors wrap fs.ErrExist if it does. It
	// is not synced: after a power cut nothing holds a lock.
	ClaimPrivate(name string, data []byte) error
	// RemovePrivate removes a file, if there is one, durably.
	RemovePrivate(name string) error
	// DropPrivate is RemovePrivate, but not durably: a file that comes back after a power cut does no harm.
	DropPrivate(name string) error
	// RemoveEmptyPrivate removes ".treaty" if nothing is in it.
	RemoveEmptyPrivate() error
	// CreatePrivate begins to write a file, for the caller to close, committed or not.
	CreatePrivate(name string) (PrivateFile, error)
	// OpenLog opens a file at its end to be appended to, and makes it if there is none. It may have a torn tail from a
	// power cut.
	OpenLog(name string) (Log, error)
	// SetAside moves what has a name, whatever it is, into the trash, and returns its place there; "" where there is
	// nothing.
	SetAside(name string) (string, error)
	// LosesRenames tells whether a power cut may come between the two names of a rename.
	LosesRenames() bool
	// Barrier makes durable all that was changed before it, the content of staged included. After an error the volume
	// takes no further change. Several may be under way.
	Barrier(staged ...Staged) error
	// TrashRuns are the names in the trash, each with all that one run has put there, sorted. There may be anything.
	TrashRuns() ([]string, error)
	// Trashed is how much lies in the trash of a run, and when the last of it came there.
	Trashed(run string) (bytes int64, last tree.Time, err error)
	// ClearTrash removes the trash of a run for good. Only treaty clean asks for it.
	ClearTrash(run string) error
}

// PrivateFile is a file of treaty's own being written. It has its name only after Commit.
type PrivateFile interface {
	io.WriteCloser
	// Commit makes what was written durable and then gives it its name, in place of what had it.
	Commit() error
}

// Log is a file of treaty's own that is only appended to: a journal.
type Log interface {
	// Append writes p at the end in one call, and makes it durable if sync is set.
	Append(p []byte, sync bool) error
	Close() error
}

// Options shape the changes of a run. The zero value distrusts everything: neither exchange nor refusal to replace is
// taken to exist.
type Options struct {
	// Traits are those that were planned with, of which mtime granularity, modes and name rules count here.
	Traits tree.Traits
	// Can is what Probe found.
	Can Capabilities
	// LosesRenames is what Probe found: then content is compared by hash wherever a hash is known, and each file is
	// synced after each of its renames.
	LosesRenames bool
	// RacySince is the least mtime that proves nothing, because content may have changed within its granule; such files
	// are compared by hash too.
	RacySince tree.Time
	// Lend writes down, durably, that a directory of the user's is about to be made workable, and which mode it is
	// owed; its error is that of the change that needed it. Where it is nil, none is.
	Lend func(Loan) error
}

// Host is the machine that a tree lies on, as far as locks have to do with it.
type Host interface {
	// Name is what the machine calls itself, "" where it has no name.
	Name() string
	// Self is who takes a lock there for this run, now.
	Self() Holder
	// Gone tells whether a holder is gone for sure. Only of processes of that host can that be told.
	Gone(Holder) bool
	// Ahead is by how much its clock, which gives files their times, is ahead of that of this machine, as far as that is
	// known: no more than it is.
	Ahead() time.Duration
}

// Holder is who holds a tree's lock.
type Holder struct {
	Host string `json:"host"`
	Boot string `json:"boot"`
	PID  int    `json:"pid"`
	// Started is when the process started, as its system tells it; "" in locks of before, and where none does.
	Started string `json:"started,omitempty"`
	// Nonce tells who took it from all others that ever take one, for whoever finds it on two trees; "" in locks of
	// before.
	Nonce string    `json:"nonce,omitempty"`
	At    time.Time `json:"at"`
	// Torn: a power cut has left the lock's name, and not what it said.
	Torn bool `json:"-"`
	// Unread: what has the lock's name cannot be read, or says nothing of who holds it.
	Unread bool `json:"-"`
}

func (h Holder) String() string {
	switch {
	case h.Torn:
		return "nobody knows who"
	case h.Unread:
		return "somebody unknown, whose lock cannot be read"
	}
	return fmt.Sprintf("process %d on %s, since %s", h.PID, h.Host, h.At.Format(time.RFC3339))
}
