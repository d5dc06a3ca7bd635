package scan

import (
	"errors"
	"io/fs"
	"slices"
	"unicode/utf8"

	"treaty/plan/tree"
)

// lister lists directories one after the other, reusing its memory.
type lister struct {
	platform
	found []found
	// failed tells that some entry of the last listing could not be looked at.
	failed bool
	idle   []IdlePattern
	trees  []tree.Path
	spares spares
}

// found is a name in a directory, before anything but its directory was asked about it.
type found struct {
	path, name, key string
	kind            tree.Type // as the directory says; Absent where it doesn't
	gone            bool
	native
}

// path is that of the entry at i in the listing just made.
func (l *lister) path(i int) tree.Path { return tree.Path(l.found[i].path) }

// list is what the directory open as h holds, in Order, treaty's own folder excepted. It moves h's
// position. What is at a name can be replaced between being listed and being looked at; then the
// entry is the new one.
func (l *lister) list(dir tree.Path, h handle, device uint64) ([]tree.Entry, error) {
	l.found, l.failed = l.found[:0], false
	if err := l.read(dir, h); err != nil {
		return nil, err
	}
	all := len(l.found)
	l.found = slices.DeleteFunc(l.found, func(f found) bool { return tree.Reserved(f.name) })
	if len(l.found) < all {
		l.noteTree(dir)
	}
	for i := range l.found {
		l.found[i].key = tree.CollisionKey(l.found[i].name)
	}
	slices.SortFunc(l.found, func(a, b found) int {
		return tree.Order(&tree.Entry{Name: a.name, Key: a.key}, &tree.Entry{Name: b.name, Key: b.key})
	})
	// Some drivers list a name twice when the directory changes meanwhile.
	l.found = slices.CompactFunc(l.found, func(a, b found) bool { return a.name == b.name })

	entries := l.spares.take(len(l.found))
	gone := false
	for i := range l.found {
		f := &l.found[i]
		err := l.entry(&entries[i], f, h, device)
		if f.gone = errors.Is(err, fs.ErrNotExist); f.gone {
			gone = true
		} else if err != nil {
			l.fail(&entries[i], f, why(err))
		}
	}
	if gone {
		return l.listAgain(entries, h, device)
	}
	return entries, nil
}

// entry fills in e what is at f's name.
func (l *lister) entry(e *tree.Entry, f *found, h handle, device uint64) error {
	e.Name, e.Key = f.name, f.key
	dev, err := l.stat(e, f, h)
	if err != nil {
		return err
	}
	if e.Type == tree.Symlink {
		target, err := h.readlink(f.name)
		if err != nil {
			return err
		}
		e.Target = target
	}
	switch {
	case !utf8.ValidString(f.name):
		e.Obstacle, e.Why = tree.NameNotUTF8, "the name is not UTF-8"
	case !utf8.ValidString(e.Target):
		e.Obstacle, e.Why = tree.NameNotUTF8, "the link's target is not UTF-8"
	case e.Type == tree.Directory && dev != device:
		e.Obstacle, e.Why = tree.MountPoint, ErrOtherDevice.Error()
	}
	return nil
}

// fail makes e an entry that could not be looked at; its type is what the directory says, if it does.
func (l *lister) fail(e *tree.Entry, f *found, why string) {
	l.failed = true
	*e = tree.Entry{Name: f.name, Key: f.key, Type: f.kind, Obstacle: tree.Unreadable, Why: why}
	if e.Type == tree.Absent {
		e.Type = tree.Special
	}
}

// listAgain decides about entries that were listed and then not found. Listed once more, those that are
// still there cannot be read; the others were deleted or renamed meanwhile and are left out.
func (l *lister) listAgain(entries []tree.Entry, h handle, device uint64) ([]tree.Entry, error) {
	again, err := h.names()
	if err != nil {
		return nil, err
	}
	listed := make(map[string]bool, len(again))
	for _, name := range again {
		listed[name] = true
	}
	kept := 0
	for i := range entries {
		f := l.found[i]
		if f.gone {
			if !listed[f.name] {
				continue
			}
			if err := l.entry(&entries[i], &f, h, device); err != nil {
				l.fail(&entries[i], &f, "the directory lists it, but it cannot be found")
			}
		}
		entries[kept], l.found[kept] = entries[i], f
		kept++
	}
	l.found = l.found[:kept]
	return entries[:kept], nil
}
