package memory

import (
	"context"
	"io"
	"strings"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// copies keep content of the other end.
type copies struct{ stage }

// Preserve copies content of the other end into this end's trash.
func (c *copies) Preserve(ctx context.Context, p tree.Path, src io.Reader, state *tree.State) (volume.Staged, error) {
	for component := range strings.SplitSeq(string(p), "/") {
		if c.opts.Traits.NameProblem(component) != "" {
			p = "unnamed"
		}
	}
	n, err := c.copied(ctx, src, state.Size, state.SHA256, state.Mtime)
	if err != nil {
		return volume.Staged{}, err
	}
	n.mode = tree.Perm(0o600)
	var place string
	err = c.call("preserve", string(p), func() error {
		if place, err = c.place(volume.CopiesFolder(c.run), p); err != nil {
			return err
		}
		dir, _, err := c.find(place)
		if err == nil {
			_, name := split(place)
			c.put(dir, name, n)
		}
		return err
	})
	return n.waiting(place), err
}

// ClearCopies removes the copies of this run but for those to keep.
func (c *copies) ClearCopies(keep map[string]bool) error {
	return c.call("clear", volume.CopiesFolder(c.run), func() error {
		dir, err := c.dir(volume.CopiesFolder(c.run))
		if err != nil {
			return nil
		}
		if c.thin(dir, volume.CopiesFolder(c.run), keep); len(dir.names) == 0 {
			parent, name := split(volume.CopiesFolder(c.run))
			above, err := c.dir(parent)
			if err == nil {
				c.drop(above, name)
			}
			return err
		}
		return nil
	})
}

// thin removes from a folder all but what is to be kept, by its name.
func (c *copies) thin(dir *node, at string, keep map[string]bool) {
	for _, n := range dir.names {
		name := at + "/" + n.spelled
		if n.kind == tree.Directory {
			c.thin(n.node, name, keep)
		}
		if !keep[name] && len(n.names) == 0 {
			c.drop(dir, n.spelled)
		}
	}
}

// Restore gives what is staged a name in the trash that nothing has.
func (c *copies) Restore(s volume.Staged, place string) error {
	return c.call("restore", place, func() error {
		if _, err := c.there(s.Name); err != nil {
			return err
		}
		if err := c.vacant(place); err != nil {
			return err
		}
		c.rename(s.Name, place)
		return nil
	})
}

// Quarantine moves a file to a place of its own in the trash, if it is still what it was found to be.
func (c *copies) Quarantine(name string, p tree.Path, found tree.Entry) (place string, err error) {
	err = c.call("quarantine", name, func() error {
		if _, err := c.there(name); err != nil {
			return err
		}
		now, err := c.seen(name)
		if err != nil {
			return err
		}
		if now.Type != found.Type || now.Size != found.Size || now.Mtime != found.Mtime {
			return &volume.Drift{Path: tree.Path(name), Why: "it was written to just now", Found: now}
		}
		if err := c.workable(tree.Path(name).Parent()); err != nil {
			return err
		}
		if place, err = c.place(volume.TrashFolder+"/"+c.run, p); err == nil {
			c.rename(name, place)
		}
		return err
	})
	return place, err
}
