package scan

import (
	"io"

	"treaty/plan/tree"
)

// Contents is a regular file that is read once, from its beginning. It is for one goroutine, which closes it.
type Contents struct {
	file
	// size and mtime are those with which it was opened.
	size  int64
	mtime tree.Time
	read  int64
}

// Contents opens the regular file called name. Errors are those of Open.
func (d *Dir) Contents(name string) (*Contents, error) {
	if err := component(name); err != nil {
		return nil, d.error(name, err)
	}
	f, e, err := d.file(name)
	if err != nil {
		return nil, d.error(name, err)
	}
	return &Contents{file: f, size: e.Size, mtime: e.Mtime}, nil
}

// Read returns io.EOF with the last bytes already where the volume had no more to give than were asked for, and these
// were as many as the file had when it was opened: most files are read in one call.
func (c *Contents) Read(p []byte) (int, error) {
	n, err := c.file.read(p)
	c.read += int64(n)
	switch {
	case err != nil, len(p) == 0:
		return n, err
	case n == 0, n < len(p) && c.read == c.size:
		return n, io.EOF
	}
	return n, nil
}

// Descriptor is that of the open file.
func (c *Contents) Descriptor() (uintptr, bool) { return c.file.descriptor(), true }

// Taken tells that somebody has taken over so many bytes, which are all, without reading them.
func (c *Contents) Taken(size int64) { c.read = max(size, 1) }

// Stamp is the size and the time that the file has now, or, as long as nothing was read, those with which it was
// opened.
func (c *Contents) Stamp() (int64, tree.Time, error) {
	if c.read == 0 {
		return c.size, c.mtime, nil
	}
	e, err := c.file.stat()
	return e.Size, e.Mtime, err
}

// Close gives the file back.
func (c *Contents) Close() error {
	c.file.close()
	return nil
}
