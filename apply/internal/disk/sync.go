package disk

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"time"

	"treaty/apply/volume"
	"treaty/plan/scan"
)

// touched notes what a call changes, for a barrier that has to sync one by one: what has the name, or, where that is
// "", the folder itself.
func (t *base) touched(kind Kind, d *folder, name string) {
	folder := kind.changesNames() || name == ""
	if !folder && kind != SetMode && kind != SetTime {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if folder {
		t.changed.add(d.path)
	} else {
		t.files[d.at(name)] = true
	}
}

// changed are folders in which a name was changed.
type changed struct {
	folders map[string]bool
	// last are those that were added last: most often it is one of them again.
	last [2]string
	next int
}

func (c *changed) add(path string) {
	if path != "" && (path == c.last[0] || path == c.last[1]) {
		return
	}
	c.folders[path] = true
	c.last[c.next], c.next = path, 1-c.next
}

// synced stops the tree if a sync failed: it is never retried.
func (t *base) synced(err error) error {
	if err == nil || unsupported(err) {
		return nil
	}
	return t.stop(err)
}

// syncers is how many files or folders are synced at a time: a filesystem that writes in transactions commits several
// syncs at once.
const syncers = 8

// Barrier makes durable all that was changed before it, the content of staged included: by one
// syncfs where the volume has it (which flushes other programs' data too) and was quick enough so far,
// else by a sync of each staged file, of each file whose mode or time was set, and of each folder in which
// a name changed; on macOS one F_FULLFSYNC then drains the drive's own cache. Of several one is under way at a time:
// what one has taken to be synced is durable when the next begins.
func (t *base) Barrier(staged ...volume.Staged) error {
	t.barriers.Lock()
	defer t.barriers.Unlock()
	if err := t.ready(); err != nil {
		return err
	}
	t.mu.Lock()
	folders, files, syncfs := t.changed.folders, t.files, t.syncfs
	t.changed, t.files = changed{folders: map[string]bool{}}, map[string]bool{}
	t.mu.Unlock()

	top, err := t.open("")
	if err != nil {
		return t.stop(err)
	}
	defer top.release()
	if syncfs && volumeSyncIsWhole {
		start := time.Now()
		err := top.syncVolume()
		if unsupported(err) || time.Since(start) > t.opts.SlowSync && !t.opts.SyncEach {
			t.mu.Lock()
			t.syncfs = false
			t.mu.Unlock()
		}
		if err == nil || !unsupported(err) {
			return t.synced(err)
		}
	}
	for _, s := range staged {
		files[s.Name] = true
	}
	if err := t.syncAll(files, t.syncPath); err != nil {
		return err
	}
	if err := t.syncAll(folders, t.syncFolder); err != nil {
		return err
	}
	if volumeSyncIsWhole {
		return nil
	}
	return t.synced(t.drained(top.syncVolume()))
}

// drained notes where a drive's cache cannot be drained, as under macOS' exFAT (ENOTTY) and some FUSE drivers
// (EINVAL): what was synced has reached the drive, and no more is known.
func (t *base) drained(err error) error {
	if unsupported(err) {
		t.mu.Lock()
		t.barriers.undrained = true
		t.mu.Unlock()
	}
	return err
}

// syncAll syncs some paths, a few at a time. An error stops the tree, and is what the rest is told.
func (t *base) syncAll(paths map[string]bool, one func(string) error) error {
	work := make(chan string)
	var wg sync.WaitGroup
	for range min(syncers, len(paths)) {
		wg.Go(func() {
			for path := range work {
				if t.ready() == nil {
					_ = one(path) // it has stopped the tree
				}
			}
		})
	}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		work <- path
	}
	close(work)
	wg.Wait()
	return t.ready()
}

// SyncFolders makes the names in folders durable. Those that are gone need nothing: their parents'
// turn comes with the barrier.
func (t *base) SyncFolders(paths ...string) error {
	if err := t.ready(); err != nil {
		return err
	}
	for _, path := range paths {
		if err := t.syncFolder(path); err != nil {
			return err
		}
	}
	return nil
}

func (t *base) syncFolder(path string) error {
	d, err := t.open(path)
	if missing(err) {
		return nil
	}
	if err != nil {
		return t.stop(err)
	}
	defer d.release()
	return t.synced(d.sync())
}

// missing tells whether err says that there is no such folder any more, or something else in its place.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, scan.ErrNotDirectory) || errors.Is(err, scan.ErrSymlink)
}

// syncPath syncs the file at path. A link has nothing to sync but its folder; a file that is gone or
// can't be opened by its owner was moved, with what it holds, by a call that its folder's sync covers.
func (t *base) syncPath(path string) error {
	parent, name := split(path)
	d, err := t.open(parent)
	if missing(err) {
		return nil
	}
	if err != nil {
		return t.stop(err)
	}
	defer d.release()
	return d.syncName(name)
}

// syncName syncs the file called name through a descriptor of its own.
func (d *folder) syncName(name string) error {
	f, err := sysOpenForSync(d.handle, name)
	if err != nil {
		if fatal(err) {
			return d.tree.stop(err)
		}
		return nil
	}
	defer f.Close()
	return d.tree.synced(d.syncFile(f, name))
}

// Durability is how Barrier makes things durable here, for receipts.
func (t *base) Durability() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.opts.Unprovable != "":
		return volume.Unprovable(t.opts.Unprovable)
	case t.barriers.undrained:
		return "file-sync"
	case t.syncfs && volumeSyncIsWhole:
		return "volume-sync"
	}
	return fileSyncName
}
