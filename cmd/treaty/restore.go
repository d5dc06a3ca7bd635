package main

import (
	"context"
	"errors"
	"slices"

	"treaty/apply"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/home"
	"treaty/plan"
	"treaty/plan/address"
)

type restoreCommand struct {
	From string `placeholder:"PLAN-ID" help:"Only what this applied plan replaced or deleted, by its id, the end of it, or its number in the log."`
	To   string `placeholder:"DIR" help:"Copy it to this folder instead, over nothing."`
	List bool   `help:"Only list what there is to bring back, the newest first."`
	planOutput
	First string   `arg:"" optional:"" name:"PLAN" help:"A plan that was applied, if it ends in .json and is one; else the first path."`
	Words []string `arg:"" optional:"" sep:"none" name:"PATH" help:"Paths, directories or globs, or, of a plan that is named, ids of operations."`
}

// Run writes a plan that brings back what applies replaced or deleted, or copies it out.
func (c *restoreCommand) Run(a *app) error {
	if address.Is(c.To) {
		return usage(then("to bring it back in both trees", withoutTo), "--to is a folder of this machine, and %s is none",
			shownAddress(c.To))
	}
	r, err := c.archive(a)
	if err != nil {
		return err
	}
	defer r.folder.Close()
	if len(r.words) == 0 && !c.List {
		return usage(in("", "restore", "--list"), "restore needs paths")
	}
	found, err := r.chosen()
	if err != nil {
		return err
	}
	if c.List {
		return r.list(a, found)
	}
	found = newestOf(found)
	p, err := r.open(a, found)
	if err != nil {
		return err
	}
	defer p.close()
	if c.To != "" {
		unlock, err := store.HoldBy(lockedForReading, p.stores[:]...)
		if err != nil {
			return err
		}
		defer unlock()
		return copyOut(a, p, r.out(found), home.Expand(c.To))
	}
	return c.plan(a, p, found)
}

// lockedForReading takes the lock of a tree whose trash is read, so that no other treaty moves or removes it meanwhile.
// Where nobody can write, as on a stick whose switch is set, nobody does that.
func lockedForReading(s *store.Store) (release func() error, err error) {
	release, err = s.Lock()
	if err != nil && !errors.Is(err, apply.ErrLocked) {
		return nil, nil
	}
	return release, err
}

// plan writes the plan that brings versions back.
func (c *restoreCommand) plan(a *app, p *pair, found []store.Version) error {
	if err := c.check(p, func(flags ...string) hint { return with(flags...) }); err != nil {
		return err
	}
	displaced := make([]plan.Displaced, len(found))
	for i := range found {
		displaced[i] = found[i].Displaced
	}
	restore := func(ctx context.Context, how apply.Planning) (*apply.Planned, error) {
		return p.Restore(ctx, displaced, how)
	}
	made, err := p.watched(a, apply.Planning{Options: shaped(p.config, &planFlags{})}, restore)
	if err != nil {
		return err
	}
	if made.plan.Empty() && len(made.plan.Problems) == 0 {
		// Whoever goes on by approve and apply must not come upon an older plan.
		if _, err := c.write(a, p, made); err != nil || c.Output == "-" {
			return err
		}
		a.Say("nothing is to be brought back: both trees have it as it was")
		return nil
	}
	if nothingFits(made.plan) {
		return unfit(made.plan, with("--to", beside(p.stores[plan.Local].Root())))
	}
	if err := c.offer(a, p, made, func() error { return nil }); err != nil {
		return err
	}
	there := func(q plan.Problem) bool { return q.Severity == plan.Blocked && q.Code != plan.TrashMissing }
	if slices.ContainsFunc(made.plan.Problems, there) && c.Output != "-" {
		a.Say("What is blocked can be had beside what is there now: %s", with("--to", "DIR")(a.call))
	}
	return nil
}
