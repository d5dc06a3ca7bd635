package snapshot

import (
	"crypto/sha256"
	"errors"
	"io"

	"treaty/plan/tree"
)

// File is a snapshot that was read as a whole and found sound. It may be used by many goroutines at once.
type File struct {
	Head
	Totals
	at    io.ReaderAt
	size  int64
	newer bool
	// places are where directories begin.
	places map[tree.Path]place
}

// place is where a line begins.
type place struct {
	offset int64
	line   int
}

// Open reads a file of so many bytes and holds it to its rules. The errors are of type *Fault where it is no sound
// snapshot. Closing the File closes what it was read from, where that can be.
func Open(at io.ReaderAt, size int64) (*File, error) {
	f := &File{at: at, size: size, places: map[tree.Path]place{}}
	s := linesOf(at, 0, size, 1)
	s.sum = sha256.New()
	c := checker{file: f, scanner: s}
	if err := c.run(); err != nil {
		return nil, err
	}
	return f, nil
}

// Close closes what the file was read from.
func (f *File) Close() error {
	if c, ok := f.at.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// each reads a directory and calls do with each of its entries, until that returns false; known tells whether the
// file has the directory. What is read was found sound before: an error is of a file that was changed since.
func (f *File) each(dir tree.Path, do func(*record) bool) (d *directory, known bool, err error) {
	at, known := f.places[dir]
	if !known {
		return nil, false, nil
	}
	s := linesOf(f.at, at.offset, f.size, at.line)
	s.newer = f.newer
	first, err := s.decoded(dir)
	if err != nil {
		return nil, true, err
	}
	if first.directory == nil || first.directory.path != dir {
		return nil, true, s.wrong("it changed while it was read")
	}
	for {
		next, err := s.decoded(dir)
		if err != nil || next.record == nil {
			return first.directory, true, err
		}
		if !do(next.record) {
			return first.directory, true, nil
		}
	}
}

// decoded is the next line.
func (s *scanner) decoded(dir tree.Path) (line, error) {
	text, err := s.next()
	if errors.Is(err, io.EOF) {
		return line{}, s.fault("it is cut short: the end is missing")
	}
	if err != nil {
		return line{}, err
	}
	return s.decode(text, dir)
}

// find is the entry at a path, nil where the file has none.
func (f *File) find(path tree.Path) (found *record, err error) {
	name := path.Base()
	_, _, err = f.each(path.Parent(), func(r *record) bool {
		if r.Name == name {
			found = r
		}
		return found == nil
	})
	return found, err
}
