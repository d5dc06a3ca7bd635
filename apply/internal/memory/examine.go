package memory

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"slices"
	"time"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// examiner looks at what is there, as a run has planned with it.
type examiner struct {
	*files
	opts  volume.Options
	shift time.Duration
}

// Shifted says by how much all times are off.
func (c *examiner) Shifted(by time.Duration) { c.shift = by }

// Stopped is why the volume takes no further change.
func (c *examiner) Stopped() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopped
}

// Durability is by which words receipts tell that nothing here lasts longer than a process.
func (c *examiner) Durability() string { return "memory" }

// Space is as much as a test needs.
func (c *examiner) Space() (volume.Space, error) {
	return volume.Space{Free: 1 << 40, Total: 1 << 40, Block: 1}, nil
}

// Granularity is that of the volume's times.
func (c *examiner) Granularity() int64 { return c.opts.Traits.MtimeGranularity }

// Exchanges tells whether the volume can exchange names.
func (c *examiner) Exchanges() bool { return c.opts.Can.Exchange }

// At is what is at a name.
func (c *examiner) At(name string) (tree.Entry, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen(name)
}

// seen is what is at a name as a Result has it; Type Absent where there is nothing.
func (c *examiner) seen(name string) (tree.Entry, error) {
	_, n, err := c.find(name)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, scan.ErrSymlink), errors.Is(err, scan.ErrNotDirectory):
		_, base := split(name)
		return tree.Entry{Name: base}, nil
	case err != nil:
		return tree.Entry{}, err
	case n.node == nil:
		_, base := split(name)
		return tree.Entry{Name: base, Key: tree.CollisionKey(base)}, nil
	}
	return c.cut(c.entry(n)), nil
}

// cut leaves of an entry what the volume was planned with.
func (c *examiner) cut(e tree.Entry) tree.Entry {
	e.Mtime = e.Mtime.Cut(c.opts.Traits.MtimeGranularity)
	if !c.opts.Traits.Modes {
		e.Mode = 0
	}
	return e
}

// result is what a change has left at a name.
func (c *examiner) result(name, trash string) (volume.Result, error) {
	e, err := c.seen(name)
	return volume.Result{Entry: e, Trash: trash}, err
}

// Holds tells whether what is there is what state says.
func (c *examiner) Holds(name string, state *tree.State) (bool, error) {
	e, hash, err := c.ReadBack(name)
	granularity := c.opts.Traits.MtimeGranularity
	switch {
	case err != nil, e.Type != state.Of():
		return false, err
	case e.Type == tree.Symlink:
		return e.Target == state.Target(), nil
	case e.Type != tree.File:
		return true, nil
	case !state.SHA256.Known():
		return e.Size == state.Size && e.Mtime.Cut(granularity) == state.Mtime.Cut(granularity), nil
	}
	return hash == state.SHA256 && (c.opts.LosesRenames || e.Mtime.Cut(granularity) == state.Mtime.Cut(granularity)), nil
}

// Spelled tells whether a directory lists a name in exactly this spelling.
func (c *examiner) Spelled(path tree.Path) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	names, err := c.spelled(string(path.Parent()))
	return slices.Contains(names, path.Base()), err
}

// Waiting is what lies at a name in the trash.
func (c *examiner) Waiting(name string) (*volume.Staged, error) {
	e, err := c.At(name)
	if err != nil || e.Type == tree.Absent {
		return nil, err
	}
	return &volume.Staged{Name: name, Type: e.Type, Size: e.Size, Mtime: e.Mtime, Target: e.Target}, nil
}

// ReadBack is what is at a name, with its hash.
func (c *examiner) ReadBack(name string) (tree.Entry, tree.Hash, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, err := c.seen(name)
	if err != nil || e.Type != tree.File {
		return e, tree.Hash{}, err
	}
	n, err := c.there(name)
	return e, sha256.Sum256(n.content), err
}

// Changed tells whether somebody has written to what lies in the trash. Content counts where the stamp proves nothing.
func (c *examiner) Changed(place string, before *tree.State) (bool, error) {
	e, hash, err := c.ReadBack(place)
	if err != nil || e.Type != tree.File || before.Of() != tree.File {
		return false, err
	}
	granularity := c.opts.Traits.MtimeGranularity
	same := e.Size == before.Size && e.Mtime.Add(-c.shift).Cut(granularity) == before.Mtime.Cut(granularity)
	if !before.SHA256.Known() || e.Size != before.Size || same && !c.racy(&e) {
		return !same, nil
	}
	return hash != before.SHA256, nil
}

// racy tells of a file whose stamp proves nothing.
func (c *examiner) racy(e *tree.Entry) bool {
	return c.opts.LosesRenames || !e.Mtime.Add(-c.shift).Before(c.opts.RacySince)
}

// enter is the directory in which a path can be changed, made workable. Errors are a *volume.Drift where it is not
// there, or wrap volume.ErrUnfit.
func (c *examiner) enter(p tree.Path) (*node, error) {
	if _, err := tree.ParsePath(string(p)); err != nil {
		return nil, tree.About(p, err)
	}
	dir, err := c.dir(string(p.Parent()))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &volume.Drift{Path: p, Why: "its parent directory is not there"}
	}
	return dir, unfit(err)
}

// examine is what is at a path, if it is what before says. A *volume.Drift tells any difference.
func (c *examiner) examine(p tree.Path, before *tree.State) (named, error) {
	dir, err := c.enter(p)
	if err != nil {
		return named{}, err
	}
	n := dir.names[c.key(p.Base())]
	switch {
	case n.node == nil:
		return n, &volume.Drift{Path: p, Why: "it is gone"}
	case before == nil:
		return n, c.taken(p)
	}
	e := c.entry(n)
	why := volume.Differs(&e, before, &c.opts.Traits, c.shift)
	if why == "" && n.kind == tree.File && before.SHA256.Known() && c.racy(&e) &&
		sha256.Sum256(n.content) != before.SHA256 {
		why = "its content has changed"
	}
	if why != "" {
		return n, &volume.Drift{Path: p, Why: why, Found: c.cut(e)}
	}
	return n, nil
}

// taken is the drift of something where nothing was expected.
func (c *examiner) taken(p tree.Path) error {
	found, _ := c.seen(string(p))
	return &volume.Drift{Path: p, Why: "there is something now", Found: found, Cause: volume.ErrTaken}
}
