//go:build unix

package scan

import (
	"io/fs"

	"golang.org/x/sys/unix"

	"treaty/plan/tree"
)

// file is a regular file open for reading. On small files os.File would cost as much as the reading.
type file struct{ fd int }

// file opens the regular file called name.
func (h handle) file(name string) (file, tree.Entry, error) {
	fd, st, err := h.openFile(name)
	if err != nil {
		return file{}, tree.Entry{}, err
	}
	var e tree.Entry
	fill(&e, &st)
	return file{fd}, e, nil
}

func (f file) close() { unix.Close(f.fd) }

func (f file) stat() (tree.Entry, error) {
	var st unix.Stat_t
	var e tree.Entry
	if err := unix.Fstat(f.fd, &st); err != nil {
		return e, err
	}
	fill(&e, &st)
	return e, nil
}

func (f file) descriptor() uintptr { return uintptr(f.fd) }

// read is 0, nil at the end.
func (f file) read(buf []byte) (int, error) {
	for {
		if n, err := unix.Read(f.fd, buf); err != unix.EINTR {
			return n, err
		}
	}
}

// MtimeOf is when a file was last written.
func MtimeOf(at fs.FileInfo) tree.Time { return tree.TimeOf(at.ModTime()) }
