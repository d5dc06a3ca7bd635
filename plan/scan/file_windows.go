package scan

import (
	"io"
	"os"

	"treaty/plan/tree"
)

// file is a regular file open for reading.
type file struct{ open *os.File }

// file opens the regular file called name.
func (h handle) file(name string) (file, tree.Entry, error) {
	opened, err := h.open(name)
	if err != nil {
		return file{}, tree.Entry{}, err
	}
	f := file{opened}
	e, err := f.stat()
	if err != nil {
		f.close()
	}
	return f, e, err
}

func (f file) close() { f.open.Close() }

func (f file) stat() (tree.Entry, error) {
	var e tree.Entry
	at, err := f.open.Stat()
	if err == nil {
		fill(&e, at)
	}
	return e, err
}

func (f file) descriptor() uintptr { return f.open.Fd() }

// read is 0, nil at the end.
func (f file) read(buf []byte) (int, error) {
	n, err := f.open.Read(buf)
	if err == io.EOF {
		err = nil
	}
	return n, shared(err)
}

// extras would be alternate data streams, which nothing here looks for.
func (f file) extras() bool { return false }
