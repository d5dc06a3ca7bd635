package remote

import (
	"bufio"
	"context"
	"io"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// content is a file that is sent.
type content struct {
	*exchange
	from *bufio.Reader
	// size and mtime are what the file has, as it was told last.
	size  int64
	mtime tree.Time
	read  int64
	// ended tells that all of it was read, and what it was then is known.
	ended_ bool
}

// receive makes a call that is answered by a file.
func receive[Q any](f *files, of wire.Call[Q, wire.StampAnswer], q *Q) (volume.Content, error) {
	e, err := begin(context.Background(), f, of, q, nil)
	if err != nil {
		return nil, err
	}
	head, err := first(e, of)
	if err != nil {
		e.Close()
		return nil, err
	}
	room := min(max(head.Size, 0), wire.Chunk) // most files are small, and there are thousands
	return &content{exchange: e, from: bufio.NewReaderSize(e, int(room)), size: head.Size, mtime: head.Mtime}, nil
}

// Read reads on. At the end it learns what the file has then.
func (c *content) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.read += int64(n)
	if err == io.EOF && !c.ended_ {
		if failed := c.finish(); failed != nil {
			return n, failed
		}
	}
	return n, err
}

func (c *content) finish() error {
	answer, err := end(c.exchange, wire.Content)
	if err != nil {
		return err
	}
	c.ended_, c.size, c.mtime = true, answer.Size, answer.Mtime
	return nil
}

// Stamp is what the file had when it was opened, or, once something was read, what it had when the last of it was. Of a
// file that has more than was read, the size is no more than known to be larger than that.
func (c *content) Stamp() (int64, tree.Time, error) {
	if c.read == 0 || c.ended_ {
		return c.size, c.mtime, nil
	}
	if _, err := c.from.Peek(1); err == nil {
		return max(c.size, c.read+int64(c.from.Buffered())), c.mtime, nil
	} else if err != io.EOF {
		return 0, tree.Time{}, err
	}
	err := c.finish()
	return c.size, c.mtime, err
}

// part is a file of treaty's own that is read from anywhere.
type part struct {
	files *files
	name  string
	size  int64
	at    int64
	// sent is what comes from at on, nil before something was read there.
	sent *exchange
}

// OpenPrivate opens a file of treaty's own to be streamed.
func (f *files) OpenPrivate(name string) (io.ReadSeekCloser, int64, error) {
	p := &part{files: f, name: name}
	if err := p.begin(); err != nil {
		return nil, 0, err
	}
	return p, p.size, nil
}

// begin has the file sent from where it is read.
func (p *part) begin() error {
	q := &wire.PartAsk{Name: wire.Inner(p.name), From: p.at}
	e, err := begin(context.Background(), p.files, wire.PrivatePart, q, nil)
	if err != nil {
		return err
	}
	head, err := first(e, wire.PrivatePart)
	if err != nil {
		e.Close()
		return err
	}
	p.sent, p.size = e, head.Size
	return nil
}

// Read reads on.
func (p *part) Read(b []byte) (int, error) {
	if p.sent == nil {
		if err := p.begin(); err != nil {
			return 0, err
		}
	}
	n, err := p.sent.Read(b)
	p.at += int64(n)
	if err == io.EOF {
		if _, failed := end(p.sent, wire.PrivatePart); failed != nil {
			return n, failed
		}
	}
	return n, err
}

// Seek makes another byte the next that is read.
func (p *part) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += p.at
	case io.SeekEnd:
		offset += p.size
	}
	if offset != p.at {
		p.Close()
		p.at = offset
	}
	return p.at, nil
}

// Close ends it.
func (p *part) Close() error {
	if p.sent != nil {
		p.sent.Close()
		p.sent = nil
	}
	return nil
}
