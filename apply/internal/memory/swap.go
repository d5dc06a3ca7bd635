package memory

import (
	"fmt"
	"slices"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// changer makes the changes of one run.
type changer struct{ copies }

var _ volume.Changer = (*changer)(nil)

// fits refuses a name that the volume cannot hold.
func (c *changer) fits(p tree.Path) error {
	if why := c.opts.Traits.NameProblem(p.Base()); why != "" {
		return fmt.Errorf("%q: %w: %s", string(p), volume.ErrUnfit, why)
	}
	return nil
}

// Create gives a path to what is staged.
func (c *changer) Create(p tree.Path, s volume.Staged) (r volume.Result, err error) {
	err = c.call("create", string(p), func() error {
		if err := c.fits(p); err != nil {
			return err
		}
		dir, err := c.enter(p)
		if err != nil {
			return err
		}
		if _, err := c.there(s.Name); err != nil {
			return unfit(err)
		}
		if dir.names[c.key(p.Base())].node != nil {
			return c.taken(p)
		}
		if err := c.workable(p.Parent()); err != nil {
			return err
		}
		c.rename(s.Name, string(p))
		r, err = c.result(string(p), "")
		return err
	})
	return r, err
}

// Replace gives a path to what is staged, and moves what is there to place.
func (c *changer) Replace(p tree.Path, before *tree.State, s volume.Staged, place string) (volume.Result, error) {
	return c.replace(p, p, before, s, place)
}

// ReplaceAs is Replace for another spelling of the name.
func (c *changer) ReplaceAs(p, as tree.Path, before *tree.State, s volume.Staged, place string) (volume.Result, error) {
	if err := c.fits(as); err != nil {
		return volume.Result{}, err
	}
	if p.Parent() != as.Parent() || tree.CollisionKey(p.Base()) != tree.CollisionKey(as.Base()) {
		return volume.Result{}, fmt.Errorf("%q: %w: it is no other spelling of %q", string(as), volume.ErrUnfit, string(p))
	}
	return c.replace(p, as, before, s, place)
}

// replace takes two steps. Half made, what is staged is at place, where names can be exchanged, or else what was there
// is, and the name is absent.
func (c *changer) replace(p, as tree.Path, before *tree.State, s volume.Staged,
	place string) (r volume.Result, err error) {
	err = c.call("replace", string(p), func() error {
		old, err := c.examine(p, before)
		if err != nil {
			return err
		}
		if old.kind == tree.Directory {
			return fmt.Errorf("%q: a directory is removed, never replaced", string(p))
		}
		if _, err := c.there(s.Name); err != nil {
			return unfit(err)
		}
		if err := c.workable(p.Parent()); err != nil {
			return err
		}
		if s.Name != place {
			if place, err = c.aside(place, p); err != nil {
				return err
			}
		}
		if err := c.swap(p, as, s.Name, place); err != nil {
			return err
		}
		r, err = c.result(string(as), place)
		return err
	})
	return r, err
}

// swap brings what is at from to the name as, and what is at p to place.
func (c *changer) swap(p, as tree.Path, from, place string) error {
	if c.opts.Can.Exchange && p == as {
		if from != place {
			c.rename(from, place)
		}
		if err := c.half("replace", string(p)); err != nil {
			return err
		}
		c.exchange(place, string(p))
		return nil
	}
	if from == place {
		return fmt.Errorf("%q: %w", place, volume.ErrTaken)
	}
	if _, other, _ := c.find(string(as)); other.node != nil && p != as && c.key(p.Base()) != c.key(as.Base()) {
		return &volume.Drift{Path: p, Why: "the new spelling of its name was taken just now"}
	}
	c.rename(string(p), place)
	if err := c.half("replace", string(p)); err != nil {
		return err
	}
	c.rename(from, string(as))
	return nil
}

// Move gives what is at from the name to. Where it cannot be refused that a name is taken, it passes place.
func (c *changer) Move(from, to tree.Path, before *tree.State, place string) (r volume.Result, err error) {
	if to.Within(from) {
		return r, fmt.Errorf("%q cannot be moved into itself", string(from))
	}
	err = c.call("move", string(to), func() error {
		if err := c.fits(to); err != nil {
			return err
		}
		if _, err := c.enter(from); err != nil {
			return err
		}
		into, err := c.enter(to)
		if err != nil {
			return err
		}
		if _, err := c.examine(from, before); err != nil {
			return err
		}
		respelled := from.Parent() == to.Parent() && tree.CollisionKey(from.Base()) == tree.CollisionKey(to.Base())
		other := into.names[c.key(to.Base())]
		if other.node != nil && !(respelled && other.spelled == from.Base()) {
			return c.taken(to)
		}
		if err := c.workable(from.Parent(), to.Parent()); err != nil {
			return err
		}
		if c.opts.Can.NoReplace && !respelled {
			c.rename(string(from), string(to))
		} else if err := c.pass(from, to, place); err != nil {
			return err
		}
		r, err = c.result(string(to), "")
		return err
	})
	return r, err
}

// pass is a move in two steps. Half made, what is moved is at place.
func (c *changer) pass(from, to tree.Path, place string) error {
	place, err := c.aside(place, from)
	if err != nil {
		return err
	}
	c.rename(string(from), place)
	if err := c.half("move", string(to)); err != nil {
		return err
	}
	c.rename(place, string(to))
	return nil
}

// Park moves what is at a path to place, where it waits.
func (c *changer) Park(p tree.Path, before *tree.State, place string) (s volume.Staged, err error) {
	err = c.call("park", string(p), func() error {
		n, at, err := c.retire(p, before, place)
		if err == nil {
			s = n.waiting(at)
		}
		return err
	})
	return s, err
}

// Trash moves what is at a path to place.
func (c *changer) Trash(p tree.Path, before *tree.State, place string) (r volume.Result, err error) {
	err = c.call("trash", string(p), func() error {
		_, at, err := c.retire(p, before, place)
		if err == nil {
			r, err = c.result(string(p), at)
		}
		return err
	})
	return r, err
}

func (c *changer) retire(p tree.Path, before *tree.State, place string) (named, string, error) {
	n, err := c.examine(p, before)
	if err != nil {
		return n, "", err
	}
	if err := c.workable(p.Parent()); err != nil {
		return n, "", err
	}
	if place, err = c.aside(place, p); err != nil {
		return n, "", err
	}
	c.rename(string(p), place)
	return n, place, nil
}

// Mkdir makes a directory with exactly mode.
func (c *changer) Mkdir(p tree.Path, mode tree.Mode, existing bool) (r volume.Result, err error) {
	err = c.call("mkdir", string(p), func() error {
		if err := c.fits(p); err != nil {
			return err
		}
		dir, err := c.enter(p)
		if err != nil {
			return err
		}
		n := dir.names[c.key(p.Base())]
		switch {
		case n.node == nil:
			if err := c.workable(p.Parent()); err != nil {
				return err
			}
			n = named{p.Base(), c.make(tree.Directory)}
			n.mode = tree.Perm(0o755)
			c.put(dir, n.spelled, n.node)
		case !existing || n.kind != tree.Directory:
			return c.taken(p)
		}
		if mode.Known() {
			n.mode = mode
		}
		r, err = c.result(string(p), "")
		return err
	})
	return r, err
}

// Rmdir removes a directory in which nothing is but litter, which goes to the trash.
func (c *changer) Rmdir(p tree.Path, litter ...string) (trashed []string, err error) {
	err = c.call("rmdir", string(p), func() error {
		dir, err := c.enter(p)
		if err != nil {
			return err
		}
		n := dir.names[c.key(p.Base())]
		if n.node == nil || n.kind != tree.Directory {
			found, _ := c.seen(string(p))
			return &volume.Drift{Path: p, Why: fmt.Sprintf("it is %v now, not a directory", found.Type), Found: found}
		}
		names, _ := c.spelled(string(p))
		left := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(litter, name) })
		if len(left) > 0 {
			slices.Sort(left)
			return &volume.NotEmpty{Path: p, Names: left}
		}
		if err := c.workable(p.Parent(), p); err != nil {
			return err
		}
		for _, name := range names {
			place, err := c.place(volume.TrashFolder+"/"+c.run, p.Join(name))
			if err != nil {
				return err
			}
			c.rename(string(p.Join(name)), place)
			trashed = append(trashed, place)
		}
		c.drop(dir, n.spelled)
		c.Forget(p)
		return nil
	})
	return trashed, err
}

// Chmod sets a mode.
func (c *changer) Chmod(p tree.Path, before *tree.State, mode tree.Mode) (volume.Result, error) {
	if !mode.Known() {
		return volume.Result{}, fmt.Errorf("%q: no mode to set", string(p))
	}
	return c.attribute("chmod", p, before, func(n named) error {
		if n.kind == tree.Symlink {
			return fmt.Errorf("%q: a link has no mode", string(p))
		}
		if n.mode = mode; n.kind == tree.Directory {
			c.Forget(p)
		}
		return nil
	})
}

// Touch sets a file's time.
func (c *changer) Touch(p tree.Path, before *tree.State, mtime tree.Time) (volume.Result, error) {
	return c.attribute("touch", p, before, func(n named) error {
		if n.kind != tree.File {
			return fmt.Errorf("%q: its time cannot be set", string(p))
		}
		c.date(n.node, mtime)
		return nil
	})
}

// attribute changes what is no content, of files that have one name only.
func (c *changer) attribute(what string, p tree.Path, before *tree.State,
	set func(named) error) (r volume.Result, err error) {
	err = c.call(what, string(p), func() error {
		n, err := c.examine(p, before)
		if err != nil {
			return err
		}
		if n.kind == tree.File && n.links > 1 {
			return &volume.Drift{Path: p, Why: volume.ErrShared.Error(), Found: c.cut(c.entry(n)), Cause: volume.ErrShared}
		}
		if err := set(n); err != nil {
			return err
		}
		r, err = c.result(string(p), "")
		return err
	})
	return r, err
}

// Surface copies what lies in the trash to a visible name beside a path, or, where its directory is gone, beside the
// lowest one above that is not.
func (c *changer) Surface(place string, p tree.Path) (as tree.Path, err error) {
	err = c.call("surface", string(p), func() error {
		n, err := c.there(place)
		if err != nil {
			return err
		}
		at := p.Parent()
		dir, err := c.dir(string(at))
		for gone := err; gone != nil && at != tree.Root; {
			at = at.Parent()
			dir, gone = c.dir(string(at))
		}
		if err := c.workable(at); err != nil {
			return err
		}
		copied := c.own(n.content)
		for n := 1; ; n++ {
			if name := volume.ConflictName(p.Base(), n); dir.names[c.key(name)].node == nil {
				c.put(dir, name, copied)
				as = at.Join(name)
				return nil
			}
		}
	})
	return as, err
}

// Single does nothing: no install by a link is ever left half made here.
func (c *changer) Single(string, tree.Path) error { return nil }
