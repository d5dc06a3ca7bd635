package execute

import (
	"io"
	"sync/atomic"
)

// readCounter counts what is read.
type readCounter struct {
	io.Reader
	copied *atomic.Int64 // may be nil
}

func (r *readCounter) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if r.copied != nil {
		r.copied.Add(int64(n))
	}
	return n, err
}
