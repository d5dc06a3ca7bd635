package disk

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"sync"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// stage holds what waits to be put in place.
type stage struct {
	*examiner
	shelf shelf
}

// shelf hands out names in the stage: at most shelfSize to a folder, since folders of FAT can hold few
// long names and are searched from the start.
type shelf struct {
	sync.Mutex
	folder, next int
	// path is the folder's, "" before there is one.
	path string
}

const shelfSize = 1000

// place is where the next staged entry goes, with its folder open for the caller to release. Names are as long as most
// names are, so that the final rename seldom finds a FAT folder too full for a longer one. A run that is
// taken up again begins with a new folder.
func (t *stage) place() (spot, error) {
	t.shelf.Lock()
	defer t.shelf.Unlock()
	if t.shelf.folder == 0 {
		d, err := t.makePrivate(volume.StageFolder + "/" + t.run)
		if err != nil {
			return spot{}, err
		}
		names, err := d.dir.Names()
		d.release()
		if err != nil {
			return spot{}, err
		}
		for _, name := range names {
			var n int
			if _, err := fmt.Sscanf(name, "%d", &n); err == nil {
				t.shelf.folder = max(t.shelf.folder, n)
			}
		}
		t.shelf.folder++
	}
	if t.shelf.next == shelfSize {
		t.shelf.folder, t.shelf.next, t.shelf.path = t.shelf.folder+1, 0, ""
	}
	if t.shelf.path == "" {
		t.shelf.path = fmt.Sprintf("%s/%s/%06d", volume.StageFolder, t.run, t.shelf.folder)
	}
	d, err := t.makePrivate(t.shelf.path)
	if err != nil {
		return spot{}, err
	}
	name := "staged-" + digits(t.shelf.folder) + "-" + digits(t.shelf.next) + "-000000000000"
	t.shelf.next++
	return d.spot(name), nil
}

// digits are those of n, six at least.
func digits(n int) string {
	s := strconv.Itoa(n)
	return "000000"[min(len(s), 6):] + s
}

// Stage copies src, which must be size bytes and have the hash want (if known), to a file of its own
// on the volume, with mode (if known) and mtime set. It is durable after the next Barrier. Errors
// wrap ErrSource where src is not as told; where it could not be read they are those of reading it, and
// volume.ErrUnreadable where its volume cannot. Whether the volume took the mode is for the caller to see in
// what Create or Replace returns; a volume that keeps none is no error.
func (t *stage) Stage(ctx context.Context, src io.Reader, size int64, want tree.Hash, mtime tree.Time,
	mode tree.Mode) (volume.Staged, error) {
	if err := t.ready(); err != nil {
		return volume.Staged{}, err
	}
	to, err := t.place()
	if err != nil {
		return volume.Staged{}, err
	}
	defer to.release()
	return t.copyTo(ctx, to, src, size, want, mtime, mode)
}

// copyTo is Stage to a name that nothing has. What fails leaves nothing there, or what goes with the folder.
func (t *stage) copyTo(ctx context.Context, to spot, src io.Reader, size int64, want tree.Hash,
	mtime tree.Time, mode tree.Mode) (s volume.Staged, err error) {
	// The folder lets nobody else in. Its owner must be able to write, since some drivers make a file first and open it
	// then.
	f, err := to.make(to.name, privateFileMode|mode.Bits())
	if err != nil {
		return s, t.written(err)
	}
	defer func() {
		if e := f.close(); err == nil && e != nil {
			err = t.stop(e)
		}
		if err != nil {
			to.unlink(to.name) // a copy; what stays is cleaned with the run's stage or copies
		}
	}()
	s = volume.Staged{Name: to.path(), Type: tree.File, Size: size}
	var shared bool
	if s.Hash, shared, err = t.share(ctx, f, src, size); err == nil && !shared {
		s.Hash, err = t.fill(ctx, f, src, size)
	}
	if err != nil {
		return s, err
	}
	if want.Known() && s.Hash != want {
		return s, fmt.Errorf("%w: its content has changed", volume.ErrSource)
	}
	err = t.dress(f, &s, mtime, mode)
	return s, err
}

// dress gives a file that was made just now its time, and its mode (if known) where it was not made with that. What was
// read back is in s.
func (t *stage) dress(f *making, s *volume.Staged, mtime tree.Time, mode tree.Mode) (err error) {
	if err := t.timed(f.touch(mtime)); err != nil {
		return t.written(err)
	}
	if s.Mtime, s.Mode, err = f.stamp(); err != nil || !mode.Known() || s.Mode == mode {
		return err
	}
	s.Mode = 0
	if err := f.chmod(mode); err != nil && !unmoded(err) {
		return t.written(err)
	}
	return nil
}

// fill copies src to f, hashing on the way.
func (t *stage) fill(ctx context.Context, f *making, src io.Reader, size int64) (tree.Hash, error) {
	return hashing(ctx, src, size, func(p []byte) error { return t.written(f.fill(p)) })
}

// hashing hands on what is read of src, which must be size bytes, and returns the hash of it.
func hashing(ctx context.Context, src io.Reader, size int64, each func([]byte) error) (tree.Hash, error) {
	buf := buffers.Get().(*[copyBuffer]byte)
	defer buffers.Put(buf)
	h := sha256.New()
	var sum tree.Hash
	for left := size; ; {
		if err := ctx.Err(); err != nil {
			return sum, err
		}
		n, err := src.Read(buf[:])
		if left -= int64(n); left < 0 {
			return sum, fmt.Errorf("%w: it has grown", volume.ErrSource)
		}
		if n > 0 {
			h.Write(buf[:n])
			if err := each(buf[:n]); err != nil {
				return sum, err
			}
		}
		switch {
		case err == io.EOF && left > 0:
			return sum, fmt.Errorf("%w: it has shrunk", volume.ErrSource)
		case err == io.EOF:
			h.Sum(sum[:0])
			return sum, nil
		case err != nil:
			return sum, unread(err)
		}
	}
}

// StageLink stages a symbolic link with target, verbatim.
func (t *stage) StageLink(target string) (volume.Staged, error) {
	if err := t.ready(); err != nil {
		return volume.Staged{}, err
	}
	to, err := t.place()
	if err != nil {
		return volume.Staged{}, err
	}
	defer to.release()
	if err := to.symlink(target, to.name); err != nil {
		return volume.Staged{}, t.written(err)
	}
	return volume.Staged{Name: to.path(), Type: tree.Symlink, Target: target}, nil
}

// Adopt takes up again what an earlier process staged, parked or trashed under name, relative to the
// root: a file with the hash want, or a link with the target. Errors wrap fs.ErrNotExist where there is
// nothing, and ErrSource where there is something else.
func (t *stage) Adopt(name string, want tree.Hash, target string) (volume.Staged, error) {
	other := fmt.Errorf("%q: %w", name, volume.ErrSource)
	if !strings.HasPrefix(name, volume.StageFolder+"/") && !strings.HasPrefix(name, volume.TrashFolder+"/") {
		return volume.Staged{}, other
	}
	parent, base := split(name)
	d, err := t.open(parent)
	if err != nil {
		return volume.Staged{}, private(err)
	}
	defer d.release()
	e, err := d.dir.Lstat(base)
	if err != nil {
		return volume.Staged{}, err
	}
	s := volume.Staged{Name: name, Type: e.Type, Size: e.Size, Mtime: e.Mtime, Mode: e.Mode, Target: e.Target}
	switch {
	case e.Type == tree.Symlink && !want.Known() && e.Target == target:
		return s, nil
	case e.Type != tree.File || !want.Known():
		return volume.Staged{}, other
	}
	f, err := d.dir.Open(base)
	if err != nil {
		return volume.Staged{}, err
	}
	defer f.Close()
	if s.Hash, err = hashOf(f); err != nil {
		return volume.Staged{}, err
	}
	if s.Hash != want {
		return volume.Staged{}, other
	}
	return s, nil
}

// Discard removes what Stage or StageLink made and nobody installed. Whatever else has the name, and
// anything outside the stage, is left alone, with an error that wraps ErrSource. It works on a stopped
// tree too.
func (t *stage) Discard(s volume.Staged) error {
	if !strings.HasPrefix(s.Name, volume.StageFolder+"/") {
		return fmt.Errorf("%q: %w", s.Name, volume.ErrSource)
	}
	if _, err := t.Adopt(s.Name, s.Hash, s.Target); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	parent, name := split(s.Name)
	d, err := t.open(parent)
	if err != nil {
		return err
	}
	defer d.release()
	return d.unlink(name)
}

// ClearStage removes what the run called run left in the stage: copies all of it, since what is the
// user's own is never put there.
func (t *stage) ClearStage(run string) error { return t.clear(volume.StageFolder, run) }

// clear removes the folder run in base, with all in it.
func (t *trash) clear(base, run string) error {
	if run == "" || run == "." || run == ".." || strings.ContainsAny(run, "/\x00") {
		return fmt.Errorf("%q cannot name a run", run)
	}
	d, err := t.open(base)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return private(err)
	}
	defer d.release()
	if err := t.empty(d, run); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return t.synced(d.sync())
}

// empty removes name and, if it is a directory, all below it. Only for folders of treaty's own.
func (t *trash) empty(d *folder, name string) error {
	e, err := d.dir.Lstat(name)
	if err != nil {
		return err
	}
	if e.Type != tree.Directory {
		return d.unlink(name)
	}
	below, err := t.open(d.at(name))
	if errors.Is(err, fs.ErrPermission) {
		// A directory moved here whole, with its mode.
		if err := d.chmod(name, tree.Perm(privateMode)); err != nil {
			return err
		}
		below, err = t.open(d.at(name))
	}
	if err != nil {
		return err
	}
	names, err := below.dir.Names()
	for _, inner := range names {
		if err == nil {
			err = t.empty(below, inner)
		}
	}
	below.release()
	if err != nil {
		return err
	}
	t.root.Forget(tree.Path(d.at(name)))
	return d.rmdir(name)
}
