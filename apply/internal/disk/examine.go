package disk

import (
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// examiner compares what is on the volume with what was planned.
type examiner struct {
	*Files
	shift time.Duration
	// lease is that of the system.
	lease func(*os.File) (leased bool, err error)

	reading sync.Mutex
	// handed are the paths of which this run has handed out the content, to be compared and copied out of reach.
	handed map[tree.Path]bool
}

// Shifted says that all times of the volume are off by that much from those that the plan names.
func (t *examiner) Shifted(by time.Duration) { t.shift = by }

// subject is what stood at a path when it was compared with the plan. It stays open, with a lease
// where there are leases, until the change is done and verified.
type subject struct {
	entry tree.Entry
	file  *os.File // nil for links and directories, and for files that can't be read
	// want is known if content counts, and hash if it was read, or will be once it was moved.
	want, hash tree.Hash
	leased     bool
}

// close ends the lease.
func (s *subject) close() {
	if s.file != nil {
		s.file.Close()
	}
}

// let ends the hold on a file that has been moved and looked at: where holds are mandatory they would
// keep treaty itself from syncing it and from giving it back.
func (s *subject) let() {
	s.close()
	s.file = nil
}

// examine opens what is at a spot, keeps other programs from writing to it where that can be had,
// and compares it with before. A *Drift tells any difference.
func (t *examiner) examine(at spot, before *tree.State) (*subject, error) {
	s, err := t.look(at, before)
	if err != nil {
		return nil, err
	}
	return t.prove(s, tree.Path(at.path()))
}

// examineToMove is examine for what is moved next, which cameOut looks at once more. A content that cannot be kept from
// other writers is read there; it is not read here too where this run has read it before, to copy it out of reach:
// it was what was planned then, and a stick is slow. So all of it is read twice, to be copied and to be proven.
//
// Race: somebody writes to it after it was copied, without a change of its size or its stamp. Worst: its name is
// absent until it is put back, and a power cut just then finds no copy of that version on the other side.
func (t *examiner) examineToMove(at spot, before *tree.State) (*subject, error) {
	s, err := t.look(at, before)
	if err != nil {
		return nil, err
	}
	p := tree.Path(at.path())
	if s.want.Known() && !s.leased && t.wasHanded(p) {
		s.hash = s.want
		return s, nil
	}
	return t.prove(s, p)
}

// hand notes that the content of p was handed out.
func (t *examiner) hand(p tree.Path) {
	t.reading.Lock()
	defer t.reading.Unlock()
	if t.handed == nil {
		t.handed = map[tree.Path]bool{}
	}
	t.handed[p] = true
}

func (t *examiner) wasHanded(p tree.Path) bool {
	t.reading.Lock()
	defer t.reading.Unlock()
	return t.handed[p]
}

// look is examine without a look at the content.
func (t *examiner) look(at spot, before *tree.State) (s *subject, err error) {
	e, err := at.lstat()
	p := tree.Path(at.path())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &volume.Drift{Path: p, Why: "it is gone"}
	case busy(err):
		return nil, &volume.Drift{Path: p, Why: volume.ErrBusy.Error(), Cause: volume.ErrBusy}
	case err != nil:
		return nil, err
	case before == nil:
		return nil, &volume.Drift{Path: p, Why: "there is something now", Found: t.cut(e), Cause: volume.ErrTaken}
	}
	s = &subject{entry: e}
	defer func() {
		if err != nil {
			s.close()
			s = nil
		}
	}()
	drift := func(why string) error { return &volume.Drift{Path: p, Why: why, Found: t.cut(s.entry)} }
	if e.Type != tree.File || before.Of() != tree.File {
		return s, t.compare(e, before, drift)
	}
	byHash := before.SHA256.Known() && (t.opts.Hash || !e.Mtime.Add(-t.shift).Before(t.opts.RacySince))
	s.file, err = openFile(at)
	switch {
	case busy(err):
		return s, &volume.Drift{Path: p, Why: volume.ErrBusy.Error(), Found: t.cut(e), Cause: volume.ErrBusy}
	case errors.Is(err, fs.ErrPermission) && !byHash:
		// It can't be read, but its stat is known, and so it can be moved.
		return s, t.compare(s.entry, before, drift)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, scan.ErrNotRegular), errors.Is(err, scan.ErrSymlink):
		return s, drift("it went just now")
	case err != nil:
		return s, err
	}
	if s.leased, err = t.lease(s.file); err != nil {
		return s, &volume.Drift{Path: p, Why: err.Error(), Found: t.cut(e), Cause: volume.ErrBusy}
	}
	switch same, err := sysSame(s.file, at.handle, at.name); {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return s, err
	case !same:
		return s, drift("another file took its place just now")
	}
	if err := s.restat(); err != nil {
		return s, err
	}
	if byHash {
		s.want = before.SHA256
	}
	return s, t.compare(s.entry, before, drift)
}

// contentChanged is what is said of a file whose stamp is the same.
const contentChanged = "its content has changed"

// prove reads the content of what was at p, where that counts, and closes what is not as wanted.
func (t *examiner) prove(s *subject, p tree.Path) (_ *subject, err error) {
	if !s.want.Known() {
		return s, nil
	}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	stamp := s.entry
	if s.hash, err = hashOf(s.file); err != nil {
		return nil, err
	}
	if err := s.restat(); err != nil {
		return nil, err
	}
	if s.hash != s.want || s.entry.Size != stamp.Size || s.entry.Mtime != stamp.Mtime {
		return nil, &volume.Drift{Path: p, Why: contentChanged, Found: t.cut(s.entry)}
	}
	return s, nil
}

// restat reads again what the open file says of itself.
func (s *subject) restat() error {
	size, mtime, err := stampOf(s.file)
	s.entry.Size, s.entry.Mtime = size, mtime
	return err
}

// compare holds what is there, by its stat, against the plan.
func (t *examiner) compare(e tree.Entry, before *tree.State, drift func(string) error) error {
	if why := volume.Differs(&e, before, &t.opts.Traits, t.shift); why != "" {
		return drift(why)
	}
	return nil
}

// cameOut tells, once s was moved to another spot, whether what was moved is what was examined: the same
// file with the same stamp, or, where inode numbers can't be trusted, the same content; hashed again
// where stamps prove nothing and no lease kept writers out. why is "" if it is.
func (t *examiner) cameOut(s *subject, at spot) (why string, err error) {
	if holdsName {
		defer s.let()
	}
	now, err := at.lstat()
	if err != nil {
		return "", err
	}
	const another = "another version took its place just now"
	switch {
	case now.Type != s.entry.Type || now.Target != s.entry.Target:
		return another, nil
	case s.entry.Type != tree.File:
		return "", nil
	case now.Size != s.entry.Size || now.Mtime != s.entry.Mtime && !t.opts.Traits.IgnoresTimes:
		return another, nil
	case s.file == nil:
		return "", nil
	}
	same, err := sysSame(s.file, at.handle, at.name)
	if err != nil {
		return "", err
	}
	rehash := s.hash.Known() && !s.leased
	if !same && !s.hash.Known() {
		if s.hash, err = hashOf(s.file); err != nil {
			return "", err
		}
	}
	if same && !rehash {
		return "", nil
	}
	f := s.file
	if !same {
		if f, err = at.dir.Open(at.name); err != nil {
			return "", err
		}
		defer f.Close()
	}
	hash, err := hashOf(f)
	if err != nil {
		return "", err
	}
	switch {
	case hash == s.hash:
		return "", nil
	case same:
		return contentChanged, nil
	}
	return another, nil
}

func stampOf(f *os.File) (int64, tree.Time, error) {
	at, err := f.Stat()
	if err != nil {
		return 0, tree.Time{}, err
	}
	return at.Size(), scan.MtimeOf(at), nil
}

// copyBuffer is how many bytes of a file are read and written at a time: more are no quicker.
const copyBuffer = 256 << 10

var buffers = sync.Pool{New: func() any { return new([copyBuffer]byte) }}

// hashOf is the hash of all of f, from its beginning.
func hashOf(f *os.File) (tree.Hash, error) {
	buf := buffers.Get().(*[copyBuffer]byte)
	defer buffers.Put(buf)
	h := sha256.New()
	for at := int64(0); ; {
		n, err := f.ReadAt(buf[:], at)
		h.Write(buf[:n])
		at += int64(n)
		if err == io.EOF {
			break
		}
		if err != nil {
			return tree.Hash{}, err
		}
	}
	var sum tree.Hash
	h.Sum(sum[:0])
	return sum, nil
}
