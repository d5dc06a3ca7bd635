package snapshot

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"sync/atomic"
	"time"

	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/jsontext"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Taking is how a snapshot is taken, and by whom.
type Taking struct {
	// DefaultIgnores leaves the litter of operating systems out.
	DefaultIgnores bool
	By             plan.Author
	// Began is when the tree begins to be read, by the clock of the machine that it lies on.
	Began time.Time
	// Scanned, where not nil, counts what was seen, and Read the bytes that were read.
	Scanned *scan.Progress
	Read    *atomic.Int64
}

// Taken is what a snapshot came to.
type Taken struct {
	Totals
	// Unknown counts the entries, and directories, of which something could not be read.
	Unknown int
	// Idle are patterns in its rule files that can match nothing.
	Idle []scan.IdlePattern
}

// Take reads and hashes a tree and writes a snapshot of it. It changes nothing in the tree. Errors wrap ErrLocked where
// another treaty works on the tree, ErrOpen where an apply was interrupted there, and scan.ErrVanished where the tree
// went away; then what was written has no end, and nobody takes it for a snapshot.
func Take(ctx context.Context, from *store.Reader, how Taking, to io.Writer) (Taken, error) {
	if err := from.Available(); err != nil {
		return Taken{}, err
	}
	head, err := headOf(from, how)
	if err != nil {
		return Taken{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	traits := &head.Filesystem
	t := &taker{ctx: ctx, out: newOut(to), fat: traits.Profile == tree.FAT || traits.Profile == tree.ExFAT,
		reader: from.Source().Reader(traits.MtimeGranularity, how.Read),
		walk: from.Source().Walk(ctx, scan.Options{DefaultIgnores: how.DefaultIgnores,
			Granularity: traits.MtimeGranularity, Modes: traits.Modes, Progress: how.Scanned})}
	defer t.walk.Close()
	if err := t.take(head); err != nil {
		return Taken{}, err
	}
	return Taken{t.totals, t.unknown, t.walk.IdlePatterns()}, nil
}

// headOf is the first line of a snapshot of a tree.
func headOf(from *store.Reader, how Taking) (*Head, error) {
	identity, err := from.Identity()
	if err != nil {
		return nil, err
	}
	traits, err := from.Traits(nil)
	if err != nil {
		return nil, err
	}
	head := &Head{Format: format, FormatVersion: formatVersion, TakenAt: how.Began.UTC(), CreatedBy: how.By,
		Root: from.Root(), Host: from.Host(), Synced: map[string]string{}, Filesystem: traits,
		DefaultIgnores: how.DefaultIgnores}
	if identity != nil {
		head.ID, head.Synced = &identity.ID, identity.Synced
	}
	return head, nil
}

// taker takes one snapshot.
type taker struct {
	ctx    context.Context
	out    *out
	walk   volume.Walk
	reader volume.Reader
	// fat tells that the volume is of those on which macOS keeps symlinks in files.
	fat    bool
	totals Totals
	// waiting are directories whose files are still to be read, which are so many.
	waiting []waiting
	files   int
	unknown int
}

// waiting is a directory that was listed.
type waiting struct {
	directory
	records []record
}

// filesAtOnce is how many files are asked for at once.
const filesAtOnce = 1 << 13

// take writes all lines, from the head to the one that ends the file.
func (t *taker) take(head *Head) error {
	if err := t.out.value(head); err != nil {
		return err
	}
	digest, err := t.directory(tree.Root)
	if err != nil {
		return err
	}
	if err := t.flush(); err != nil {
		return err
	}
	// What was listed can be relied on only if the tree was there all the time.
	if err := t.walk.Finish(); err != nil {
		return err
	}
	t.totals.End, t.totals.Digest, t.totals.SHA256 = true, digest, t.out.summed()
	if err := t.out.value(&t.totals); err != nil {
		return err
	}
	return t.out.to.Flush()
}

// directory reads a directory and all below it, and returns its digest.
func (t *taker) directory(dir tree.Path) (tree.Hash, error) {
	listing, err := t.walk.List(dir)
	if err != nil {
		return tree.Hash{}, err
	}
	records, err := t.queue(&listing)
	if err != nil {
		return tree.Hash{}, err
	}
	var lines []tree.Line
	for i := range records {
		r := &records[i]
		if r.Ruling != tree.InScope {
			continue
		}
		t.totals.count(&r.Entry)
		line := tree.Line{Entry: &r.Entry}
		if r.descends() {
			if line.Below, err = t.directory(dir.Join(r.Name)); err != nil {
				return tree.Hash{}, err
			}
		}
		lines = append(lines, line)
	}
	return tree.Digest(lines), nil
}

// queue keeps a listing until its files are read, and writes what waits once that is much. It returns the entries.
func (t *taker) queue(l *tree.Listing) ([]record, error) {
	w := waiting{directory{path: l.Dir, obstacle: l.Obstacle, why: l.Why}, make([]record, len(l.Entries))}
	for i := range l.Entries {
		w.records[i].Entry = l.Entries[i]
	}
	if l.Rules.Known() {
		if err := t.rules(&w, l.Rules); err != nil {
			return nil, err
		}
	}
	t.waiting, t.files = append(t.waiting, w), t.files+len(w.records)+1
	if t.files < filesAtOnce {
		return w.records, nil
	}
	return w.records, t.flush()
}

// flush reads the files that wait and writes what is known then.
func (t *taker) flush() error {
	if err := t.hash(); err != nil {
		return err
	}
	for i := range t.waiting {
		w := &t.waiting[i]
		if err := t.out.line(w.directory.write); err != nil {
			return err
		}
		t.unknown += unknown(w.obstacle)
		for j := range w.records {
			if err := t.out.line(func(to *jsontext.Writer) { w.records[j].write(to, w.path) }); err != nil {
				return err
			}
			obstacle, _ := w.records[j].about()
			t.unknown += unknown(obstacle)
		}
	}
	t.waiting, t.files = t.waiting[:0], 0
	return t.ctx.Err()
}

// unknown counts what could not be read. What no plan carries anyway, such as a pipe, is no loss.
func unknown(obstacle tree.Obstacle) int {
	if obstacle == tree.Unreadable || obstacle == changedWhileReading {
		return 1
	}
	return 0
}

// hash reads all files in scope that wait.
func (t *taker) hash() error {
	var wanted []tree.Wanted
	var of []*record
	for i := range t.waiting {
		w := &t.waiting[i]
		for j := range w.records {
			if r := &w.records[j]; r.Type == tree.File && r.Ruling == tree.InScope && r.Obstacle == "" {
				wanted = append(wanted, tree.Wanted{Path: w.path.Join(r.Name), Size: r.Size, Mtime: r.Mtime, Head: true})
				of = append(of, r)
			}
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	return t.reader.Hash(t.ctx, wanted, func(i int, content tree.Content) {
		of[i].took(&content, wanted[i].Path, t.fat)
	})
}

// took notes what reading a file brought.
func (r *record) took(content *tree.Content, path tree.Path, fat bool) {
	switch err := content.Err; {
	case errors.Is(err, tree.ErrChanged):
		r.unread, r.unreadWhy = changedWhileReading, tree.Why(err, path)
	case err != nil:
		r.unread, r.unreadWhy = tree.Unreadable, tree.Why(err, path)
	default:
		r.sha256, r.extras = content.SHA256, content.Extras
		r.executable = r.Size > 0 && plan.ExecutableByContent(r.Name, content.Head)
		if fat && plan.XSym(r.Size, content.Head) {
			r.unread, r.unreadWhy = linkInDisguise, "macOS keeps a symlink in this file"
		}
	}
}

// rules notes the lines of a directory's rules, which must be the ones that it was listed by.
func (t *taker) rules(w *waiting, hash tree.Hash) error {
	for i := range w.records {
		r := &w.records[i]
		if !r.ruleFile() {
			continue
		}
		text, err := t.reader.Text(t.ctx, tree.Wanted{Path: w.path.Join(r.Name), Size: r.Size, Mtime: r.Mtime},
			scan.IgnoreLimit)
		switch {
		case errors.Is(err, scan.ErrVanished) || err != nil && t.ctx.Err() != nil:
			return err
		case err != nil || tree.Hash(sha256.Sum256(text)) != hash:
			// By which rules what is here was listed is not known: so what is here is not.
			*w = waiting{directory: directory{path: w.path, obstacle: tree.Unreadable,
				why: scan.IgnoreFile + " changed while it was read"}}
			return nil
		}
		w.directory.rules = linesOfRules(text)
		if r.Ruling != tree.InScope {
			r.sha256 = hash
		}
	}
	return nil
}

// out writes lines, and sums them up.
type out struct {
	to  *bufio.Writer
	sum hash.Hash
	buf []byte
}

func newOut(to io.Writer) *out {
	return &out{to: bufio.NewWriterSize(to, 1<<16), sum: sha256.New()}
}

func (o *out) write(line []byte) error {
	o.sum.Write(line)
	_, err := o.to.Write(line)
	return err
}

// value writes a value as a line.
func (o *out) value(v any) error {
	text, err := compact(v)
	if err != nil {
		return err
	}
	return o.write(append(text, '\n'))
}

// line writes what write makes, as a line.
func (o *out) line(write func(*jsontext.Writer)) error {
	w := jsontext.On(o.buf[:0])
	write(w)
	o.buf = append(w.Bytes(), '\n')
	return o.write(o.buf)
}

// summed is the sum of all lines so far.
func (o *out) summed() tree.Hash { return tree.Hash(o.sum.Sum(nil)) }
