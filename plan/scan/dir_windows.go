package scan

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/windows"

	"treaty/plan/tree"
)

// handle is an open directory. Names given to it are single components, so that os.Root has nothing
// to resolve but a link that takes a name's place; SameFile finds that out.
type handle struct{ root *os.Root }

// Root is the directory, for calls relative to it. It stays the Dir's own: don't close it.
func (h handle) Root() *os.Root { return h.root }

func (h handle) close() { h.root.Close() }

func openTop(path string) (handle, error) {
	at, err := os.Stat(path)
	if err != nil {
		return handle{}, err
	}
	if !at.IsDir() {
		return handle{}, ErrNotDirectory
	}
	root, err := os.OpenRoot(path)
	return handle{root}, err
}

// openDir needs no device: where another volume is mounted stands a reparse point, which is no
// directory to Lstat.
func (h handle) openDir(name string, _ uint64) (handle, error) {
	at, err := h.root.Lstat(name)
	switch {
	case err != nil:
		return handle{}, err
	case at.Mode()&fs.ModeSymlink != 0:
		return handle{}, ErrSymlink
	case reparse(at) && !at.IsDir():
		return handle{}, ErrOtherDevice
	case !at.IsDir():
		return handle{}, ErrNotDirectory
	case Dataless(at):
		return handle{}, ErrDataless
	}
	root, err := h.root.OpenRoot(name)
	if err != nil {
		return handle{}, err
	}
	opened, err := root.Stat(".")
	if err != nil {
		root.Close()
		return handle{}, err
	}
	if !os.SameFile(at, opened) {
		root.Close()
		return handle{}, ErrSymlink
	}
	return handle{root}, nil
}

func (h handle) open(name string) (*os.File, error) {
	at, err := h.root.Lstat(name)
	switch {
	case err != nil:
		return nil, shared(err)
	case at.Mode()&fs.ModeSymlink != 0:
		return nil, linked{}
	case !at.Mode().IsRegular():
		return nil, ErrNotRegular
	case Dataless(at):
		return nil, ErrDataless
	}
	f, err := h.root.Open(name)
	if err != nil {
		return nil, shared(err)
	}
	opened, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	if !os.SameFile(at, opened) || !opened.Mode().IsRegular() {
		f.Close()
		return nil, ErrNotRegular
	}
	return f, nil
}

func (h handle) stat(name string) (Stat, error) {
	at, err := h.root.Lstat(name)
	if err != nil {
		return Stat{}, shared(err)
	}
	return statOf(at), nil
}

func (h handle) self() (Stat, error) {
	at, err := h.root.Stat(".")
	if err != nil {
		return Stat{}, err
	}
	return statOf(at), nil
}

// holds tells whether name is the directory open as below.
func (h handle) holds(name string, below handle) bool {
	open, err := below.root.Stat(".")
	if err != nil {
		return false
	}
	named, err := h.root.Lstat(name)
	return err == nil && os.SameFile(open, named)
}

// links is unknown here.
func (handle) links() uint32 { return 0 }

func (h handle) readlink(name string) (string, error) { return h.root.Readlink(name) }

// fresh is the same directory, for reading it.
func (h handle) fresh() (handle, error) {
	root, err := h.root.OpenRoot(".")
	return handle{root}, err
}

func (h handle) names() ([]string, error) {
	f, err := h.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Readdirnames(-1)
}

func statOf(at fs.FileInfo) Stat {
	s := Stat{Changed: MtimeOf(at)}
	fill(&s.Entry, at)
	return s
}

// fill sets what a stat tells of an entry. Reparse points other than links, such as junctions,
// mounted volumes and files that lie in a cloud, are special.
func fill(e *tree.Entry, at fs.FileInfo) {
	switch mode := at.Mode(); {
	case mode&fs.ModeSymlink != 0:
		e.Type = tree.Symlink
	case mode.IsDir():
		e.Type = tree.Directory
	case mode.IsRegular():
		e.Type = tree.File
		e.Size = at.Size()
		e.Mtime = MtimeOf(at)
	default:
		e.Type = tree.Special
		e.Obstacle, e.Why = tree.SpecialFile, "neither file, directory nor link"
		if reparse(at) {
			e.Why = "a reparse point"
		}
	}
}

// MtimeOf is when a file was last written. What the standard library makes of it ends in 1677 and 2262.
func MtimeOf(at fs.FileInfo) tree.Time {
	data, ok := at.Sys().(*syscall.Win32FileAttributeData)
	if !ok {
		return tree.TimeOf(at.ModTime())
	}
	return timeOf(data.LastWriteTime)
}

// timeOf is a time of Windows', which counts steps of 100 ns from the year 1601.
func timeOf(t syscall.Filetime) tree.Time {
	const aSecond, from1601 = 10_000_000, 11_644_473_600
	steps := uint64(t.HighDateTime)<<32 | uint64(t.LowDateTime)
	return tree.UnixTime(int64(steps/aSecond)-from1601, int64(steps%aSecond)*100)
}

func reparse(at fs.FileInfo) bool { return attributes(at)&windows.FILE_ATTRIBUTE_REPARSE_POINT != 0 }

// Dataless tells of a placeholder of OneDrive or another cloud, or of a file that was moved to tape: the
// first read would fetch it. Where Windows does not disguise placeholders from programs, they are reparse
// points.
func Dataless(at fs.FileInfo) bool {
	const elsewhere = windows.FILE_ATTRIBUTE_OFFLINE | windows.FILE_ATTRIBUTE_RECALL_ON_OPEN |
		windows.FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS
	return attributes(at)&elsewhere != 0
}

func attributes(at fs.FileInfo) uint32 {
	data, ok := at.Sys().(*syscall.Win32FileAttributeData)
	if !ok {
		return 0
	}
	return data.FileAttributes
}

// shared gives the refusals of a file that another program keeps for itself their name.
func shared(err error) error {
	if errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrInUse
	}
	return err
}
