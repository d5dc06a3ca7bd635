// Package baseline keeps what two trees last agreed on, as a stream of directories in the order in which
// trees are walked. A baseline belongs to the unordered pair of tree ids: whoever opens it says which of
// the two is local now.
//
// The file is a header, the directories, and a SHA-256 of all before it. Directories come depth first, a
// directory before what is in it; each is its path, as the first tree spells it, and its entries. It is
// binary because a million entries are read at every plan. An excerpt has the same form, but is no tree:
// each of its directories is a path by itself.
package baseline

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"

	"treaty/plan/tree"
)

// ErrDamaged: the file is not what was written. It counts as no baseline at all, never as deletes.
var ErrDamaged = errors.New("the baseline is damaged")

// What a baseline begins with says how its files are written. The first kind had times as nanoseconds and
// knew no inodes; it is read still.
const (
	magic    = "treaty baseline 2\n"
	oldMagic = "treaty baseline 1\n"
)

// limit bounds what a reader believes of a length.
const limit = 1 << 20

// The bits of an entry's first byte, above its type.
const (
	flagHash = 1 << (iota + 3)
	flagOtherName
	flagRacyFirst
	flagRacySecond
	flagOtherTimes
)

// Writer writes a baseline.
type Writer struct {
	out *bufio.Writer
	sum hash.Hash
	buf []byte
	// shape is nil for an excerpt.
	shape *shape
}

// NewWriter begins a baseline. What it writes counts only after Close.
func NewWriter(w io.Writer, h Header) (*Writer, error) { return newWriter(w, h, &shape{}) }

// NewExcerpt begins an excerpt, to be read with OpenExcerpt.
func NewExcerpt(w io.Writer, h Header) (*Writer, error) { return newWriter(w, h, nil) }

func newWriter(w io.Writer, h Header, s *shape) (*Writer, error) {
	sum := sha256.New()
	b := &Writer{out: bufio.NewWriterSize(io.MultiWriter(w, sum), 1<<16), sum: sum, shape: s}
	b.buf = append(b.buf, magic...)
	for _, text := range []string{h.IDs[0], h.IDs[1], h.PlanID} {
		b.text(text)
	}
	b.buf = binary.AppendVarint(b.buf, h.SyncedAt.UnixNano())
	return b, b.flush()
}

func (b *Writer) text(s string) {
	b.buf = binary.AppendUvarint(b.buf, uint64(len(s)))
	b.buf = append(b.buf, s...)
}

func (b *Writer) flush() error {
	_, err := b.out.Write(b.buf)
	b.buf = b.buf[:0]
	return err
}

// Directory writes the entries of one directory, in the order in which their own directories, if they
// are any, will be written. Errors wrap ErrDamaged where the baseline would not be a tree.
func (b *Writer) Directory(dir tree.Path, entries []tree.Agreed) error {
	if b.shape != nil {
		for i := range entries {
			entries[i].Spelled, entries[i].Key = entries[i].Name[0], tree.CollisionKey(entries[i].Name[0])
		}
		if err := b.shape.directory(dir, entries); err != nil {
			return err
		}
	}
	b.buf = append(b.buf, 1)
	b.text(string(dir))
	b.buf = binary.AppendUvarint(b.buf, uint64(len(entries)))
	for i := range entries {
		b.entry(&entries[i])
	}
	return b.flush()
}

// entry appends an entry: its type, with flags for what only some have, its name, and what its type has besides.
func (b *Writer) entry(e *tree.Agreed) {
	flags := byte(e.Type)
	set := func(bit byte, on bool) {
		if on {
			flags |= bit
		}
	}
	set(flagHash, e.SHA256.Known())
	set(flagOtherName, e.Name[0] != e.Name[1])
	set(flagRacyFirst, e.On[0].Racy)
	set(flagRacySecond, e.On[1].Racy)
	set(flagOtherTimes, e.On[0].Mtime != e.Mtime || e.On[1].Mtime != e.Mtime)
	b.buf = append(b.buf, flags)
	b.text(e.Name[0])
	if flags&flagOtherName != 0 {
		b.text(e.Name[1])
	}
	switch e.Type {
	case tree.File:
		b.buf = binary.AppendUvarint(b.buf, uint64(e.Size))
		b.time(e.Mtime)
		for _, kept := range e.On {
			if flags&flagOtherTimes != 0 {
				b.time(kept.Mtime)
			}
			b.buf = binary.AppendUvarint(b.buf, kept.Inode)
		}
		if flags&flagHash != 0 {
			b.buf = append(b.buf, e.SHA256[:]...)
		}
	case tree.Symlink:
		b.text(e.Target)
	}
	if e.Type != tree.Symlink {
		for _, kept := range e.On {
			b.buf = binary.AppendUvarint(b.buf, uint64(kept.Mode))
		}
	}
}

// Close ends the baseline with its checksum. It does not close what it was written to. Errors wrap
// ErrDamaged where something is missing.
func (b *Writer) Close() error {
	if b.shape != nil {
		if err := b.shape.end(); err != nil {
			return err
		}
	}
	b.buf = append(b.buf, 0)
	if err := b.flush(); err != nil {
		return err
	}
	if err := b.out.Flush(); err != nil {
		return err
	}
	b.out.Write(b.sum.Sum(nil))
	return b.out.Flush()
}

// Reader streams a baseline; it is a tree.Memory.
type Reader struct {
	Header
	in *input
	// swapped tells that the file's second tree is the first of whoever reads.
	swapped bool
	// next is the directory that was read ahead.
	next    tree.Path
	hasNext bool
	// shape is nil for an excerpt.
	shape *shape
	// old tells that it is of the first kind.
	old bool
	// spare are lists of records to which nobody refers any more.
	spare [][]tree.Agreed
}

// Open checks a whole baseline and begins to read it, with first as the first of the two trees. Errors wrap
// ErrDamaged, also where the baseline is of other trees. That its directories are no tree shows when they
// are read.
func Open(file io.ReadSeeker, first, second string) (*Reader, error) {
	return open(file, first, second, &shape{})
}

// OpenExcerpt is Open for an excerpt, which is read with Each.
func OpenExcerpt(file io.ReadSeeker, first, second string) (*Reader, error) {
	return open(file, first, second, nil)
}

func open(file io.ReadSeeker, first, second string, s *shape) (*Reader, error) {
	r, err := begin(file, s)
	if err != nil {
		return nil, err
	}
	switch {
	case r.IDs == [2]string{first, second}:
	case r.IDs == [2]string{second, first}:
		r.swapped = true
	default:
		return nil, fmt.Errorf("%w: it is of two other trees", ErrDamaged)
	}
	return r, r.advance()
}

// verify compares the checksum at the end with all that is before it, and returns the length of that.
func verify(file io.ReadSeeker) (int64, error) {
	end, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}
	length := end - sha256.Size
	if length < 0 {
		return 0, fmt.Errorf("%w: it is too short", ErrDamaged)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	sum := sha256.New()
	if _, err := io.CopyN(sum, file, length); err != nil {
		return 0, damaged(err)
	}
	want, err := io.ReadAll(io.LimitReader(file, sha256.Size+1))
	if err != nil {
		return 0, err
	}
	if !bytes.Equal(sum.Sum(nil), want) {
		return 0, fmt.Errorf("%w: its checksum does not hold", ErrDamaged)
	}
	_, err = file.Seek(0, io.SeekStart)
	return length, err
}

func damaged(err error) error {
	if errors.Is(err, ErrDamaged) {
		return err
	}
	return fmt.Errorf("%w: %v", ErrDamaged, err)
}

func (r *Reader) text() (string, error) {
	n, err := r.in.uvarint()
	if err != nil {
		return "", damaged(err)
	}
	if n > limit {
		return "", fmt.Errorf("%w: a name of %d bytes", ErrDamaged, n)
	}
	b, err := r.in.take(int(n))
	if err != nil {
		return "", damaged(err)
	}
	return string(b), nil
}

// advance reads on to the next directory's path, or to the end.
func (r *Reader) advance() error {
	more, err := r.in.byte()
	if err != nil {
		return damaged(err)
	}
	r.hasNext = more == 1
	if !r.hasNext {
		if _, err := r.in.byte(); more != 0 || err != io.EOF {
			return fmt.Errorf("%w: it goes on where it should end", ErrDamaged)
		}
		if r.shape != nil {
			return r.shape.end()
		}
		return nil
	}
	dir, err := r.text()
	r.next = tree.Path(dir)
	return err
}

// List is the entries of dir as the baseline's own first tree spells it (Agreed.Spelled); directories
// before it that nobody asked for are passed over. Errors wrap ErrDamaged.
func (r *Reader) List(dir tree.Path) ([]tree.Agreed, error) {
	for {
		if !r.hasNext {
			return nil, fmt.Errorf("%w: it has no directory %q here", ErrDamaged, dir)
		}
		at := r.next
		entries, err := r.directory()
		if err != nil {
			return nil, err
		}
		if at == dir {
			return entries, nil
		}
	}
}

// Each reads all directories that are left, in order.
func (r *Reader) Each(do func(dir tree.Path, entries []tree.Agreed) error) error {
	for r.hasNext {
		at := r.next
		entries, err := r.directory()
		if err == nil {
			err = do(at, entries)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// directory reads the entries of the next directory, and on to the one after it.
func (r *Reader) directory() ([]tree.Agreed, error) {
	at := r.next
	entries, err := r.entries()
	if err == nil && r.shape != nil {
		err = r.shape.directory(at, entries)
	}
	if err == nil {
		err = r.advance()
	}
	return entries, err
}
