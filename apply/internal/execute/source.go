package apply

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync/atomic"

	"treaty/apply/volume"
	"treaty/plan/scan"
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

// gone says of a source that is not there, or is something else now, that it is not as planned.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, scan.ErrNotRegular) || errors.Is(err, scan.ErrSymlink) || errors.Is(err, scan.ErrNotDirectory) {
		return fmt.Errorf("%w: %w", volume.ErrSource, err)
	}
	return err
}
