package main

import (
	"treaty/apply"
	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
)

type recoverCommand struct {
	Dirs      []string `arg:"" optional:"" sep:"none" name:"DIR" help:"The trees, also by their addresses; the one of the current directory if none is given."`
	BreakLock bool     `help:"Remove the locks first, whoever holds them."`
}

// Run settles what an interrupted apply left open on the trees.
func (c *recoverCommand) Run(a *app) error {
	dirs := c.Dirs
	if len(dirs) == 0 {
		dir, err := reach.FindFolder(".")
		if err != nil {
			return &complaint{is: err, why: err.Error(), hint: exactly("treaty recover --help")}
		}
		dirs = []string{dir}
	}
	if err := c.reach(a, dirs); err != nil {
		return err
	}
	settled, err := apply.Recover(a.Ctx, apply.Recovery{Dirs: dirs, Open: a.net.open, By: author(), Now: a.Now})
	a.process.done = a.process.done || len(settled.SetAside)+len(settled.Applies) > 0
	for _, words := range settled.SetAside {
		a.Say("set aside: %s", render.Escape(words))
	}
	for i := range settled.Applies {
		tellRecovered(a, &settled.Applies[i])
	}
	if err == nil && len(settled.Applies) == 0 {
		for _, dir := range dirs {
			a.Say("%s: nothing is open", render.Name(dir))
		}
	}
	return err
}

// reach finds the trees that were named, in their place. Once all are there it removes their locks, if that was asked
// for.
func (c *recoverCommand) reach(a *app, dirs []string) error {
	var trees []*store.Store
	defer func() {
		for _, tree := range trees {
			tree.Close()
		}
	}()
	for i, dir := range dirs {
		at, err := namedFrom(reach.FindTree("."), dir)
		if err != nil {
			return err
		}
		tree, err := openNamed(a, at.path)
		if err != nil {
			return err
		}
		dirs[i], trees = at.path, append(trees, tree)
	}
	if !c.BreakLock {
		return nil
	}
	for _, tree := range trees {
		if err := breakLock(a, tree); err != nil {
			return err
		}
	}
	return nil
}

// breakLock removes a tree's lock.
func breakLock(a *app, tree *store.Store) error {
	holder, err := tree.BreakLock()
	if err == nil && holder != nil {
		a.process.done = true
		a.Say("%s: removed the lock of %s", render.Name(tree.Root()), render.Escape(holder.String()))
	}
	return err
}

// tellRecovered says what was settled.
func tellRecovered(a *app, r *apply.Recovered) {
	for _, side := range plan.BothSides {
		if r.Roots[side] != "" {
			a.Say("%s: settled what plan %s had left open", render.Name(r.Roots[side]), render.Escape(r.Plan))
		}
	}
	if r.Away != "" {
		a.Say("  %s could not be looked at, and may have it open still (%s); once it is there: treaty recover %s",
			render.Name(r.Away), render.Escape(r.Why.Error()), argument(r.Away))
	}
	for _, mended := range r.Mended {
		a.Say("  mended: %s", render.Escape(mended))
	}
	for _, kept := range r.Kept {
		a.Say("  left alone: %s", render.Escape(kept))
	}
	if r.Receipt != nil {
		a.Say("closed as applied %s: %s",
			map[bool]string{true: "in full", false: "in part"}[r.Receipt.Outcome == apply.Complete], r.Receipt.Sums())
	}
}
