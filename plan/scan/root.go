package scan

import (
	"container/list"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"treaty/plan/tree"
)

// A Root keeps some directories open, besides those in use: as many as fewOpen, which is more than the 256 folders in
// which files lie that are called by a hash, and, for two trees, less than the 1,024 files that systems let a process
// open where they let it open few; where they let it open many, as many as manyOpen, so that those are open still in
// which a group of files is put in place when these were staged.
const fewOpen, manyOpen = 320, 2048

var openDirs = mayOpen(openable())

// mayOpen is how many directories a Root keeps open of a process that may open so many files.
func mayOpen(files uint64) int { return int(min(max(files/8, fewOpen), manyOpen)) }

// Root is an open tree. It may be used by many goroutines at once.
type Root struct {
	path string
	top  *Dir
	// found is the root directory as it was when opened, for what os.SameFile needs on Windows.
	found fs.FileInfo
	links uint32
	disk  device

	mu     sync.Mutex
	closed bool
	// epoch counts what was forgotten: what was opened before is not cached after.
	epoch  uint64
	recent *list.List // of *Dir, the most recently used first
	dirs   map[tree.Path]*list.Element
	// below is how many of them are below a path, for those of which some are.
	below map[tree.Path]int
}

// Open opens the tree at path, resolving links in path itself. Errors wrap fs.ErrNotExist where
// there is nothing, or a link leads to itself, and ErrNotDirectory where there is something else.
func Open(path string) (*Root, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	resolved, err := filepath.EvalSymlinks(absolute)
	if _, leads := os.Stat(absolute); errors.Is(leads, syscall.ELOOP) {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, plain(path, err)
	}
	h, err := openTop(resolved)
	if err != nil {
		return nil, plain(path, err)
	}
	self, err := h.self()
	if err != nil {
		h.close()
		return nil, plain(path, err)
	}
	found, err := os.Stat(resolved)
	if err != nil {
		h.close()
		return nil, plain(path, err)
	}
	r := &Root{
		path: resolved, top: newDir(h, tree.Root, self.Dev), found: found,
		recent: list.New(), dirs: map[tree.Path]*list.Element{}, below: map[tree.Path]int{},
	}
	r.links, r.disk = h.links(), deviceOf(self.Dev)
	return r, nil
}

// plain drops the system call and the resolved path from err, which a person didn't type.
func plain(path string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	if errors.Is(err, syscall.ENOTDIR) {
		err = ErrNotDirectory
	}
	return fmt.Errorf("%s: %w", path, err)
}

// Path is the root's absolute path with links resolved, as it was when opened.
func (r *Root) Path() string { return r.path }

// Close closes all directories that are not in use; those in use go when they are released.
func (r *Root) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	r.drop(tree.Root)
	r.top.Release()
	return nil
}

// Dir opens the directory p of the tree, one component at a time, and refuses links, "..", and other
// devices at every step. Directories used lately are kept open; a kept one is the directory that was
// there when it was opened, so whoever moves or replaces one calls Forget. Errors wrap ErrSymlink,
// ErrNotDirectory, ErrOtherDevice, ErrName, fs.ErrNotExist, fs.ErrPermission or ErrClosed.
func (r *Root) Dir(p tree.Path) (*Dir, error) {
	d, epoch, err := r.nearest(p)
	if err != nil {
		return nil, err
	}
	for d.path != p {
		rest := p[len(d.path):]
		if d.path != tree.Root {
			rest = rest[len("/"):]
		}
		name, _, _ := strings.Cut(string(rest), "/")
		below, err := d.OpenDir(name)
		d.Release()
		if err != nil {
			return nil, err
		}
		d = r.keep(below, epoch)
	}
	return d, nil
}

// nearest is p or the lowest directory above it that is open, for the caller to release.
func (r *Root) nearest(p tree.Path) (*Dir, uint64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, 0, ErrClosed
	}
	for ; p != tree.Root; p = p.Parent() {
		if at, open := r.dirs[p]; open {
			r.recent.MoveToFront(at)
			return at.Value.(*Dir).retain(), r.epoch, nil
		}
	}
	return r.top.retain(), r.epoch, nil
}

// keep caches d and returns it, or the same directory that another goroutine cached meanwhile.
func (r *Root) keep(d *Dir, epoch uint64) *Dir {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || r.epoch != epoch {
		return d
	}
	if at, open := r.dirs[d.path]; open {
		d.Release()
		return at.Value.(*Dir).retain()
	}
	r.dirs[d.path] = r.recent.PushFront(d.retain())
	for above := d.path; above != tree.Root; {
		above = above.Parent()
		r.below[above]++
	}
	if r.recent.Len() > openDirs {
		r.evict(r.recent.Back())
	}
	return d
}

func (r *Root) evict(at *list.Element) {
	d := r.recent.Remove(at).(*Dir)
	delete(r.dirs, d.path)
	for above := d.path; above != tree.Root; {
		above = above.Parent()
		if r.below[above]--; r.below[above] == 0 {
			delete(r.below, above)
		}
	}
	d.Release()
}

// Forget drops the directory p and all below it from what is kept open, after it was moved, removed
// or replaced.
func (r *Root) Forget(p tree.Path) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(p)
}

func (r *Root) drop(p tree.Path) {
	r.epoch++
	if at, open := r.dirs[p]; open {
		r.evict(at)
	}
	if r.below[p] == 0 {
		return
	}
	for at := r.recent.Front(); at != nil; {
		next := at.Next()
		if at.Value.(*Dir).path.Within(p) {
			r.evict(at)
		}
		at = next
	}
}

// Check returns an error that wraps ErrVanished unless the root is there, readable, on a device that
// is there, and still what its path names. An unplugged volume often leaves an empty, readable
// directory behind, and some drivers then list what they have cached and leave out the rest without
// a word.
func (r *Root) Check() error {
	vanished := func(how string) error { return fmt.Errorf("%s: %w: %s", r.path, ErrVanished, how) }
	if _, err := r.top.handle.self(); err != nil {
		return vanished(why(err))
	}
	if r.links > 0 && r.top.links() == 0 {
		return vanished("its directory was removed")
	}
	now, err := os.Lstat(r.path)
	if err != nil {
		return vanished(why(err))
	}
	if !os.SameFile(r.found, now) {
		return vanished("another directory is there now")
	}
	if !r.disk.present() {
		return vanished("its device was unplugged")
	}
	return nil
}
