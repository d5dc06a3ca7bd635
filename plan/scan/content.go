package scan

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"sync"
	"sync/atomic"
	"syscall"

	"treaty/plan/tree"
)

var (
	// ErrChanged: a file was not, or did not stay, what its listing said.
	ErrChanged = errors.New("it changed while it was being read")
	// ErrUnreadable: a file could not be read, for reasons other than a change.
	ErrUnreadable = errors.New("it cannot be read")
	// ErrTooLarge: a file is larger than the limit given.
	ErrTooLarge = errors.New("it is larger than what is read at once")
)

// HeadLimit is how much of a file's beginning can be had with its hash, in bytes.
const HeadLimit = 64 << 10

// Expected is what a listing said of a file.
type Expected struct {
	Size  int64
	Mtime tree.Time
	// Granularity is what mtimes are cut to before they are compared, in nanoseconds.
	Granularity int64
	// only, where not 0, is how many of the first bytes are read.
	only int64
}

// Request asks for the hash of one file.
type Request struct {
	Path tree.Path
	Want Expected
	// Head is how many of the first bytes to return, at most HeadLimit.
	Head int
	// HeadOnly reads no further than that, and hashes nothing.
	HeadOnly bool
	// Extras asks whether the file has metadata that treaty does not carry.
	Extras bool
}

// Result answers a Request.
type Result struct {
	Path tree.Path
	Hash tree.Hash
	Head []byte
	// Extras is set for a file with extended attributes of a person's or an access control list.
	Extras bool
	// Err wraps ErrChanged, ErrUnreadable, ErrVanished or the context's error.
	Err error
}

// Hash is the SHA-256 of the file p. It is that of one state of the file, the one wanted, unless it
// was written to in a way that leaves no mark on size and mtime. Errors wrap ErrChanged,
// ErrUnreadable, ErrVanished or the context's error.
func (r *Root) Hash(ctx context.Context, p tree.Path, want Expected) (tree.Hash, error) {
	result := r.hash(ctx, Request{Path: p, Want: want}, nil)
	return result.Hash, result.Err
}

// Read is the whole content of the file p, which is wanted to be no larger than limit. Errors are
// those of Hash, and ErrTooLarge.
func (r *Root) Read(ctx context.Context, p tree.Path, want Expected, limit int64) ([]byte, error) {
	if want.Size > limit {
		return nil, tree.About(p, ErrTooLarge)
	}
	content := make([]byte, 0, want.Size)
	b := blocks.Get().(*block)
	defer blocks.Put(b)
	err := r.content(ctx, p, want, b.buf[:], func(part []byte) { content = append(content, part...) }, nil)
	if err != nil {
		return nil, err
	}
	return content, nil
}

// block is what hashing one file needs.
type block struct {
	buf [256 << 10]byte
	sum hash.Hash
}

var blocks = sync.Pool{New: func() any { return &block{sum: sha256.New()} }}

// hash answers one request and adds what it reads to read, where not nil.
func (r *Root) hash(ctx context.Context, ask Request, read *atomic.Int64) Result {
	result := Result{Path: ask.Path}
	b := blocks.Get().(*block)
	defer blocks.Put(b)
	b.sum.Reset()
	head := min(int64(ask.Head), HeadLimit, ask.Want.Size)
	var extras func(file)
	if ask.Extras {
		extras = func(f file) { result.Extras = f.extras() }
	}
	buf := b.buf[:]
	if ask.HeadOnly {
		ask.Want.only = head
		buf = buf[:min(int64(len(buf)), max(head, 1))]
	}
	result.Err = r.content(ctx, ask.Path, ask.Want, buf, func(part []byte) {
		b.sum.Write(part)
		if missing := head - int64(len(result.Head)); missing > 0 {
			result.Head = append(result.Head, part[:min(missing, int64(len(part)))]...)
		}
		if read != nil {
			read.Add(int64(len(part)))
		}
	}, extras)
	if result.Err != nil {
		return Result{Path: ask.Path, Err: result.Err}
	}
	if !ask.HeadOnly {
		b.sum.Sum(result.Hash[:0])
	}
	return result
}

// content hands each part of the file p to take, and then the open file to last, where not nil.
func (r *Root) content(ctx context.Context, p tree.Path, want Expected, buf []byte,
	take func([]byte), last func(file)) error {
	err := r.parts(ctx, p, want, buf, take, last)
	switch {
	case err == nil, ctx.Err() != nil, errors.Is(err, ErrClosed):
	case errors.Is(err, ErrChanged):
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, ErrSymlink), errors.Is(err, ErrNotDirectory),
		errors.Is(err, ErrNotRegular), errors.Is(err, syscall.ESTALE):
		err = fmt.Errorf("%w: %s", ErrChanged, why(err))
	case exhausted(err):
	default:
		err = fmt.Errorf("%w: %s", ErrUnreadable, why(err))
	}
	if err == nil {
		return nil
	}
	// A tree that is gone looks like files that are.
	if ctx.Err() == nil && !errors.Is(err, ErrClosed) {
		if check := r.Check(); check != nil {
			return check
		}
	}
	return tree.About(p, err)
}

func (r *Root) parts(ctx context.Context, p tree.Path, want Expected, buf []byte,
	take func([]byte), last func(file)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d, err := r.Dir(p.Parent())
	if err != nil {
		return err
	}
	defer d.Release()
	name := p.Base()
	if err := component(name); err != nil {
		return err
	}
	f, before, err := d.file(name)
	if err != nil {
		return err
	}
	defer f.close()
	if before.Size != want.Size || before.Mtime.Cut(want.Granularity) != want.Mtime.Cut(want.Granularity) {
		return ErrChanged
	}
	left := want.Size
	if want.only > 0 {
		left = want.only
	}
	for left > 0 {
		n, err := f.read(buf[:min(left, int64(len(buf)))])
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrChanged
		}
		take(buf[:n])
		left -= int64(n)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	after, err := f.stat()
	if err != nil {
		return err
	}
	if after.Size != before.Size || after.Mtime != before.Mtime {
		return ErrChanged
	}
	if last != nil {
		last(f)
	}
	return nil
}
