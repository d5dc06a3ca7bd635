package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"treaty/plan/tree"
)

// Kind is what a call does to the volume.
type Kind string

const (
	MakeFolder   Kind = "mkdir"
	MakeFile     Kind = "create"
	MakeSymlink  Kind = "symlink"
	WriteFile    Kind = "write"
	SetMode      Kind = "chmod"
	SetTime      Kind = "utime"
	Link         Kind = "link"
	Rename       Kind = "rename"
	Exchange     Kind = "exchange"
	Unlink       Kind = "unlink"
	RemoveFolder Kind = "rmdir"
	SyncFile     Kind = "fsync"
	SyncFolder   Kind = "fsync-folder"
	SyncVolume   Kind = "syncfs"
)

// changesNames tells whether a call changes what a directory lists.
func (k Kind) changesNames() bool {
	switch k {
	case MakeFolder, MakeFile, MakeSymlink, Link, Rename, Exchange, Unlink, RemoveFolder:
		return true
	}
	return false
}

// Call is one call that changes or syncs something, as offered to a Hook.
type Call struct {
	Kind Kind
	// Path is relative to the tree's root. It is the new name for renames and links.
	Path string
}

func (c Call) String() string { return fmt.Sprintf("%s %s", c.Kind, c.Path) }

// This file is the funnel: nothing else in treaty calls what changes a tree (funnel_test.go holds it to
// that). Each method offers the call to the hook and then makes it. Names are single components.

func (t *base) offer(kind Kind, path string) error {
	if t.hook == nil {
		return nil
	}
	return t.hook(Call{kind, path})
}

// at is where name in d stands, for hooks and errors.
func (d *view) at(name string) string {
	if d.path == "" {
		return name
	}
	return d.path + "/" + name
}

// failed gives err the call and the path, once.
func failed(kind Kind, path string, err error) error {
	if err == nil {
		return nil
	}
	var already *fs.PathError
	if errors.As(err, &already) {
		err = already.Err
	}
	return &fs.PathError{Op: string(kind), Path: path, Err: err}
}

// do offers a call that changes name in d, and the names in others, makes it, and notes it for the next barrier.
func (d *folder) do(kind Kind, name string, call func() error, others ...*folder) error {
	err := d.attempt(kind, name, call, others...)
	if err == nil {
		d.tree.touched(kind, d, name)
	}
	return err
}

// attempt offers a call and makes it: twice, where it is refused because of what one of these directories lets its
// owner do, and that can be changed for the while.
func (d *folder) attempt(kind Kind, name string, call func() error, others ...*folder) error {
	try := func() error {
		if d.tree.hook != nil {
			if err := d.tree.hook(Call{kind, d.at(name)}); err != nil {
				return err
			}
		}
		return call()
	}
	err := try()
	if err != nil && kind.changesNames() && denied(err) {
		if again, refused := d.tree.lend(append(others, d)...); refused != nil {
			return refused
		} else if again {
			err = try()
		}
	}
	if err != nil {
		return failed(kind, d.at(name), err)
	}
	return nil
}

func (d *folder) mkdir(name string, perm uint32) error {
	return d.do(MakeFolder, name, func() error { return sysMkdir(d.handle, name, perm) })
}

// create opens a new file for reading and writing, private until its mode is set.
func (d *folder) create(name string) (file *os.File, err error) {
	err = d.do(MakeFile, name, func() error {
		file, err = sysCreate(d.handle, name, privateFileMode)
		return err
	})
	return file, err
}

// making is a file that was made just now in a folder, and is being filled. What is done to it is made durable by the
// barrier that it is given to once it is staged, and not noted for any.
type making struct {
	newFile
	d    *folder
	name string
}

// make opens a new file to be filled that has the mode perm, less what the umask takes.
func (d *folder) make(name string, perm uint32) (*making, error) {
	m := &making{d: d, name: name}
	err := d.do(MakeFile, name, func() (err error) {
		m.newFile, err = sysMake(d.handle, name, perm)
		return err
	})
	return m, err
}

// fill appends to it.
func (m *making) fill(p []byte) error {
	return m.d.attempt(WriteFile, m.name, func() error { return sysFill(m.newFile, p) })
}

// share makes it share what the open file fd holds, all of it; nothing was written to it yet. errors.ErrUnsupported is
// the most common error.
func (m *making) share(fd uintptr) error {
	return m.d.do(WriteFile, m.name, func() error { return sysShare(m.newFile, fd) })
}

// touch sets its mtime.
func (m *making) touch(mtime tree.Time) error {
	return m.d.attempt(SetTime, m.name, func() error { return sysTouchNew(m.newFile, m.d.handle, m.name, mtime) })
}

// chmod sets its mode.
func (m *making) chmod(mode tree.Mode) error {
	return m.d.attempt(SetMode, m.name, func() error { return sysChmodNew(m.newFile, mode.Bits()) })
}

func (d *folder) symlink(target, name string) error {
	return d.do(MakeSymlink, name, func() error { return sysSymlink(target, d.handle, name) })
}

func (d *folder) write(file *os.File, name string, p []byte) error {
	return d.do(WriteFile, name, func() error {
		_, err := file.Write(p)
		return err
	})
}

func (d *folder) chmodFile(file *os.File, name string, mode tree.Mode) error {
	return d.do(SetMode, name, func() error { return sysChmodFile(file, mode.Bits()) })
}

// chmod sets the mode of name itself, never of what a link points to.
func (d *folder) chmod(name string, mode tree.Mode) error {
	return d.do(SetMode, name, func() error { return sysChmodAt(d.handle, name, mode.Bits()) })
}

// chmodSelf sets the mode of d itself, whatever its name is by now.
func (d *folder) chmodSelf(mode tree.Mode) error {
	err := d.tree.offer(SetMode, d.path)
	if err == nil {
		err = sysChmodFolder(d.handle, mode.Bits())
	}
	if err == nil {
		d.tree.touched(SetMode, d, "")
	}
	return failed(SetMode, d.path, err)
}

// touch sets a file's mtime through file where the platform can, else by its name.
func (d *folder) touch(file *os.File, name string, mtime tree.Time) error {
	return d.do(SetTime, name, func() error { return sysTouch(file, d.handle, name, mtime) })
}

// inherit gives what is at s the attributes that the old had and that are no mode. Only where inherits.
func (s spot) inherit(old spot) error {
	return s.do(SetMode, s.name, func() error { return sysInherit(old.handle, old.name, s.handle, s.name) })
}

func (s spot) link(to spot) error {
	return to.do(Link, to.name, func() error { return sysLink(s.handle, s.name, to.handle, to.name) }, s.folder)
}

// rename may replace what is at the new name: for names that only treaty writes to, and where the
// caller has said what can come of it. Where held is what is at s, open for examination, Windows moves that very
// file, whatever has the name by now; the others don't need held, and nil is fine everywhere.
func (s spot) rename(held *os.File, to spot) error {
	err := to.do(Rename, to.name, func() error { return sysRename(held, s.handle, s.name, to.handle, to.name) }, s.folder)
	return s.left(Rename, err)
}

// renameNew fails with fs.ErrExist rather than replace; unsupported(err) where the volume can't.
func (s spot) renameNew(held *os.File, to spot) error {
	err := to.do(Rename, to.name, func() error { return sysRenameNew(held, s.handle, s.name, to.handle, to.name) },
		s.folder)
	return s.left(Rename, err)
}

func (s spot) exchange(with spot) error {
	err := with.do(Exchange, with.name, func() error { return sysExchange(s.handle, s.name, with.handle, with.name) },
		s.folder)
	return s.left(Exchange, err)
}

// left notes that a name went from d, unless err.
func (d *folder) left(kind Kind, err error) error {
	if err == nil {
		d.tree.touched(kind, d, "")
	}
	return err
}

// unlink is for treaty's own files, and for what treaty clean was told to remove.
func (d *folder) unlink(name string) error {
	return d.do(Unlink, name, func() error { return sysUnlink(d.handle, name) })
}

// rmdir removes an empty directory and nothing else.
func (d *folder) rmdir(name string) error {
	return d.do(RemoveFolder, name, func() error { return sysRmdir(d.handle, name) })
}

func (d *folder) syncFile(file *os.File, name string) error {
	return d.do(SyncFile, name, func() error { return sysSyncFile(file) })
}

func (d *folder) sync() error {
	err := d.tree.offer(SyncFolder, d.path)
	if err == nil {
		err = sysSyncFolder(d.handle)
	}
	return failed(SyncFolder, d.path, err)
}

func (d *folder) syncVolume() error {
	err := d.tree.offer(SyncVolume, d.path)
	if err == nil {
		err = sysSyncVolume(d.handle)
	}
	return failed(SyncVolume, d.path, err)
}

// append opens a private file at its end. It changes nothing by itself.
func (d *folder) append(name string) (*os.File, error) { return sysAppend(d.handle, name) }
