package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Options shape how a tree is changed. The zero value distrusts everything: content is compared by
// hash, and neither exchange nor refusal to replace is taken to exist.
type Options struct {
	// Hook is offered every call that changes or syncs something before it is made; its error takes the
	// call's place. For tests.
	Hook func(Call) error
	// Traits are the volume's, of which mtime granularity, modes and name rules count here.
	Traits tree.Traits
	// Can is what Probe found.
	Can volume.Capabilities
	// Hash compares content and not only stat before anything is replaced, moved or trashed: for
	// FAT-class volumes, whose stamps prove little.
	Hash bool
	// RacySince is the least mtime that proves nothing, because content may have changed within its
	// granule; such files are compared by hash too. Commonly the scan's start less two granules, and
	// less the kernel's tick where the granularity is finer than that.
	RacySince tree.Time
	// SyncEach syncs each file after each of its renames, then the folders: for FAT-class volumes, where a rename is
	// not on the disk before the renamed file was synced.
	SyncEach bool
	// NoSyncVolume makes Barrier sync what treaty wrote only, one by one, not the volume.
	NoSyncVolume bool
	// Lend writes down, durably, that a directory of the user's is about to be made workable, and which mode it
	// is owed; its error is that of the call that needed it. Where it is nil, none is.
	Lend func(volume.Loan) error
	// Unprovable names why nothing proves that what was synced lasts, "" where that can be relied on.
	Unprovable string
	// SlowSync is how long the volume's sync may take, which flushes what other programs wrote too, before
	// later barriers do without it; not with SyncEach, where nothing else will do. 0 is ten seconds.
	SlowSync time.Duration
}

// Tree is one side's tree opened for change by one run. Its methods may be called by many goroutines at once, for
// different paths. What it stands on knows nothing of what it does: base makes and syncs single calls, trash gives out
// names there, Files keeps treaty's own, examiner compares with what was planned, stage holds what is to be put in
// place, swaps rename between the user's folders and treaty's, copies keep content of the other side; loans are of
// directories that were made workable.
type Tree struct {
	*copies
	*loans
}

// swaps rename between the user's folders and treaty's own. Each checks what came out, and puts back what is not what
// was looked at; what a rename cannot do on a volume they do in steps, each of which leaves both contents whole.
type swaps struct{ *stage }

// base makes all calls on a volume that change or sync something, and stops after a failure after which success means
// nothing.
type base struct {
	root *scan.Root
	run  string
	hook func(Call) error
	opts Options
	// lend makes folders workable in which a call was refused, and tells whether it is worth another try.
	lend func(...*folder) (again bool, err error)

	mu      sync.Mutex
	stopped error
	syncfs  bool
	// changed and files are the folders and files changed since the last barrier, relative to the root.
	changed changed
	files   map[string]bool

	bundle   bundle
	barriers barriers
}

// barriers are held by the one that is under way.
type barriers struct {
	sync.Mutex
	// undrained: the drive's cache could not be drained.
	undrained bool
}

// Open opens root for change by the run called run (a plan's id: one path component). It writes
// nothing yet. The root stays the caller's.
func Open(root *scan.Root, run string, opts Options) (*Tree, error) {
	files, err := OpenFiles(root, run, opts)
	if err != nil {
		return nil, err
	}
	return &Tree{&copies{&swaps{&stage{examiner: &examiner{Files: files, lease: lease}}}}, files.loans}, nil
}

// OpenFiles opens what treaty keeps in root for itself, as Open does.
func OpenFiles(root *scan.Root, run string, opts Options) (*Files, error) {
	if p, err := tree.ParsePath(run); err != nil || p.Depth() != 1 {
		return nil, fmt.Errorf("%q cannot name a run", run)
	}
	if opts.SlowSync == 0 {
		opts.SlowSync = 10 * time.Second
	}
	b := &base{root: root, run: run, hook: opts.Hook, opts: opts, syncfs: !opts.NoSyncVolume,
		changed: changed{folders: map[string]bool{}}, files: map[string]bool{}}
	l := &loans{base: b}
	b.lend = l.lend
	return &Files{&trash{base: b, places: map[string]bool{}}, l}, nil
}

// ready fails once the tree was stopped.
func (t *base) ready() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stopped
}

// stop makes err final: after a failed sync the kernel calls the lost pages clean, so that a second
// sync would succeed and mean nothing (fsyncgate). It returns what every later change is told.
func (t *base) stop(err error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stopped == nil {
		t.stopped = fmt.Errorf("%w: %w", volume.ErrStopped, err)
		return t.stopped
	}
	return fmt.Errorf("%w: %w", volume.ErrStopped, err)
}

// Stopped is why the tree takes no further change, nil as long as it does.
func (t *base) Stopped() error { return t.ready() }

// written stops the tree where err, of a write, leaves the volume in doubt or full.
func (t *base) written(err error) error {
	if err != nil && fatal(err) {
		return t.stop(err)
	}
	return err
}

// view is an open directory of the tree, the user's or treaty's own, to be looked at.
type view struct {
	tree   *base
	path   string // relative to the root
	dir    *scan.Dir
	handle handle
}

// folder is one through which calls change or sync something.
type folder struct{ view }

func (d *view) release() { d.dir.Release() }

// spot is a name in an open folder, whether or not something has it.
type spot struct {
	*folder
	name string
}

// spot is a name in d.
func (d *folder) spot(name string) spot { return spot{d, name} }

// path is the spot's, relative to the root.
func (s spot) path() string { return s.at(s.name) }

// found is what is there now; Type Absent where there is nothing.
func (s spot) found() (tree.Entry, error) { return s.entry(s.name) }

// lstat is what is there now, as exact as the volume has it. Errors wrap fs.ErrNotExist where there is nothing.
func (s spot) lstat() (tree.Entry, error) { return s.dir.Lstat(s.name) }

// drift is that what is there is not as planned.
func (s spot) drift(why string) *volume.Drift {
	return &volume.Drift{Path: tree.Path(s.path()), Why: why}
}

func (t *base) open(p string) (*folder, error) {
	dir, err := t.root.Dir(tree.Path(p))
	if err != nil {
		return nil, err
	}
	return &folder{view{tree: t, path: p, dir: dir, handle: handleOf(dir)}}, nil
}

// enter opens the directory that holds p, for the caller to release. Nothing but plain directories is passed.
// Directories kept open are checked to be what their names stand for still, since the user may have moved one.
//
// Race: a directory moved away after that check is changed where it is now. Worst: the operation,
// whole and verified, is done in a directory that the user has just moved.
func (t *examiner) enter(p tree.Path) (spot, error) { return t.enterBy(p, t.renew) }

// renew forgets what is kept open for dir, and for the directories above it, where a name stands for something else
// by now.
func (t *examiner) renew(dir tree.Path) {
	if stale, found := t.stale(dir); found {
		t.root.Forget(stale)
	}
}

// enterBy is enter where renew is how directories that are kept open are checked.
func (t *examiner) enterBy(p tree.Path, renew func(dir tree.Path)) (spot, error) {
	if err := t.ready(); err != nil {
		return spot{}, err
	}
	if _, err := tree.ParsePath(string(p)); err != nil {
		return spot{}, tree.About(p, err)
	}
	renew(p.Parent())
	d, err := t.open(string(p.Parent()))
	switch {
	case err == nil:
	case errors.Is(err, scan.ErrSymlink), errors.Is(err, scan.ErrNotDirectory), errors.Is(err, scan.ErrOtherDevice):
		return spot{}, fmt.Errorf("%w: %w", volume.ErrUnfit, err)
	case errors.Is(err, fs.ErrNotExist):
		return spot{}, &volume.Drift{Path: p, Why: "its parent directory is not there"}
	default:
		return spot{}, err
	}
	if err := t.aliased(p); err != nil {
		d.release()
		return spot{}, err
	}
	return d.spot(p.Base()), nil
}

// aliased refuses p where it, or a directory above it, is given by an 8.3 alias.
func (t *examiner) aliased(p tree.Path) error {
	if t.opts.Traits.Names == tree.PosixNames {
		return nil
	}
	for ; p != tree.Root; p = p.Parent() {
		if !shortAlias(p.Base()) {
			continue
		}
		d, err := t.open(string(p.Parent()))
		if err != nil {
			return err
		}
		err = d.aliased(p.Base())
		d.release()
		if err != nil {
			return err
		}
	}
	return nil
}

// stale is the highest directory at or above p whose name stands for something else than what is kept
// open under it.
func (t *base) stale(p tree.Path) (tree.Path, bool) {
	if p == tree.Root {
		return "", false
	}
	if above, found := t.stale(p.Parent()); found {
		return above, true
	}
	parent, err := t.root.Dir(p.Parent())
	if err != nil {
		return "", false
	}
	defer parent.Release()
	kept, err := t.root.Dir(p)
	if err != nil {
		return "", false
	}
	defer kept.Release()
	return p, !parent.Holds(p.Base(), kept)
}

// aliased refuses an 8.3 alias that stands for an entry called otherwise: FAT takes LONGFI~1.TXT for
// "Longfilename one.txt".
func (d *view) aliased(name string) error {
	if _, err := d.dir.Stat(name); err != nil {
		return nil
	}
	if listed, err := d.lists(name); err != nil || listed {
		return err
	}
	return fmt.Errorf("%q: %w: it is the short name of another entry", d.at(name), volume.ErrUnfit)
}

// shortAlias tells whether name has the "~1" of an 8.3 alias.
func shortAlias(name string) bool {
	for i := 0; i+1 < len(name); i++ {
		if name[i] == '~' && '0' <= name[i+1] && name[i+1] <= '9' {
			return true
		}
	}
	return false
}

// lists tells whether the directory holds name in a spelling that differs in case at most.
func (d *view) lists(name string) (bool, error) {
	names, err := d.dir.Names()
	if err != nil {
		return false, err
	}
	key := tree.CollisionKey(name)
	for _, other := range names {
		if tree.CollisionKey(other) == key {
			return true, nil
		}
	}
	return false, nil
}

// entry is what is at name now, as a Result has it; Type Absent where there is nothing.
func (d *view) entry(name string) (tree.Entry, error) {
	e, err := d.dir.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return tree.Entry{Name: name, Key: tree.CollisionKey(name)}, nil
	}
	if err != nil {
		return tree.Entry{}, err
	}
	return d.tree.cut(e), nil
}

// cut leaves of e what the volume can represent.
func (t *base) cut(e tree.Entry) tree.Entry {
	e.Mtime = e.Mtime.Cut(t.opts.Traits.MtimeGranularity)
	if !t.opts.Traits.Modes {
		e.Mode = 0
	}
	return e
}

// split cuts a path relative to the root into folder and name.
func split(path string) (string, string) {
	p := tree.Path(path)
	return string(p.Parent()), p.Base()
}
