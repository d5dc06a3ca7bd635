package scan

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"treaty/plan/tree"
)

// Options say how a tree is walked.
type Options struct {
	// Patterns is the config's ignore.
	Patterns []string
	// DefaultIgnores leaves the litter of operating systems out.
	DefaultIgnores bool
	// Granularity is what mtimes are cut to, in nanoseconds.
	Granularity int64
	// Modes keeps modes; without, entries have none.
	Modes bool
	// Progress, where not nil, counts what was seen.
	Progress *Progress
}

// Progress is what a walk has seen in scope so far. It may be read at any time.
type Progress struct{ Directories, Files, Bytes atomic.Int64 }

// A walk is ahead of who asks by at most waiting+2 batches, each done when it has batchEntries
// entries or batchDirs directories.
const (
	waiting      = 2
	batchEntries = 1024
	batchDirs    = 128
)

// Walk reads a tree in one goroutine of its own, a bounded distance ahead of whoever asks. It is a
// tree.Stream.
//
// The walk goes depth first, a directory before what is in it, siblings in tree.Order. It descends
// into what its own rules have in scope, but neither into links nor into mounts. Names, keys and
// paths of one directory share memory: who keeps one of a million should clone it.
type Walk struct {
	root    *Root
	opts    Options
	ctx     context.Context
	cancel  context.CancelFunc
	batches chan []tree.Listing
	err     error // of the goroutine; set before batches is closed
	// inodes tells that numbers of files last.
	inodes bool

	// wanted is the directory asked for last: what lies before it needs no reading.
	wanted  atomic.Pointer[tree.Path]
	current []tree.Listing
	// aside lists what the goroutine does not descend into.
	aside lister

	// The goroutine's own:
	lister  lister
	batch   []tree.Listing
	entries int
}

var (
	_ tree.Stream             = (*Walk)(nil)
	_ tree.Reuser[tree.Entry] = (*Walk)(nil)
)

// Walk starts to read the tree. Close ends it; Finish does too, and tells whether what was read can
// be relied on.
func (r *Root) Walk(ctx context.Context, opts Options) *Walk {
	w := &Walk{root: r, opts: opts, batches: make(chan []tree.Listing, waiting)}
	w.lister.spares = make(spares, mostSpares)
	w.aside.spares = w.lister.spares
	w.ctx, w.cancel = context.WithCancel(ctx)
	if at, err := r.Mount(); err == nil {
		w.inodes = at.LastingInodes()
	}
	go w.run()
	return w
}

// List is the listing of dir, asked for in the order of the walk. One that the walk did not descend into, as
// its own rules ignore it, is read now. What cannot be read has an obstacle. Errors wrap ErrVanished or the
// context's.
func (w *Walk) List(dir tree.Path) (tree.Listing, error) {
	w.wanted.Store(&dir)
	for {
		for len(w.current) > 0 {
			next := w.current[0]
			order := Compare(next.Dir, dir)
			if order > 0 {
				return w.unmet(dir)
			}
			w.current[0] = tree.Listing{}
			w.current = w.current[1:]
			if order == 0 {
				return next, nil
			}
		}
		batch, more := <-w.batches
		switch {
		case more:
			w.current = batch
		case w.err != nil:
			return tree.Listing{}, w.err
		default:
			return w.unmet(dir)
		}
	}
}

// Reuse takes back the entries of a listing to which nobody refers any more.
func (w *Walk) Reuse(listed []tree.Entry) { w.lister.spares.give(listed) }

// unmet is the listing of a directory that the walk did not meet.
func (w *Walk) unmet(dir tree.Path) (tree.Listing, error) {
	if dir.Depth() > tree.MaxDepth {
		return tooDeep(dir), nil
	}
	d, err := w.root.Dir(dir)
	if err != nil {
		return w.refused(dir, err)
	}
	defer d.Release()
	h, err := d.fresh()
	if err != nil {
		return w.refused(dir, err)
	}
	defer h.close()
	listing, _, err := w.read(&w.aside, dir, h, w.opts.Rules())
	return listing, err
}

func tooDeep(dir tree.Path) tree.Listing {
	return tree.Listing{Dir: dir, Obstacle: tree.Unreadable,
		Why: fmt.Sprintf("it is more than %d directories deep", tree.MaxDepth-1)}
}

// Finish ends the walk and returns an error if the tree can't be relied on to have been there all
// the time. Who decides anything upon what List told asks this first.
func (w *Walk) Finish() error {
	w.Close()
	if w.err != nil && !errors.Is(w.err, context.Canceled) {
		return w.err
	}
	return w.root.Check()
}

// Close ends the walk; it may be called more than once.
func (w *Walk) Close() error {
	w.cancel()
	for range w.batches {
	}
	w.current = nil
	return nil
}

// run is the walk's goroutine.
func (w *Walk) run() {
	defer close(w.batches)
	top, err := w.root.Dir(tree.Root)
	if err != nil {
		w.err = err
		return
	}
	defer top.Release()
	h, err := top.fresh()
	if err != nil {
		w.err = w.vanished(err)
		return
	}
	if err := w.descend(tree.Root, h, w.opts.Rules()); err != nil {
		w.err = err
		return
	}
	if err := w.flush(); err != nil {
		w.err = err
		return
	}
	w.err = w.root.Check()
}

// vanished is the error of a root that cannot be read.
func (w *Walk) vanished(err error) error {
	if exhausted(err) {
		return fmt.Errorf("%s: %w", w.root.path, err)
	}
	if check := w.root.Check(); check != nil {
		return check
	}
	return vanished(w.root.path, err)
}

// exhausted tells of errors that are this process's or machine's, not the tree's.
func exhausted(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ENOMEM)
}

// descend reads the directory open as h, which it closes, and all below it.
func (w *Walk) descend(dir tree.Path, h handle, rules *Rules) error {
	opened := true
	defer func() {
		if opened {
			h.close()
		}
	}()
	listing, inside, err := w.read(&w.lister, dir, h, rules)
	if err != nil {
		return err
	}
	below := directories(&listing)
	if err := w.emit(listing); err != nil {
		return err
	}
	for i, name := range below {
		child := dir.Join(name)
		if w.passed(child) {
			continue
		}
		if child.Depth() > tree.MaxDepth {
			if err := w.emit(tooDeep(child)); err != nil {
				return err
			}
			continue
		}
		sub, err := h.openDir(name, w.root.top.device)
		if i == len(below)-1 {
			h.close() // a chain of directories needs no more than two handles
			opened = false
		}
		if err != nil {
			refused, err := w.refused(child, err)
			if err != nil {
				return err
			}
			if err := w.emit(refused); err != nil {
				return err
			}
			continue
		}
		if err := w.descend(child, sub, inside); err != nil {
			return err
		}
	}
	return nil
}

// directories are the names that the walk descends into.
func directories(l *tree.Listing) []string {
	n := 0
	for i := range l.Entries {
		if descends(&l.Entries[i]) {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	names := make([]string, 0, n)
	for i := range l.Entries {
		if e := &l.Entries[i]; descends(e) {
			names = append(names, e.Name)
		}
	}
	return names
}

func descends(e *tree.Entry) bool {
	return e.Type == tree.Directory && e.Ruling == tree.InScope && e.Obstacle == ""
}

// read is the listing of one directory, and the rules that hold below it.
func (w *Walk) read(l *lister, dir tree.Path, h handle, rules *Rules) (tree.Listing, *Rules, error) {
	entries, err := l.list(dir, h, w.root.top.device)
	if err != nil {
		if dir == tree.Root {
			return tree.Listing{}, nil, w.vanished(err)
		}
		refused, err := w.refused(dir, err)
		return refused, rules, err
	}
	listing := tree.Listing{Dir: dir, Entries: entries, Scope: rules}
	if at, found := find(entries, IgnoreFile); found {
		text, err := ruleText(h, at)
		if err != nil {
			return tree.Listing{Dir: dir, Obstacle: tree.Unreadable,
				Why: err.Error() + ", so nothing beside it is compared"}, rules, nil
		}
		rules = rules.Enter(dir, text)
		listing.Scope, listing.Rules = rules, sha256.Sum256(text)
		l.noteIdle(dir, text)
	}
	var files, bytes int64
	for i := range entries {
		e := &entries[i]
		e.Ruling = rules.Judge(l.path(i), e.Type == tree.Directory)
		if !w.opts.Modes {
			e.Mode = 0
		}
		if e.Type == tree.File {
			e.Mtime = e.Mtime.Cut(w.opts.Granularity)
			if !w.inodes {
				e.Inode = 0
			}
			if e.Ruling == tree.InScope {
				files++
				bytes += e.Size
			}
		}
	}
	if l.failed {
		// Entries could not be looked at; most likely each by itself, but maybe all are gone.
		if err := w.root.Check(); err != nil {
			return tree.Listing{}, nil, err
		}
	}
	if p := w.opts.Progress; p != nil {
		p.Directories.Add(1)
		p.Files.Add(files)
		p.Bytes.Add(bytes)
	}
	return listing, rules, nil
}

// refused is the listing of a directory that could not be read because of err, or an error if that
// is not the directory's fault.
func (w *Walk) refused(dir tree.Path, err error) (tree.Listing, error) {
	if exhausted(err) {
		return tree.Listing{}, fmt.Errorf("%s: %q: %w", w.root.path, string(dir), err)
	}
	if err := w.root.Check(); err != nil {
		return tree.Listing{}, err
	}
	l := tree.Listing{Dir: dir, Obstacle: tree.Unreadable, Why: why(err)}
	if errors.Is(err, ErrOtherDevice) {
		l.Obstacle = tree.MountPoint
	}
	return l, nil
}

// find is the entry called name, which must be its own collision key.
func find(entries []tree.Entry, name string) (*tree.Entry, bool) {
	i, found := slices.BinarySearchFunc(entries, tree.Entry{Name: name, Key: name},
		func(a, b tree.Entry) int { return tree.Order(&a, &b) })
	if !found {
		return nil, false
	}
	return &entries[i], true
}

// emit hands a listing over, sooner or later.
func (w *Walk) emit(l tree.Listing) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	w.batch = append(w.batch, l)
	w.entries += len(l.Entries)
	if w.entries < batchEntries && len(w.batch) < batchDirs {
		return nil
	}
	return w.flush()
}

func (w *Walk) flush() error {
	select {
	case w.batches <- w.batch:
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
	w.batch, w.entries = make([]tree.Listing, 0, len(w.batch)), 0
	return nil
}

// passed tells whether dir and all below it were passed over by who asks.
func (w *Walk) passed(dir tree.Path) bool {
	wanted := w.wanted.Load()
	return wanted != nil && !wanted.Within(dir) && Compare(dir, *wanted) < 0
}

// Compare is the order in which directories are walked.
func Compare(a, b tree.Path) int {
	for {
		if a == b {
			return 0
		}
		if a == tree.Root || b == tree.Root {
			return len(a) - len(b)
		}
		nameA, restA, _ := strings.Cut(string(a), "/")
		nameB, restB, _ := strings.Cut(string(b), "/")
		if nameA != nameB {
			return tree.Order(&tree.Entry{Name: nameA, Key: tree.CollisionKey(nameA)},
				&tree.Entry{Name: nameB, Key: tree.CollisionKey(nameB)})
		}
		a, b = tree.Path(restA), tree.Path(restB)
	}
}

// Listed counts a listing, with the files in it that are in scope. Nobody counts where p is nil.
func (p *Progress) Listed(l *tree.Listing) {
	if p == nil {
		return
	}
	p.Directories.Add(1)
	for i := range l.Entries {
		if e := &l.Entries[i]; e.Type == tree.File && e.Ruling == tree.InScope {
			p.Files.Add(1)
			p.Bytes.Add(e.Size)
		}
	}
}
