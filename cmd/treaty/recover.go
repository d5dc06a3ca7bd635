package main

import (
	"treaty/apply"
	"treaty/cmd/treaty/internal/render"
)

type recoverCommand struct {
	Dirs      []string `arg:"" optional:"" sep:"none" name:"DIR" help:"The trees; the one of the current directory if none is given."`
	BreakLock bool     `help:"Remove the locks first, whoever holds them."`
}

// Run settles what an interrupted apply left open on the trees.
func (c *recoverCommand) Run(a *app) error {
	dirs := c.Dirs
	if len(dirs) == 0 {
		store, err := a.store()
		if err != nil {
			return err
		}
		dirs = []string{store.Root()}
		store.Close()
	}
	for _, dir := range dirs {
		store, err := apply.OpenStore(expandHome(dir))
		if err != nil {
			return usage("", "%s: %v", dir, err)
		}
		defer store.Close()
		if c.BreakLock {
			holder, err := store.BreakLock()
			if err != nil {
				return err
			}
			if holder != nil {
				a.say("%s: removed the lock of %s", render.Name(store.Root()), render.Escape(holder.String()))
			}
		}
		if err := store.Available(); err != nil {
			return err
		}
		a.say("%s: nothing is open", render.Name(store.Root()))
	}
	return nil
}
