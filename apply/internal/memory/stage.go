package memory

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// stage holds what waits to be put in place; count is of the names that were given out there.
type stage struct {
	placer
	count int
}

// Stage copies src to the stage.
func (c *stage) Stage(ctx context.Context, src io.Reader, size int64, want tree.Hash, mtime tree.Time,
	mode tree.Mode) (volume.Staged, error) {
	n, err := c.copied(ctx, src, size, want, mtime)
	if err != nil {
		return volume.Staged{}, err
	}
	if n.mode = tree.Perm(0o600); mode.Known() {
		n.mode = mode
	}
	return c.shelve(n)
}

// copied is a file that nothing has a name for yet, with what src gives.
func (c *stage) copied(ctx context.Context, src io.Reader, size int64, want tree.Hash, mtime tree.Time) (*node, error) {
	var text bytes.Buffer
	n, err := text.ReadFrom(io.LimitReader(src, size+1))
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, err
	case n < size:
		return nil, fmt.Errorf("%w: it has shrunk", volume.ErrSource)
	case n > size:
		return nil, fmt.Errorf("%w: it has grown", volume.ErrSource)
	case want.Known() && sha256.Sum256(text.Bytes()) != want:
		return nil, fmt.Errorf("%w: its content has changed", volume.ErrSource)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	file := c.make(tree.File)
	file.content = text.Bytes()
	c.date(file, mtime)
	return file, nil
}

// date gives a file a time, as far as the volume keeps it.
func (d *disk) date(n *node, mtime tree.Time) {
	if d.kind.Probed.Traits.IgnoresTimes {
		mtime = d.now()
	}
	n.mtime = d.kind.Probed.Traits.Keep(mtime)
}

// StageLink stages a symbolic link.
func (c *stage) StageLink(target string) (volume.Staged, error) {
	c.mu.Lock()
	n := c.make(tree.Symlink)
	c.mu.Unlock()
	n.target = target
	return c.shelve(n)
}

// shelve gives what is to wait a name in the stage.
func (c *stage) shelve(n *node) (volume.Staged, error) {
	var name string
	err := c.call("stage", volume.StageFolder, func() error {
		folder, err := c.folder(volume.StageFolder + "/" + c.run)
		if err != nil {
			return err
		}
		for name == "" || folder.names[c.key(name)].node != nil {
			c.count++
			name = fmt.Sprintf("staged-%06d", c.count)
		}
		c.put(folder, name, n)
		return nil
	})
	return n.waiting(volume.StageFolder + "/" + c.run + "/" + name), err
}

// waiting is a node as what waits under a name.
func (n *node) waiting(name string) volume.Staged {
	s := volume.Staged{Name: name, Type: n.kind, Target: n.target}
	if n.kind == tree.File {
		s.Size, s.Mtime, s.Hash = int64(len(n.content)), n.mtime, sha256.Sum256(n.content)
	}
	return s
}

// StageCopy stages a copy of a file, with the time and the mode of after.
func (c *stage) StageCopy(ctx context.Context, p tree.Path, before, after *tree.State) (volume.Staged, error) {
	f, err := c.opened(p, before)
	if err != nil {
		return volume.Staged{}, err
	}
	mtime, mode := f.of.mtime, f.of.mode
	if after.Mtime != before.Mtime {
		mtime = after.Mtime
	}
	if after.Mode.Known() {
		mode = after.Mode
	}
	return c.Stage(ctx, f, f.Size(), before.SHA256, mtime, mode)
}

// Discard removes what was staged and nobody installed, on a stopped volume too.
func (c *stage) Discard(s volume.Staged) error {
	other := fmt.Errorf("%q: %w", s.Name, volume.ErrSource)
	if !strings.HasPrefix(s.Name, volume.StageFolder+"/") {
		return other
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	dir, n, err := c.find(s.Name)
	switch {
	case err != nil || n.node == nil:
		return nil
	case n.kind != s.Type || n.target != s.Target || n.kind == tree.File && sha256.Sum256(n.content) != s.Hash:
		return other
	}
	c.drop(dir, n.spelled)
	return nil
}

// ClearStage removes what a run has left in the stage.
func (c *stage) ClearStage(run string) error { return c.clear(volume.StageFolder, run) }

// Content opens a file for reading, if its stat is what before says.
func (c *stage) Content(p tree.Path, before *tree.State) (volume.Content, error) {
	f, err := c.opened(p, before)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (c *stage) opened(p tree.Path, before *tree.State) (*content, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped != nil {
		return nil, c.stopped
	}
	if _, err := c.enter(p); err != nil {
		return nil, err
	}
	_, n, err := c.find(string(p))
	if err != nil {
		return nil, err
	}
	e, err := c.seen(string(p))
	if err != nil {
		return nil, err
	}
	if n.node != nil {
		e = c.entry(n)
	}
	if why := volume.Differs(&e, before, &c.opts.Traits, c.shift); why != "" {
		return nil, &volume.Drift{Path: p, Why: why, Found: c.cut(e)}
	}
	return c.open(string(p))
}
