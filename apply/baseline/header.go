package baseline

import (
	"fmt"
	"io"
	"time"
)

// Header says whose baseline it is.
type Header struct {
	// IDs are the two trees', in the order of everything that is per side in the file.
	IDs [2]string
	// PlanID is the plan whose apply wrote it.
	PlanID   string
	SyncedAt time.Time
}

// ReadHeader reads of a baseline, or of an excerpt, what it is of. Errors wrap ErrDamaged.
func ReadHeader(file io.ReadSeeker) (Header, error) {
	r, err := begin(file, nil)
	if err != nil {
		return Header{}, err
	}
	return r.Header, nil
}

// begin verifies a file and reads its header.
func begin(file io.ReadSeeker, s *shape) (*Reader, error) {
	length, err := verify(file)
	if err != nil {
		return nil, err
	}
	r := &Reader{in: newInput(io.LimitReader(file, length)), shape: s}
	got, err := r.in.take(len(magic))
	if r.old = string(got) == oldMagic; err != nil || !r.old && string(got) != magic {
		return nil, fmt.Errorf("%w: it does not begin as one", ErrDamaged)
	}
	for _, into := range []*string{&r.IDs[0], &r.IDs[1], &r.PlanID} {
		text, err := r.text()
		if err != nil {
			return nil, err
		}
		*into = text
	}
	at, err := r.in.varint()
	if err != nil {
		return nil, damaged(err)
	}
	r.SyncedAt = time.Unix(0, at).UTC()
	return r, nil
}
