package baseline

import (
	"encoding/binary"
	"fmt"
	"time"

	"treaty/plan/tree"
)

// time writes seconds since 1970 and, apart, nanoseconds.
func (b *Writer) time(t tree.Time) {
	at := t.Time()
	b.buf = binary.AppendVarint(b.buf, at.Unix())
	b.buf = binary.AppendUvarint(b.buf, uint64(at.Nanosecond()))
}

// time reads a time as either kind of baseline has it. Errors wrap ErrDamaged.
func (r *Reader) time(into *tree.Time) error {
	read := r.seconds
	if r.old {
		read = r.nanoseconds
	}
	seconds, nanoseconds, err := read()
	switch {
	case err != nil:
		return damaged(err)
	case nanoseconds >= uint64(time.Second):
		return fmt.Errorf("%w: a time with %d nanoseconds", ErrDamaged, nanoseconds)
	}
	*into = tree.UnixTime(seconds, int64(nanoseconds))
	return nil
}

func (r *Reader) seconds() (seconds int64, nanoseconds uint64, err error) {
	if seconds, err = r.in.varint(); err == nil {
		nanoseconds, err = r.in.uvarint()
	}
	return seconds, nanoseconds, err
}

// nanoseconds reads a time of the first kind: all nanoseconds since 1970 in eight bytes.
func (r *Reader) nanoseconds() (seconds int64, nanoseconds uint64, err error) {
	b, err := r.in.take(8)
	if err != nil {
		return 0, 0, err
	}
	at := time.Unix(0, int64(binary.LittleEndian.Uint64(b)))
	return at.Unix(), uint64(at.Nanosecond()), nil
}
