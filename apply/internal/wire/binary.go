package wire

import (
	"bufio"
	"encoding/binary"
	"io"
	"slices"

	"treaty/plan/tree"
)

// encoder puts values into bytes, each as short as it is.
type encoder struct{ buf []byte }

func (e *encoder) byte(b byte)     { e.buf = append(e.buf, b) }
func (e *encoder) uint(n uint64)   { e.buf = binary.AppendUvarint(e.buf, n) }
func (e *encoder) int(n int64)     { e.buf = binary.AppendVarint(e.buf, n) }
func (e *encoder) raw(p []byte)    { e.buf = append(e.buf, p...) }
func (e *encoder) bytes(p []byte)  { e.uint(uint64(len(p))); e.raw(p) }
func (e *encoder) string(s string) { e.uint(uint64(len(s))); e.buf = append(e.buf, s...) }

// after writes a string by what it shares with the one before it.
func (e *encoder) after(before, s string) {
	shared := 0
	for shared < min(len(before), len(s)) && before[shared] == s[shared] {
		shared++
	}
	e.uint(uint64(shared))
	e.string(s[shared:])
}

func (e *encoder) time(t tree.Time) {
	at := t.Time()
	e.int(at.Unix())
	e.uint(uint64(at.Nanosecond()))
}

// decoder takes values out of bytes. After an error, which it keeps, all are zero.
type decoder struct {
	from *bufio.Reader
	err  error
	// name is room for the name that is read.
	name []byte
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

func (d *decoder) byte() byte {
	if d.err != nil {
		return 0
	}
	b, err := d.from.ReadByte()
	if err != nil {
		d.fail(torn(err))
	}
	return b
}

func (d *decoder) uint() uint64 {
	if d.err != nil {
		return 0
	}
	n, err := binary.ReadUvarint(d.from)
	if err != nil {
		d.fail(torn(err))
		return 0
	}
	return n
}

func (d *decoder) int() int64 {
	if d.err != nil {
		return 0
	}
	n, err := binary.ReadVarint(d.from)
	if err != nil {
		d.fail(torn(err))
		return 0
	}
	return n
}

// size is a whole number of at most so many.
func (d *decoder) size(most int) int {
	n := d.uint()
	if n > uint64(most) {
		d.fail(broken("%d of something of which there are %d at most", n, most))
		return 0
	}
	return int(n)
}

func (d *decoder) raw(p []byte) {
	if d.err != nil {
		return
	}
	if _, err := io.ReadFull(d.from, p); err != nil {
		d.fail(torn(err))
	}
}

// bytes are at most so many.
func (d *decoder) bytes(most int) []byte {
	n := d.size(most)
	if n == 0 || d.err != nil {
		return nil
	}
	p := make([]byte, n)
	d.raw(p)
	return p
}

func (d *decoder) string(most int) string { return string(d.bytes(most)) }

// after is a string of at most so many bytes, by what it shares with the one before it.
func (d *decoder) after(before string, most int) string {
	shared := d.size(len(before))
	rest := d.size(most)
	if d.err != nil || shared+rest > most {
		d.fail(broken("a name of more than %d bytes", most))
		return ""
	}
	d.name = slices.Grow(append(d.name[:0], before[:shared]...), rest)[:shared+rest]
	if d.raw(d.name[shared:]); d.err != nil {
		return ""
	}
	return string(d.name)
}

func (d *decoder) time() tree.Time {
	seconds, nanoseconds := d.int(), d.size(999_999_999)
	return tree.UnixTime(seconds, int64(nanoseconds))
}

// ended tells whether nothing more comes.
func (d *decoder) ended() bool {
	if d.err != nil {
		return true
	}
	if _, err := d.from.Peek(1); err != nil {
		if err != io.EOF {
			d.fail(err)
		}
		return true
	}
	return false
}
