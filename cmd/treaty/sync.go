package main

import (
	"errors"

	"treaty/apply"
	"treaty/apply/refusal"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
)

type syncCommand struct {
	treeArguments
	planFlags
	Verify bool `help:"Read back from the device what was written."`
}

// Run plans, shows, asks once, approves and applies. Everything is archived as if it had been done step
// by step.
func (c *syncCommand) Run(a *app) error {
	p, err := a.openPair(c.First, c.Second)
	if err != nil {
		return err
	}
	defer p.close()
	made, err := p.compare(a, &c.planFlags)
	if err != nil {
		return err
	}
	if !made.plan.Empty() && !isTerminal(a.stdin) {
		return usage(comparing(),
			"there is something to do, and nobody can be asked: standard input is no terminal")
	}
	path, err := (&planCommand{}).write(a, p, made)
	if err != nil {
		return err
	}
	f, err := readPlan(path)
	if err != nil {
		return err
	}
	if err := a.summaryOf(p, f.plan); err != nil {
		return err
	}
	if made.plan.Empty() {
		if err := a.listing(f.plan, f.show()); err != nil {
			return err
		}
		if !made.plan.News && p.known() {
			return nil
		}
		return c.record(a, p, f)
	}
	a.say("")
	if err := render.Show(a.stdout, f.plan, a.view(f.plan, true)); err != nil {
		return err
	}
	if n := f.plan.Unresolved(); n > 0 {
		return &apply.Refusal{Cause: refusal.CauseConflicts, Why: render.Count(n, "conflict") + " must be settled by a person"}
	}
	if err := approvable(f.plan); err != nil {
		return err
	}
	if err := unsigned(f.plan); err != nil {
		return err
	}
	if err := a.ask("Carry this out?", "nothing was changed; the plan is kept"); err != nil {
		return err
	}
	if err := a.approve(f, apply.Signoff{}, nil); err != nil {
		return err
	}
	return a.apply(f, &applyCommand{Verify: c.Verify})
}

// record applies a plan that changes nothing. What was typed here to shape it is as good as approved, but where only
// signatures count: then nothing is recorded.
func (c *syncCommand) record(a *app, p *pair, f *planFile) error {
	needed, err := apply.NeedsApproval(f.plan, p.stores, configured)
	if err != nil {
		return err
	}
	if needed {
		switch err := unsigned(f.plan); {
		case errors.Is(err, apply.ErrNotApproved):
			a.say("Nothing is recorded of this: with other options than the config's it needs signed approvals.")
			return nil
		case err != nil:
			return err
		}
		if err := a.approve(f, apply.Signoff{Note: "options given to sync"}, nil); err != nil {
			return err
		}
	}
	return a.apply(f, &applyCommand{Verify: c.Verify})
}

// known tells whether both trees have been recorded with each other.
func (p *pair) known() bool {
	for _, side := range plan.BothSides {
		if identity, err := p.stores[side].Identity(); err != nil || identity == nil || len(identity.Synced) == 0 {
			return false
		}
	}
	return true
}
