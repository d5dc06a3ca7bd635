package scan

import (
	"os"
	"runtime"
	"strings"
	"sync/atomic"

	"treaty/plan/tree"
)

// Dir is an open directory of a tree. It stays the same directory whatever happens to its path; all
// that it does is about one name in it. It may be used by many goroutines at once.
//
// Who got a Dir calls Release once when done with it. Until then its handle stays open, also when
// the Root that handed it out has dropped it, or was closed.
type Dir struct {
	handle
	path   tree.Path
	device uint64
	refs   atomic.Int32
}

// Stat is an entry with what identifies it while it is open.
type Stat struct {
	tree.Entry
	// Dev and Ino are 0 on Windows. They are good for one run and never to be kept: FAT numbers its
	// files anew at each mount.
	Dev, Ino uint64
	// Ctime is 0 where there is none. On FAT it is the mtime.
	Ctime tree.Time
	// Changed is when anything about the entry last changed, as far as the system tells; of a directory also when
	// a name in it did.
	Changed tree.Time
}

func newDir(h handle, path tree.Path, device uint64) *Dir {
	d := &Dir{handle: h, path: path, device: device}
	d.refs.Store(1)
	return d
}

// Path is where the directory was opened in its tree.
func (d *Dir) Path() tree.Path { return d.path }

// retain adds a reference; the caller must hold one, or the lock under which the last is dropped.
func (d *Dir) retain() *Dir {
	d.refs.Add(1)
	return d
}

// Release gives the directory back. Neither it nor its FD may be used afterwards.
func (d *Dir) Release() {
	switch left := d.refs.Add(-1); {
	case left == 0:
		d.handle.close()
	case left < 0:
		panic("scan: a directory was released twice")
	}
}

// Lstat is what is at name, links not followed: with the full mtime, with the mode that the system
// reports (also where the filesystem keeps none), with a link's target. Errors wrap fs.ErrNotExist
// where there is nothing.
func (d *Dir) Lstat(name string) (tree.Entry, error) {
	s, err := d.Stat(name)
	return s.Entry, err
}

// Stat is Lstat with what identifies the entry.
func (d *Dir) Stat(name string) (Stat, error) {
	s, err := d.lstat(name)
	if err != nil {
		return Stat{}, d.error(name, err)
	}
	s.Name, s.Key = name, tree.CollisionKey(name)
	return s, nil
}

// Self is the directory's own entry, without a name.
func (d *Dir) Self() (Stat, error) {
	s, err := d.handle.self()
	if err != nil {
		return Stat{}, d.error("", err)
	}
	return s, nil
}

// Holds tells whether the directory called name is below, and not another that took its place.
func (d *Dir) Holds(name string, below *Dir) bool {
	return component(name) == nil && d.handle.holds(name, below.handle)
}

// Open opens the regular file called name for reading. It neither follows a link nor waits for a
// FIFO's writer. Errors wrap ErrNotRegular, ErrSymlink, fs.ErrNotExist or fs.ErrPermission.
func (d *Dir) Open(name string) (*os.File, error) {
	if err := component(name); err != nil {
		return nil, d.error(name, err)
	}
	f, err := d.open(name)
	if err != nil {
		return nil, d.error(name, err)
	}
	return f, nil
}

// OpenDir opens the directory called name, not cached. Errors wrap ErrSymlink, ErrNotDirectory,
// ErrOtherDevice, fs.ErrNotExist or fs.ErrPermission.
func (d *Dir) OpenDir(name string) (*Dir, error) {
	if err := component(name); err != nil {
		return nil, d.error(name, err)
	}
	h, err := d.openDir(name, d.device)
	if err != nil {
		return nil, d.error(name, err)
	}
	return newDir(h, d.path.Join(name), d.device), nil
}

// Readlink is the target of the link called name, verbatim.
func (d *Dir) Readlink(name string) (string, error) {
	if err := component(name); err != nil {
		return "", d.error(name, err)
	}
	target, err := d.readlink(name)
	if err != nil {
		return "", d.error(name, err)
	}
	return target, nil
}

// Names are all names in the directory, in no order, treaty's own folder included.
func (d *Dir) Names() ([]string, error) {
	names, err := d.handle.names()
	if err != nil {
		return nil, d.error("", err)
	}
	return names, nil
}

// lstat is Stat without the name.
func (d *Dir) lstat(name string) (Stat, error) {
	if err := component(name); err != nil {
		return Stat{}, err
	}
	s, err := d.handle.stat(name)
	if err != nil {
		return Stat{}, err
	}
	if s.Type == tree.Symlink {
		if s.Target, err = d.readlink(name); err != nil {
			return Stat{}, err
		}
	}
	return s, nil
}

func (d *Dir) error(name string, err error) error {
	return tree.About(d.path.Join(name), err)
}

// component checks that name is one component and none that leads elsewhere.
func component(name string) error {
	switch {
	case name == "", name == ".", name == "..", strings.ContainsAny(name, "/\x00"):
		return ErrName
	case runtime.GOOS != "windows":
	case strings.ContainsAny(name, `\:`), strings.HasSuffix(name, "."), strings.HasSuffix(name, " "):
		// os.Root drops dots and spaces at the end, and would open another entry.
		return ErrName
	}
	return nil
}
