package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"treaty/apply/policy"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/cmd/treaty/internal/home"
	"treaty/plan"
)

// planOutput is where a plan is written that a command makes: among the plans of the tree, unless a flag says
// otherwise.
type planOutput struct {
	Output string `short:"o" placeholder:"FILE" help:"Write the plan here instead of LOCAL/.treaty/plans; - is standard output."`
}

// check refuses to write the plan where it would become part of what is synced; instead is the command with other
// flags.
func (c *planOutput) check(p *pair, instead func(flags ...string) hint) error {
	if c.Output == "" || c.Output == "-" {
		return nil
	}
	c.Output = home.Expand(c.Output)
	if info, err := os.Stat(c.Output); err == nil && info.IsDir() {
		return usage(instead("-o", pathArgument(filepath.Join(c.Output, "new.plan.json"))), "-o %s is a directory", c.Output)
	}
	if err := replaceable(c.Output); err != nil {
		return err
	}
	for _, side := range plan.BothSides {
		inside, err := held(p.trees[side].Source(), plansOf(p), c.Output)
		if side == plan.Remote && err == nil && !inside {
			inside, err = p.heldBySnapshot(c.Output)
		}
		if err != nil {
			return usage(instead(), "-o %s: %v", c.Output, err)
		}
		if inside {
			return usage(then("choose a file outside both trees, or leave -o out", instead()),
				"-o %s lies inside the %s tree", c.Output, side)
		}
	}
	return outputPlan.replaces(c.Output, func(file string) hint { return instead("-o", pathArgument(file)) })
}

// plansOf is the folder of the local tree's plans.
func plansOf(p *pair) string { return p.stores[plan.Local].Path(store.PlansFolder) }

// held tells whether a file would lie in a tree, and not in the folder of plans.
func held(at volume.Source, plans, file string) (bool, error) {
	abs, err := filepath.Abs(file)
	if err != nil {
		return false, err
	}
	if deeplyReal(filepath.Dir(abs)) == plans {
		return false, nil
	}
	return holds(at, abs)
}

// deeplyReal is a path without links, as far as it is there.
func deeplyReal(path string) string {
	found, err := filepath.EvalSymlinks(path)
	switch above := filepath.Dir(path); {
	case err == nil:
		return found
	case above == path || !errors.Is(err, fs.ErrNotExist):
		return path
	default:
		return filepath.Join(deeplyReal(above), filepath.Base(path))
	}
}

// write writes the plan, and what is kept beside it, and returns the plan's path.
func (c *planOutput) write(a *app, p *pair, made *planned) (string, error) {
	// A config that cannot be read asks for one.
	made.asked, _ = policy.NeedsApproval(made.plan, p.stores, configured)
	if c.Output == "" {
		path, err := p.Save(made.Planned)
		return path, unwritable(p, err)
	}
	made.plan.Schema = ""
	if c.Output == "-" {
		return c.Output, made.Write(a.Stdout)
	}
	if folder := filepath.Dir(absolute(c.Output)); !isThere(folder) && deeplyReal(folder) == plansOf(p) {
		// Keeping what belongs beside the plan makes the folder.
		if err := unwritable(p, p.SaveBeside(made.Planned)); err != nil {
			return "", err
		}
	}
	if err := writeFile(c.Output, made.Write); err != nil {
		return "", err
	}
	if err := unwritable(p, p.SaveBeside(made.Planned)); !errors.As(err, new(*complaint)) {
		return c.Output, err
	}
	return c.Output, nil // what is kept beside only helps to say where trees have drifted
}

// unwritable is an error of writing to the local tree, as one that says so where that lets nobody write; nil for nil.
func unwritable(p *pair, err error) error {
	if !errors.Is(err, fs.ErrPermission) && !errors.Is(err, volume.ErrReadOnly) {
		return err
	}
	var about *fs.PathError
	why := err
	if errors.As(err, &about) {
		why = about.Err
	}
	return &complaint{is: err, why: fmt.Sprintf("the local tree %s cannot be written to, where plans are kept, in "+
		".treaty: %v",
		p.stores[plan.Local].Root(), why), hint: letWrite}
}

// letWrite is for a LOCAL that nothing can be written to. A plan can be had all the same.
func letWrite(i *invocation) string {
	if i.name == "plan" {
		return then("let your user write there; or, to see the plan", comparing("-o", "-"))(i)
	}
	return then("let your user write there", again)(i)
}

// offer writes a plan that was made from the history, as a plan to be read and approved like any other, and shows it.
// What is to be noted beside it is, before it is shown.
func (c *planOutput) offer(a *app, p *pair, made *planned, note func() error) error {
	path, err := c.write(a, p, made)
	if err != nil {
		return err
	}
	if err := note(); err != nil || c.Output == "-" {
		return err
	}
	if err := a.summary(made.plan); err != nil {
		return err
	}
	a.pointTo(made, path, c.Output)
	if err := a.listing(made.plan, a.call.aboutPlan("show").next()); err != nil {
		return err
	}
	a.Say("")
	if err := tellUndone(a, made.plan); err != nil {
		return err
	}
	a.sayNext(made, path)
	return nil
}
