package volume

import (
	"context"
	"io"
	"sync/atomic"
	"time"

	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Source is the half of a volume that is read: all that a plan is made from. It may be used by many goroutines at once.
type Source interface {
	// Root is what the tree is called, in plans and for people: of a directory here, its absolute path, links resolved.
	Root() string
	// Where is what a path of the tree is called, in files and for people: of a directory here, its absolute path.
	Where(path tree.Path) string
	// Walk begins to list the tree, for the caller to close.
	Walk(ctx context.Context, options scan.Options) Walk
	// Reader reads files as a walk listed them that cut times to a granularity in nanoseconds. It adds the bytes that
	// it reads to read, where that is not nil.
	Reader(granularity int64, read *atomic.Int64) Reader
	// Traits are those of a declared profile, or, where that is "", as recorded, which may be nil, or else as the
	// kind of volume lets one think. Errors wrap scan.ErrVanished.
	Traits(declared tree.Profile, recorded *tree.Traits) (tree.Traits, error)
	// Relate tells how the tree lies to another one; apart, where one of the two cannot tell.
	Relate(to Source) (scan.Relation, error)
	// Holds tells whether a file of this machine, which need not exist, is or would be in the tree.
	Holds(file string) (bool, error)
	// Rescued is the name of something that a repair of the volume has left in the tree, "" where there is nothing.
	Rescued() (string, error)
	// Host is the machine that the tree lies on.
	Host() Host
	// Entry is what is at a path, links not followed. Errors are as for Looker.
	Entry(path tree.Path) (tree.Entry, error)
	PrivateReader
	Close() error
}

// FromFile is a source that is what a file says of a tree, and not the tree. Nothing of its contents can be read.
type FromFile interface {
	Source
	// Taken tells when the tree was read, and by which sum the file is known.
	Taken() (time.Time, tree.Hash)
}

// Afar is a source that is reached over a line, on which a listing of the whole tree takes its time.
type Afar interface {
	Source
	// WalkKnowing is Walk, where known is what an earlier walk with the same options has brought, empty for none: it is
	// not sent again if the tree, walked anew there, still has that very listing. When the walk has finished, known is
	// what it has brought, empty for more than is kept.
	WalkKnowing(ctx context.Context, options scan.Options, known *Known) Walk
}

// Known is the listing of a whole tree as it came over a line. By itself it proves nothing: only its sum, held to
// that of the tree, does.
type Known struct{ Packed []byte }

// MostKnown is how many bytes of a listing are kept: a million entries or so.
const MostKnown = 16 << 20

// Knowing is a source of which a listing is known. One that is no Afar is the source itself.
func Knowing(source Source, known *Known) Source {
	if far, ok := source.(Afar); ok {
		return knowing{far, known}
	}
	return source
}

type knowing struct {
	Afar
	known *Known
}

func (k knowing) Walk(ctx context.Context, options scan.Options) Walk {
	return k.WalkKnowing(ctx, options, k.known)
}

// Walk is a listing of a tree that is under way.
type Walk interface {
	tree.Stream
	// Finish ends the walk, and tells whether what was listed can be relied on. Errors wrap scan.ErrVanished where the
	// tree is not what it was.
	Finish() error
	// Close ends the walk. It does nothing the second time.
	Close() error
	// IdlePatterns are patterns in rule files that can match nothing, as far as the walk came.
	IdlePatterns() []scan.IdlePattern
	// Trees are directories in the tree that have a folder of treaty's own, as far as the walk came.
	Trees() []tree.Path
}

// Reader reads the contents of files that a walk has listed.
type Reader interface {
	// Hash reads the wanted files and calls done for each, in their order. A file that is not as listed has an error
	// that wraps tree.ErrChanged. Hash itself fails only with the tree or the context.
	Hash(ctx context.Context, wanted []tree.Wanted, done func(i int, content tree.Content)) error
	// Text is the whole of a file that is at most limit bytes.
	Text(ctx context.Context, wanted tree.Wanted, limit int64) ([]byte, error)
}

// PrivateReader reads what treaty keeps for itself in a tree. Names are relative to ".treaty", and "" is that folder.
// Nothing there is trusted: links are not followed, and nothing is waited for.
type PrivateReader interface {
	// ReadPrivate is the content of a file of at most so many bytes. Errors name the file, and wrap scan.ErrTooLarge,
	// scan.ErrNotRegular, or fs.ErrNotExist where there is none.
	ReadPrivate(name string, most int64) ([]byte, error)
	// OpenPrivate opens a file to be streamed, with its size. Errors are those of ReadPrivate.
	OpenPrivate(name string) (file io.ReadSeekCloser, size int64, err error)
	// PrivateNames are the names in a folder, in no order. Errors wrap fs.ErrNotExist where there is none.
	PrivateNames(folder string) ([]string, error)
	// PrivateEntry is what has a name. Errors wrap fs.ErrNotExist where nothing has.
	PrivateEntry(name string) (tree.Entry, error)
}
