package execute

import (
	"io"
	"sync/atomic"

	"treaty/apply/volume"
)

// reading is what looks at a source as it is read: text sees it where it may be a text to keep, and counted counts it.
type reading struct {
	text    seenText
	counted readCounter
}

// readCounter counts what is read.
type readCounter struct {
	io.Reader
	copied *atomic.Int64 // may be nil
}

// Descriptor is that of what is read, if it has one.
func (r *readCounter) Descriptor() (uintptr, bool) { return descriptor(r.Reader) }

// Taken counts what was not read, but taken over.
func (r *readCounter) Taken(size int64) {
	r.Reader.(volume.Sharing).Taken(size)
	if r.copied != nil {
		r.copied.Add(size)
	}
}

// descriptor is that of what is read, if it has one.
func descriptor(from io.Reader) (uintptr, bool) {
	if s, can := from.(volume.Sharing); can {
		return s.Descriptor()
	}
	return 0, false
}

func (r *readCounter) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if r.copied != nil {
		r.copied.Add(int64(n))
	}
	return n, err
}
