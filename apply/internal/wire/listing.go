package wire

import (
	"bufio"
	"compress/flate"
	"crypto/sha256"
	"io"
	"math"
	"strings"

	"treaty/plan/scan"
	"treaty/plan/tree"
)

// MaxEntries is how many a directory has at most.
const MaxEntries = 4_000_000

// trail goes through directories as a walk does: depth first, a directory before what is in it, siblings in order. Both
// ends go by what was listed, so that no listing need name its directory.
type trail struct {
	// levels are the directories on the way that are not through, each with those in it that are still to come.
	levels  []level
	started bool
}

type level struct {
	dir   tree.Path
	names []string
	// rules are those that hold in the directory, at the end that reads.
	rules *scan.Rules
}

// next is the directory whose listing comes next; false where there is none.
func (t *trail) next() (tree.Path, bool) {
	if !t.started {
		t.started = true
		return tree.Root, true
	}
	for len(t.levels) > 0 {
		at := &t.levels[len(t.levels)-1]
		if len(at.names) > 0 {
			dir := at.dir.Join(at.names[0])
			at.names = at.names[1:]
			return dir, true
		}
		t.levels = t.levels[:len(t.levels)-1]
	}
	return "", false
}

// enter takes in what a directory was listed to have.
func (t *trail) enter(l *tree.Listing, rules *scan.Rules) {
	var names []string
	for i := range l.Entries {
		if e := &l.Entries[i]; e.Type == tree.Directory && e.Ruling == tree.InScope && e.Obstacle == "" {
			names = append(names, e.Name)
		}
	}
	t.levels = append(t.levels, level{l.Dir, names, rules})
}

// previous is what entries are written by the difference from.
type previous struct {
	seconds, nanoseconds int64
	inode                uint64
	mode                 tree.Mode
}

// What an entry's first byte says beside its type.
const (
	typeBits    = 7
	rulingShift = 3
	rulingBits  = 3
	hasObstacle = 1 << 5
	otherMode   = 1 << 6
	otherLinks  = 1 << 7
)

// What a listing's first byte says.
const (
	hinders  = 1 << iota // it has an obstacle
	hasRules             // it has a file of ignore rules
	hasScope
)

// ListingWriter writes listings, packed.
type ListingWriter struct {
	packed *flate.Writer
	to     encoder
	before previous
	trail  trail
}

// NewListingWriter writes listings to a stream of data.
func NewListingWriter(to io.Writer) *ListingWriter {
	packed, err := flate.NewWriter(to, flate.DefaultCompression)
	if err != nil {
		panic(err) // the level is one that there is
	}
	return &ListingWriter{packed: packed}
}

// Next is the directory whose listing is due; false where all were written.
func (w *ListingWriter) Next() (tree.Path, bool) { return w.trail.next() }

// Write writes the listing that is due.
func (w *ListingWriter) Write(l *tree.Listing) error {
	w.to.buf = w.to.buf[:0]
	w.to.listing(l)
	w.to.names(l)
	for i := range l.Entries {
		w.to.kind(&l.Entries[i], &w.before)
	}
	for i := range l.Entries {
		w.to.rest(&l.Entries[i], &w.before)
	}
	w.trail.enter(l, nil)
	_, err := w.packed.Write(w.to.buf)
	return err
}

// Close ends the stream.
func (w *ListingWriter) Close() error { return w.packed.Close() }

func (e *encoder) listing(l *tree.Listing) {
	var flags byte
	rules, scoped := l.Scope.(*scan.Rules)
	if l.Obstacle != "" {
		flags |= hinders
	}
	if l.Rules.Known() {
		flags |= hasRules
	}
	if scoped {
		flags |= hasScope
	}
	e.byte(flags)
	if l.Obstacle != "" {
		e.string(string(l.Obstacle))
		e.string(clipped(l.Why))
	}
	if l.Rules.Known() {
		e.bytes(rules.Text())
	}
	e.uint(uint64(len(l.Entries)))
}

func (e *encoder) names(l *tree.Listing) {
	before := ""
	for i := range l.Entries {
		e.after(before, l.Entries[i].Name)
		before = l.Entries[i].Name
	}
}

func (e *encoder) kind(entry *tree.Entry, before *previous) {
	first := byte(entry.Type) | byte(entry.Ruling)<<rulingShift
	if entry.Obstacle != "" {
		first |= hasObstacle
	}
	if entry.Mode != before.mode {
		first |= otherMode
	}
	if entry.Links != 1 {
		first |= otherLinks
	}
	e.byte(first)
	if entry.Mode != before.mode {
		e.uint(uint64(entry.Mode))
		before.mode = entry.Mode
	}
	if entry.Links != 1 {
		e.uint(uint64(entry.Links))
	}
}

func (e *encoder) rest(entry *tree.Entry, before *previous) {
	switch entry.Type {
	case tree.File:
		e.uint(uint64(entry.Size))
		e.since(entry.Mtime, before)
	case tree.Symlink:
		e.string(entry.Target)
	}
	e.int(int64(entry.Inode - before.inode))
	before.inode = entry.Inode
	if entry.Obstacle != "" {
		e.string(string(entry.Obstacle))
		e.string(clipped(entry.Why))
	}
}

// clipped are words of as many bytes as are read.
func clipped(why string) string { return strings.ToValidUTF8(why[:min(len(why), maxWhy)], "") }

// far is by how many seconds times lie apart that are written whole: the rest fits into 64 bits, in nanoseconds.
const far = 1 << 31

// since writes a time by its distance from the one before it: its zigzag, and one, or nought and all of it.
func (e *encoder) since(t tree.Time, before *previous) {
	at := t.Time()
	seconds, nanoseconds := at.Unix(), int64(at.Nanosecond())
	apart := seconds - before.seconds
	if apart > -far && apart < far {
		d := apart*1e9 + nanoseconds - before.nanoseconds
		e.uint(uint64(d<<1) ^ uint64(d>>63) + 1)
	} else {
		e.uint(0)
		e.time(t)
	}
	before.seconds, before.nanoseconds = seconds, nanoseconds
}

// ListingReader reads listings, and holds them to what a walk can list: each directory in its turn, names that are
// single ones, in order, once.
type ListingReader struct {
	from decoder
	// packed is what from is unpacked of.
	packed  *bufio.Reader
	before  previous
	trail   trail
	options scan.Options
}

// NewListingReader reads the listings of a walk with these options from a stream of data, unpacking no more than it is
// asked for.
func NewListingReader(from io.Reader, options scan.Options) *ListingReader {
	packed := bufio.NewReader(from)
	return &ListingReader{decoder{from: bufio.NewReader(flate.NewReader(packed))}, packed, previous{}, trail{}, options}
}

// Next is the next listing; io.EOF where there is none. Errors wrap ErrBroken where no tree is so.
func (r *ListingReader) Next() (tree.Listing, error) {
	dir, due := r.trail.next()
	if !due {
		if !r.from.ended() || r.from.err == nil && !(&decoder{from: r.packed}).ended() {
			r.from.fail(broken("listings come without end"))
		}
		if r.from.err != nil {
			return tree.Listing{}, r.from.err
		}
		return tree.Listing{}, io.EOF
	}
	l, err := r.from.listing(dir, r.outer(), &r.before)
	if err != nil {
		return tree.Listing{}, err
	}
	if dir.Depth() > tree.MaxDepth && len(l.Entries) > 0 {
		return tree.Listing{}, broken("a directory lies deeper than any is listed")
	}
	rules, _ := l.Scope.(*scan.Rules)
	r.trail.enter(&l, rules)
	return l, nil
}

// outer are the rules that hold in the directory that comes before its own file of them is read.
func (r *ListingReader) outer() *scan.Rules {
	if n := len(r.trail.levels); n > 0 && r.trail.levels[n-1].rules != nil {
		return r.trail.levels[n-1].rules
	}
	return r.options.Rules()
}

// listing reads a listing of dir, in which outer hold, but for what its own rules say.
func (d *decoder) listing(dir tree.Path, outer *scan.Rules, before *previous) (tree.Listing, error) {
	l := tree.Listing{Dir: dir}
	flags := d.byte()
	if flags&hinders != 0 {
		l.Obstacle, l.Why = tree.Obstacle(d.string(maxName)), d.string(maxWhy)
		if e := (tree.Entry{Obstacle: l.Obstacle, Why: l.Why}); d.err == nil && possible(&e) != nil {
			d.fail(possible(&e))
		}
	}
	if flags&hasScope != 0 {
		l.Scope = outer
	}
	if flags&hasRules != 0 {
		text := d.bytes(scan.IgnoreLimit)
		if d.err == nil {
			l.Scope, l.Rules = outer.Enter(dir, text), sha256.Sum256(text)
		}
	}
	count := d.size(MaxEntries)
	if d.err != nil {
		return tree.Listing{}, d.err
	}
	l.Entries = make([]tree.Entry, 0, min(count, 4096))
	d.names(&l, count)
	for i := range l.Entries {
		d.kind(&l.Entries[i], before)
	}
	for i := range l.Entries {
		d.rest(&l.Entries[i], before)
	}
	return l, d.err
}

// names reads the names of a listing, in their order, each once.
func (d *decoder) names(l *tree.Listing, count int) {
	before := tree.Entry{}
	for i := 0; i < count && d.err == nil; i++ {
		name := d.after(before.Name, maxName)
		if d.err != nil {
			return
		}
		e := tree.Entry{Name: name, Key: tree.CollisionKey(name)}
		switch {
		case !component(name), l.Dir == tree.Root && name == tree.PrivateFolder:
			d.fail(broken("%q is no name in a directory", name))
		case i > 0 && tree.Order(&before, &e) >= 0:
			d.fail(broken("%q comes after %q", name, before.Name))
		}
		l.Entries = append(l.Entries, e)
		before = e
	}
}

func (d *decoder) kind(e *tree.Entry, before *previous) {
	first := d.byte()
	e.Type, e.Ruling = tree.Type(first&typeBits), tree.Ruling(first>>rulingShift&rulingBits)
	if first&hasObstacle != 0 {
		e.Obstacle = tree.Unreadable // until it is read
	}
	if first&otherMode != 0 {
		before.mode = tree.Mode(d.size(math.MaxUint16))
		if before.mode != 0 && before.mode != tree.Perm(before.mode.Bits()) {
			d.fail(broken("%q has a mode that there is not", e.Name))
		}
	}
	e.Mode, e.Links = before.mode, 1
	if first&otherLinks != 0 {
		e.Links = uint32(d.size(math.MaxInt32))
	}
	if e.Type == tree.Absent && e.Obstacle == "" || e.Ruling > tree.Ignored {
		d.fail(broken("%q is of no known type", e.Name))
	}
}

func (d *decoder) rest(e *tree.Entry, before *previous) {
	switch e.Type {
	case tree.File:
		e.Size = int64(d.uint())
		e.Mtime = d.since(before)
	case tree.Symlink:
		e.Target = d.string(maxTarget)
	}
	e.Inode = before.inode + uint64(d.int())
	before.inode = e.Inode
	if e.Obstacle != "" {
		e.Obstacle, e.Why = tree.Obstacle(d.string(maxName)), d.string(maxWhy)
	}
	if d.err == nil {
		if err := possible(e); err != nil {
			d.fail(err)
		}
	}
}

func (d *decoder) since(before *previous) tree.Time {
	var t tree.Time
	if n := d.uint(); n == 0 {
		t = d.time()
	} else {
		n--
		apart := int64(n>>1) ^ -int64(n&1)
		seconds, nanoseconds := before.seconds+apart/1e9, before.nanoseconds+apart%1e9
		switch {
		case nanoseconds < 0:
			seconds, nanoseconds = seconds-1, nanoseconds+1e9
		case nanoseconds >= 1e9:
			seconds, nanoseconds = seconds+1, nanoseconds-1e9
		}
		t = tree.UnixTime(seconds, nanoseconds)
	}
	at := t.Time()
	before.seconds, before.nanoseconds = at.Unix(), int64(at.Nanosecond())
	return t
}

// AppendListing puts a single listing into bytes, as DecodeListing reads it.
func AppendListing(l *tree.Listing) []byte {
	var e encoder
	var before previous
	e.listing(l)
	e.names(l)
	for i := range l.Entries {
		e.kind(&l.Entries[i], &before)
	}
	for i := range l.Entries {
		e.rest(&l.Entries[i], &before)
	}
	return e.buf
}

// DecodeListing reads the listing of a directory that a walk with these options does not descend into.
func DecodeListing(from io.Reader, dir tree.Path, options scan.Options) (tree.Listing, error) {
	d := decoder{from: bufio.NewReader(from)}
	l, err := d.listing(dir, options.Rules(), &previous{})
	if err == nil && !d.ended() {
		err = broken("more than a listing came")
	}
	return l, err
}
