package memory

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"sync/atomic"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Entry is what is at a path.
func (v *Volume) Entry(path tree.Path) (tree.Entry, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	n, err := v.there(string(path))
	if err != nil {
		return tree.Entry{}, err
	}
	return v.entry(n), nil
}

// Directory is a directory's own entry, without a name.
func (v *Volume) Directory(dir tree.Path) (tree.Entry, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	n, err := v.dir(string(dir))
	if err != nil {
		return tree.Entry{}, err
	}
	return v.entry(named{"", n}), nil
}

// Names are all names in a directory.
func (v *Volume) Names(dir tree.Path) ([]string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.spelled(string(dir))
}

// spelled are the names in a directory.
func (d *disk) spelled(dir string) ([]string, error) {
	n, err := d.dir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range d.list(n) {
		names = append(names, e.Name)
	}
	return names, nil
}

// Open opens a regular file for reading.
func (v *Volume) Open(file tree.Path) (volume.Content, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.open(string(file))
}

func (s *shared) open(path string) (*content, error) {
	n, err := s.there(path)
	if err != nil {
		return nil, err
	}
	if n.kind != tree.File {
		return nil, tree.About(tree.Path(path), scan.ErrNotRegular)
	}
	return &content{bytes.NewReader(n.content), s, n.node}, nil
}

// content is a file as it was when it was opened.
type content struct {
	*bytes.Reader
	at *shared
	of *node
}

// Stamp is what the file has now.
func (c *content) Stamp() (int64, tree.Time, error) {
	c.at.mu.Lock()
	defer c.at.mu.Unlock()
	return int64(len(c.of.content)), c.of.mtime, nil
}

// Close does nothing.
func (c *content) Close() error { return nil }

// walk lists the tree as it is when it is asked.
type walk struct {
	at      *shared
	ctx     context.Context
	options scan.Options
	// rules are those in the directories that were listed.
	rules map[tree.Path]*scan.Rules
}

// List is the listing of a directory.
func (w *walk) List(dir tree.Path) (tree.Listing, error) {
	if err := w.ctx.Err(); err != nil {
		return tree.Listing{}, err
	}
	w.at.mu.Lock()
	defer w.at.mu.Unlock()
	n, err := w.at.dir(string(dir))
	if err != nil {
		return tree.Listing{Dir: dir, Obstacle: tree.Unreadable, Why: err.Error()}, nil
	}
	rules := w.outer(dir)
	listing := tree.Listing{Dir: dir}
	if file := n.names[w.at.key(scan.IgnoreFile)]; file.node != nil {
		rules, listing.Rules = rules.Enter(dir, file.content), sha256.Sum256(file.content)
	}
	w.rules[dir], listing.Scope = rules, rules
	for _, e := range w.at.list(n) {
		if e.Name == tree.PrivateFolder && dir == tree.Root {
			continue
		}
		listing.Entries = append(listing.Entries, w.ruled(dir, e, rules))
	}
	w.options.Progress.Listed(&listing)
	return listing, nil
}

// Reuse spoils what it is given back, so that nobody goes on with it.
func (w *walk) Reuse(listed []tree.Entry) {
	for i := range listed {
		listed[i] = tree.Entry{Name: "reused", Key: "reused", Type: tree.Special, Size: -1, Obstacle: tree.Unreadable}
	}
}

// outer are the rules that hold in a directory before its own file of them is read: of one that the rules above ignore,
// none of those above.
func (w *walk) outer(dir tree.Path) *scan.Rules {
	above, listed := w.rules[dir.Parent()]
	if dir == tree.Root || !listed || above.Judge(dir, true) != tree.InScope {
		return w.options.Rules()
	}
	return above
}

// ruled is an entry as a listing has it.
func (w *walk) ruled(dir tree.Path, e tree.Entry, rules *scan.Rules) tree.Entry {
	e.Ruling = rules.Judge(dir.Join(e.Name), e.Type == tree.Directory)
	e.Mtime = e.Mtime.Cut(w.options.Granularity)
	if !w.options.Modes {
		e.Mode = 0
	}
	if !w.at.kind.Mount.LastingInodes() {
		e.Inode = 0
	}
	return e
}

// Finish is nil: what is in memory does not vanish.
func (w *walk) Finish() error { return w.ctx.Err() }

// Close does nothing.
func (w *walk) Close() error { return nil }

// IdlePatterns are none: they are of directories that people look after.
func (w *walk) IdlePatterns() []scan.IdlePattern { return nil }

// Trees are none: nothing else leads to what is in memory.
func (w *walk) Trees() []tree.Path { return nil }

// reader reads files as a walk listed them.
type reader struct {
	at          *shared
	granularity int64
	read        *atomic.Int64
}

// Hash reads the wanted files.
func (r *reader) Hash(ctx context.Context, wanted []tree.Wanted, done func(int, tree.Content)) error {
	for i, w := range wanted {
		if err := ctx.Err(); err != nil {
			return err
		}
		text, err := r.listed(w)
		is := tree.Content{Err: err}
		if err == nil && !w.HeadOnly {
			is.SHA256 = sha256.Sum256(text)
		}
		if err == nil && (w.Head || w.HeadOnly) {
			is.Head = text[:min(len(text), scan.HeadLimit)]
		}
		if r.read != nil {
			r.read.Add(int64(len(text)))
		}
		done(i, is)
	}
	return ctx.Err()
}

// Text is the whole of a file.
func (r *reader) Text(_ context.Context, wanted tree.Wanted, limit int64) ([]byte, error) {
	if wanted.Size > limit {
		return nil, tree.About(wanted.Path, scan.ErrTooLarge)
	}
	return r.listed(wanted)
}

// listed is the content of a file, if it is what was listed.
func (r *reader) listed(w tree.Wanted) ([]byte, error) {
	r.at.mu.Lock()
	defer r.at.mu.Unlock()
	n, err := r.at.there(string(w.Path))
	if err != nil || n.kind != tree.File || int64(len(n.content)) != w.Size ||
		n.mtime.Cut(r.granularity) != w.Mtime.Cut(r.granularity) {
		return nil, fmt.Errorf("it %w", tree.ErrChanged)
	}
	return n.content, nil
}

var _ io.ReadSeekCloser = (*content)(nil)
