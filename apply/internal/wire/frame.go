package wire

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
)

// The bounds of what an end may send at once, in bytes.
const (
	// MaxMessage is of a message, as JSON.
	MaxMessage = 1 << 20
	// MaxData is of a frame of data.
	MaxData = 256 << 10
	// Chunk is how much of a content is sent in a frame, but for what is large.
	Chunk = 64 << 10
)

// Copy copies all that is left of a content, in the parts in which it is sent.
func Copy(to io.Writer, from io.Reader) error {
	if w, frames := to.(*Writer); frames {
		return w.copy(from)
	}
	part := parts.Get().(*[header + Chunk]byte)
	defer parts.Put(part)
	// Whoever is copied to or from may have a way of its own, with parts of its own.
	_, err := io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, part[:])
	return err
}

// copy sends all that is left of a content in frames of Chunk, and in the largest where it goes on: each is handed on
// by several goroutines at both ends.
func (w *Writer) copy(from io.Reader) error {
	const small = 8 // frames
	part := parts.Get().(*[header + Chunk]byte)
	more, err := w.frames(from, part[:], small)
	if parts.Put(part); !more {
		return err
	}
	large := largeParts.Get().(*[header + MaxData]byte)
	defer largeParts.Put(large)
	for more {
		more, err = w.frames(from, large[:], small)
	}
	return err
}

// frames sends at most so many frames of a content, each read to where it is sent from. It tells whether there may be
// more.
func (w *Writer) frames(from io.Reader, part []byte, most int) (more bool, err error) {
	for range most {
		n, err := from.Read(part[header:])
		if n > 0 {
			putHeader(part, Data, n)
			if _, unsent := w.to.Write(part[:header+n]); unsent != nil {
				return false, unsent
			}
		}
		switch err {
		case nil:
		case io.EOF:
			return false, nil
		default:
			return false, err
		}
	}
	return true, nil
}

// parts and largeParts have memory for frames: most files are smaller, and there are thousands.
var (
	parts      = sync.Pool{New: func() any { return new([header + Chunk]byte) }}
	largeParts = sync.Pool{New: func() any { return new([header + MaxData]byte) }}
)

// Kind is what a frame is.
type Kind byte

const (
	// Message is JSON: a question, or the part of an answer that comes before its data.
	Message Kind = 'm'
	// Data is a part of a stream.
	Data Kind = 'd'
	// End is the last frame: JSON.
	End Kind = 'e'
	// Abort is the last frame where what was to be sent cannot be: a Fault.
	Abort Kind = 'x'
)

// ErrBroken is wrapped by every error that means that an end does not keep to the rules.
var ErrBroken = errors.New("the other end breaks the rules")

// broken is an error of what an end has sent.
func broken(why string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrBroken, fmt.Sprintf(why, args...))
}

// header is a frame's: its kind, and the length of what follows.
const header = 5

// putHeader makes a text begin with the header of a frame of so many bytes.
func putHeader(text []byte, kind Kind, size int) {
	text[0] = byte(kind)
	binary.BigEndian.PutUint32(text[1:], uint32(size))
}

// Writer writes frames.
type Writer struct {
	to  io.Writer
	buf []byte
}

// NewWriter writes frames to a stream, each in one call.
func NewWriter(to io.Writer) *Writer { return &Writer{to: to} }

// Send writes a frame of JSON.
func (w *Writer) Send(kind Kind, value any) error {
	text, err := appendMessage(append(w.buf[:0], make([]byte, header)...), value)
	if err != nil {
		return err
	}
	if w.buf = text; len(text)-header > MaxMessage {
		return fmt.Errorf("a message of %d bytes, where %d are the most", len(text)-header, MaxMessage)
	}
	putHeader(text, kind, len(text)-header)
	_, err = w.to.Write(text)
	return err
}

// Write writes frames of data.
func (w *Writer) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n := min(len(p)-done, Chunk)
		if err := w.frame(Data, p[done:done+n]); err != nil {
			return done, err
		}
		done += n
	}
	return done, nil
}

// SendPart writes what upload writes, nothing for nil, and its end. Where that fails the end says so; the error is of
// writing that.
func (w *Writer) SendPart(upload func(*Writer) error) error {
	if upload != nil {
		if err := upload(w); err != nil {
			return w.Send(Abort, FaultOf(err))
		}
	}
	return w.Send(End, &Done{})
}

func (w *Writer) frame(kind Kind, p []byte) error {
	w.buf = append(w.buf[:0], 0, 0, 0, 0, 0)
	putHeader(w.buf, kind, len(p))
	w.buf = append(w.buf, p...)
	_, err := w.to.Write(w.buf)
	return err
}

// Reader reads frames. As an io.Reader it reads the data up to the last frame, and then returns io.EOF, or, where the
// stream was aborted, the error that it was aborted for.
type Reader struct {
	// Newer tells that who writes is newer (Hello.Newer).
	Newer bool

	from *bufio.Reader
	// left is how much of the frame of data being read is still to come.
	left int
	// last is the frame that ended the stream, once it has.
	last Kind
	// text is of the frame that was read last, if that was no data, and room for the next one's.
	text    []byte
	aborted error
}

// NewReader reads the frames of a stream.
func NewReader(from io.Reader) *Reader { return &Reader{from: bufio.NewReaderSize(from, Chunk+header)} }

// First reads what an answer begins with, into answer: a message, or the end, which ended tells.
func (r *Reader) First(answer any) (ended bool, err error) {
	kind, err := r.next()
	switch {
	case err != nil:
		return false, err
	case kind != Message && kind != End:
		return false, broken("a frame %q came where an answer was due", kind)
	}
	return kind == End, decode(r.text, answer, r.Newer)
}

// Question reads what comes where a question may; false where the end came. Errors wrap ErrBroken where it is neither.
func (r *Reader) Question() (q Asked, more bool, err error) {
	switch kind, err := r.next(); {
	case err != nil:
		return Asked{}, false, err
	case kind == End:
		return Asked{}, false, nil
	case kind != Message:
		return Asked{}, false, broken("a frame %q came where a question was due", kind)
	}
	q, err = asked(r.text)
	q.newer = r.Newer
	return q, true, err
}

// Failed is the error that came with the end, nil where none did, or something else came.
func (r *Reader) Failed() error {
	if r.left > 0 {
		return nil
	}
	var end Outcome
	if kind, err := r.next(); err != nil || kind != End || json.Unmarshal(r.text, &end) != nil {
		return nil
	}
	return end.Fault.Err()
}

// GoOn reads on behind what was the end of a part.
func (r *Reader) GoOn() { r.last, r.aborted = 0, nil }

// next reads the head of the next frame, and all of one that is no data.
func (r *Reader) next() (Kind, error) {
	if r.last != 0 {
		return r.last, r.aborted
	}
	var head [header]byte
	if _, err := io.ReadFull(r.from, head[:]); err != nil {
		return 0, torn(err)
	}
	kind, size := Kind(head[0]), int(binary.BigEndian.Uint32(head[1:]))
	switch {
	case kind == Data && size <= MaxData:
		r.left = size
		return kind, nil
	case kind != Message && kind != End && kind != Abort:
		return 0, broken("a frame of the unknown kind %q", kind)
	case size > MaxMessage:
		return 0, broken("a message of %d bytes", size)
	}
	r.text = slices.Grow(r.text[:0], size)[:size]
	if _, err := io.ReadFull(r.from, r.text); err != nil {
		return 0, torn(err)
	}
	switch kind {
	case End:
		r.last = kind
	case Abort:
		r.last = kind
		var fault Fault
		if err := decode(r.text, &fault, r.Newer); err != nil {
			return 0, err
		}
		r.aborted = fault.Err()
		return kind, r.aborted
	}
	return kind, nil
}

// Read reads data.
func (r *Reader) Read(p []byte) (int, error) {
	for r.left == 0 {
		switch kind, err := r.next(); {
		case err != nil:
			return 0, err
		case kind == End:
			return 0, io.EOF
		case kind != Data:
			return 0, broken("a frame %q came amid data", kind)
		}
	}
	n, err := r.from.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, torn(err)
}

// Ended reads what came with the end into value. Errors wrap ErrBroken where there is still data.
func (r *Reader) Ended(value any) error {
	if r.left > 0 {
		return broken("data came where the end was due")
	}
	kind, err := r.next()
	switch {
	case err != nil:
		return err
	case kind != End:
		return broken("a frame %q came where the end was due", kind)
	}
	return decode(r.text, value, r.Newer)
}

// torn is the error of a stream that ends within: io.EOF is for what ended as it should.
func torn(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// decode reads one value of JSON that is all of a text, and has nothing that it has no place for, unless who wrote it
// is newer.
func decode(text []byte, value any, newer bool) error {
	if readPlain(text, value) {
		return nil
	}
	from := json.NewDecoder(bytes.NewReader(text))
	if !newer {
		from.DisallowUnknownFields()
	}
	err := from.Decode(value)
	if err == nil && len(bytes.TrimSpace(text[from.InputOffset():])) > 0 {
		err = errors.New("more comes behind it")
	}
	if err != nil {
		return broken("a message that cannot be read: %v", err)
	}
	return nil
}
