package wire

import (
	"bufio"
	"encoding/json"
	"io"

	"treaty/plan/scan"
	"treaty/plan/tree"
)

// maxPath is how many bytes a path has at most.
const maxPath = (tree.MaxDepth + 1) * (maxName + 1)

// What a wanted file's first byte says.
const (
	wantsHead = 1 << iota
	wantsHeadOnly
)

// WantedWriter writes which files are to be read.
type WantedWriter struct {
	to     io.Writer
	enc    encoder
	before string
}

// NewWantedWriter writes to a stream of data.
func NewWantedWriter(to io.Writer) *WantedWriter { return &WantedWriter{to: to} }

// Write adds a file.
func (w *WantedWriter) Write(f *tree.Wanted) error {
	var flags byte
	if f.Head {
		flags |= wantsHead
	}
	if f.HeadOnly {
		flags |= wantsHeadOnly
	}
	w.enc.byte(flags)
	w.enc.after(w.before, string(f.Path))
	w.before = string(f.Path)
	w.enc.uint(uint64(f.Size))
	w.enc.time(f.Mtime)
	if len(w.enc.buf) < Chunk {
		return nil
	}
	return w.Flush()
}

// Flush sends what was written.
func (w *WantedWriter) Flush() error {
	_, err := w.to.Write(w.enc.buf)
	w.enc.buf = w.enc.buf[:0]
	return err
}

// WantedReader reads which files are to be read.
type WantedReader struct {
	from   decoder
	before string
}

// NewWantedReader reads from a stream of data.
func NewWantedReader(from io.Reader) *WantedReader {
	return &WantedReader{from: decoder{from: bufio.NewReader(from)}}
}

// Next are the next files, at most so many; none at the end.
func (r *WantedReader) Next(most int) ([]tree.Wanted, error) {
	var list []tree.Wanted
	for len(list) < most && !r.from.ended() {
		flags := r.from.byte()
		r.before = r.from.after(r.before, maxPath)
		if err := inside(r.before); err != nil {
			r.from.fail(err)
		}
		list = append(list, tree.Wanted{Path: tree.Path(r.before), Size: int64(r.from.uint()), Mtime: r.from.time(),
			Head: flags&wantsHead != 0, HeadOnly: flags&wantsHeadOnly != 0})
	}
	return list, r.from.err
}

// What the first byte of what was read says.
const (
	hasHash = 1 << iota
	hasExtras
	hasError
)

// ContentWriter writes what reading files brought.
type ContentWriter struct {
	to  io.Writer
	enc encoder
}

// NewContentWriter writes to a stream of data.
func NewContentWriter(to io.Writer) *ContentWriter { return &ContentWriter{to: to} }

// Write adds what reading a file brought.
func (w *ContentWriter) Write(c *tree.Content) error {
	var flags byte
	if c.SHA256.Known() {
		flags |= hasHash
	}
	if c.Extras {
		flags |= hasExtras
	}
	if c.Err != nil {
		flags |= hasError
	}
	w.enc.byte(flags)
	if c.SHA256.Known() {
		w.enc.raw(c.SHA256[:])
	}
	w.enc.bytes(c.Head)
	if c.Err != nil {
		text, err := json.Marshal(FaultOf(c.Err))
		if err != nil {
			return err
		}
		w.enc.bytes(text)
	}
	if len(w.enc.buf) < Chunk {
		return nil
	}
	return w.Flush()
}

// Flush sends what was written.
func (w *ContentWriter) Flush() error {
	_, err := w.to.Write(w.enc.buf)
	w.enc.buf = w.enc.buf[:0]
	return err
}

// ContentReader reads what reading files brought.
type ContentReader struct {
	from  decoder
	newer bool
}

// NewContentReader reads from a stream of data. Newer tells that who writes it is.
func NewContentReader(from io.Reader, newer bool) *ContentReader {
	return &ContentReader{decoder{from: bufio.NewReader(from)}, newer}
}

// Next is what reading the next file brought. Errors wrap ErrBroken where reading brings nothing like that.
func (r *ContentReader) Next() (c tree.Content, err error) {
	flags := r.from.byte()
	if flags&hasHash != 0 {
		r.from.raw(c.SHA256[:])
	}
	c.Extras = flags&hasExtras != 0
	c.Head = r.from.bytes(scan.HeadLimit)
	if flags&hasError != 0 {
		var fault Fault
		if text := r.from.bytes(MaxMessage); r.from.err == nil {
			r.from.fail(decode(text, &fault, r.newer))
		}
		c.Err = fault.Err()
	}
	if r.from.err != nil {
		return tree.Content{}, r.from.err
	}
	return c, nil
}

// Names are put into bytes, for lists that know no bound but MaxEntries.
func AppendNames(names []string) []byte {
	var e encoder
	for _, name := range names {
		e.string(name)
	}
	return e.buf
}

// ReadNames reads what AppendNames wrote, up to the end: names of at most so many bytes.
func ReadNames(from io.Reader, most int) ([]string, error) {
	d := decoder{from: bufio.NewReader(from)}
	var names []string
	for !d.ended() {
		if len(names) >= MaxEntries {
			return nil, broken("more than %d names", MaxEntries)
		}
		names = append(names, d.string(most))
	}
	return names, d.err
}

// MaxPath is how many bytes a name has at most that is more than one of a directory's, and MaxName one of those.
const (
	MaxPath = maxPath
	MaxName = maxName
)
