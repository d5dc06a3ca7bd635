package disk

import (
	"errors"
	"io/fs"
	"maps"
	"slices"

	"treaty/plan/scan"
)

// touched notes what a call changes, for a barrier that has to sync one by one.
func (t *Tree) touched(kind Kind, folder, path string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch kind {
	case MakeFolder, MakeFile, MakeSymlink, Link, Rename, Exchange, Unlink, RemoveFolder:
		t.folders[folder] = true
	case SetMode, SetTime:
		t.files[path] = true
	}
}

// synced stops the tree if a sync failed: it is never retried.
func (t *Tree) synced(err error) error {
	if err == nil || unsupported(err) {
		return nil
	}
	return t.stop(err)
}

// Barrier makes durable all that was changed before it, the content of staged included: by one
// syncfs where the volume has it (which flushes other programs' data too), else by a sync of each
// staged file, of each file whose mode or time was set, and of each folder in which a name changed;
// on macOS one F_FULLFSYNC then drains the drive's own cache.
func (t *Tree) Barrier(staged ...Staged) error {
	if err := t.ready(); err != nil {
		return err
	}
	t.mu.Lock()
	folders, files, syncfs := t.folders, t.files, t.syncfs
	t.folders, t.files = map[string]bool{}, map[string]bool{}
	t.mu.Unlock()

	top, err := t.open("")
	if err != nil {
		return t.stop(err)
	}
	defer top.release()
	if syncfs && volumeSyncIsWhole {
		err := top.syncVolume()
		if err == nil || !unsupported(err) {
			return t.synced(err)
		}
		t.mu.Lock()
		t.syncfs = false
		t.mu.Unlock()
	}
	for _, s := range staged {
		files[s.Name] = true
	}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		if err := t.syncPath(path); err != nil {
			return err
		}
	}
	for _, path := range slices.Sorted(maps.Keys(folders)) {
		if err := t.syncFolder(path); err != nil {
			return err
		}
	}
	if volumeSyncIsWhole {
		return nil
	}
	return t.synced(top.syncVolume())
}

// SyncFolders makes the names in folders durable. Those that are gone need nothing: their parents'
// turn comes with the barrier.
func (t *Tree) SyncFolders(paths ...string) error {
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

func (t *Tree) syncFolder(path string) error {
	d, err := t.open(path)
	if gone(err) {
		return nil
	}
	if err != nil {
		return t.stop(err)
	}
	defer d.release()
	return t.synced(d.sync())
}

// gone tells whether err says that there is no such folder any more, or something else in its place.
func gone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, scan.ErrNotDirectory) || errors.Is(err, scan.ErrSymlink)
}

// syncPath syncs the file at path. A link has nothing to sync but its folder; a file that is gone or
// can't be opened by its owner was moved, with what it holds, by a call that its folder's sync covers.
func (t *Tree) syncPath(path string) error {
	parent, name := split(path)
	d, err := t.open(parent)
	if gone(err) {
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
func (t *Tree) Durability() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.syncfs && volumeSyncIsWhole {
		return "volume-sync"
	}
	return fileSyncName
}
