package main

import (
	"context"
	"errors"
	"fmt"

	"treaty/apply"
	"treaty/apply/policy"
	"treaty/apply/refusal"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/terminal"
	"treaty/plan"
)

type syncCommand struct {
	treeArguments
	planFlags
	Verify        bool `help:"Read back from the device what was written."`
	Yes           bool `short:"y" help:"Don't ask; conflicts stop it."`
	JSON          bool `name:"json" help:"Print the receipt of what was done as JSON, and nothing for people; it needs --yes."`
	SkipConflicts bool `help:"Leave conflicts for later: settle all of them as skip."`
}

// Run plans, shows, asks once, approves and applies. Everything is archived as if it had been done step
// by step.
func (c *syncCommand) Run(a *app) error {
	a.call.flags = &c.planFlags
	if c.JSON && !c.Yes {
		return usage(with("--yes"), "--json asks nobody, and so needs --yes")
	}
	a.Quiet = a.Quiet || c.JSON
	p, err := a.openPair(c.First, c.Second)
	if err != nil {
		return err
	}
	defer p.close()
	made, err := p.compare(a, &c.planFlags)
	if err != nil {
		return err
	}
	if !made.plan.Empty() && !c.Yes && !terminal.Is(a.Stdin) {
		return usage(comparing(),
			"there is something to do, and nobody can be asked: standard input is no terminal")
	}
	if c.SkipConflicts {
		if _, err := made.plan.Resolve(plan.SkipPath, unresolvedIDs(made.plan)...); err != nil {
			return err
		}
	}
	path, err := (&planOutput{}).write(a, p, made)
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
		if !made.plan.News && p.recorded() {
			return nil
		}
		return c.record(a, p, f)
	}
	if !a.Quiet || !c.Yes {
		if err := listWhole(a, f); err != nil {
			return err
		}
	}
	return c.carryOut(a, f)
}

// listWhole lists all that will happen: with diffs, where that is little, else by folders.
func listWhole(a *app, f *planFile) error {
	opts := a.view(f.plan, true)
	a.Say("")
	if render.Little(f.plan, opts) {
		return render.Show(a.Stdout, f.plan, opts)
	}
	return render.List(a.Stdout, f.plan, f.show(), opts)
}

// carryOut asks for what is to be asked, and carries the plan out.
func (c *syncCommand) carryOut(a *app, f *planFile) error {
	agreed, err := c.agreed(a, f)
	if err != nil {
		return err
	}
	if err := a.approve(agreed, apply.Signoff{}, nil); err != nil {
		return err
	}
	return a.apply(agreed, &applyCommand{Verify: c.Verify, JSON: c.JSON})
}

// agreed asks for each conflict, and then whether all of it is to be carried out, until a person has said so. The
// plan's file has what was chosen then, or when the answer was no.
func (c *syncCommand) agreed(a *app, f *planFile) (*planFile, error) {
	keyboard := a.Keyboard()
	if c.Yes || keyboard == nil || f.plan.Unresolved() == 0 {
		_, err := c.question(a, f.plan, false)
		return f, err
	}
	s, n := newResolving(a, keyboard, f.plan), f.plan.Unresolved()
	for {
		if err := resolveAll(s, n); err != nil {
			return nil, err
		}
		back, err := c.question(a, f.plan, true)
		if back {
			if err := s.back(); err != nil {
				return nil, err
			}
			continue
		}
		settled, failed := f.resaved()
		return settled, errors.Join(err, failed)
	}
}

// planKept is what whoever does not agree is told.
const planKept = "nothing was changed; the plan is kept"

// question asks whether a plan is to be carried out, if that is allowed. Another answer than yes is an error, but for
// the one that goes back to its conflicts, where they were asked for.
func (c *syncCommand) question(a *app, p *plan.Plan, asked bool) (back bool, err error) {
	if n := p.Unresolved(); n > 0 {
		return false, &apply.Refusal{Cause: refusal.CauseConflicts,
			Why: render.Count(n, "conflict") + " must be settled by a person"}
	}
	a.call.about = p
	if err := approvable(p); err != nil {
		return false, err
	}
	if err := unsigned(p); err != nil || c.Yes {
		return false, err
	}
	if asked {
		terminal.Message(a.Facing(), "All conflicts are settled; u and Enter go back to the last.")
	}
	switch answer, err := a.Answer("Carry this out?", planKept); {
	case err != nil:
		return false, err
	case answer == "y", answer == "yes":
		return false, nil
	case answer == "u" && asked:
		return true, nil
	}
	return false, errors.New(planKept)
}

// resaved writes a plan that was changed into its file, and reads it again.
func (f *planFile) resaved() (*planFile, error) {
	if err := f.save(); err != nil {
		return nil, err
	}
	return readPlan(f.path)
}

// resolveAll asks for each of n conflicts that is not settled. Whoever leaves has settled nothing in the plan's file.
func resolveAll(s *resolving, n int) error {
	switch err := s.ask(); {
	case errors.Is(err, errLeft):
		return &apply.Refusal{Cause: refusal.CauseConflicts, Why: unsettled(s.plan.Unresolved(), n) + "; " + planKept}
	case errors.Is(err, context.Canceled):
		return &complaint{is: err, why: "interrupted; " + planKept}
	default:
		return err
	}
}

// unsettled says how many of so many conflicts are left by whoever leaves, and what that makes of the answers before.
func unsettled(left, of int) string {
	if left == of {
		return render.Count(of, "conflict") + " not settled"
	}
	return fmt.Sprintf("%d of %s not settled, and what was answered before is dropped", left, render.Count(of, "conflict"))
}

// record applies a plan that changes nothing. What was typed here to shape it is as good as approved, but where only
// signatures count: then nothing is recorded.
func (c *syncCommand) record(a *app, p *pair, f *planFile) error {
	needed, err := policy.NeedsApproval(f.plan, p.stores, configured)
	if err != nil {
		return err
	}
	if needed {
		switch err := unsigned(f.plan); {
		case errors.Is(err, apply.ErrNotApproved):
			a.Say("Nothing is recorded of this: with other options than the config's it needs signed approvals.")
			return nil
		case err != nil:
			return err
		}
		if err := a.approve(f, apply.Signoff{Note: "options given to sync"}, nil); err != nil {
			return err
		}
	}
	return a.apply(f, &applyCommand{Verify: c.Verify, JSON: c.JSON})
}

// recorded tells whether both trees have been recorded with each other.
func (p *pair) recorded() bool {
	for _, side := range plan.BothSides {
		if identity, err := p.stores[side].Identity(); err != nil || identity == nil || len(identity.Synced) == 0 {
			return false
		}
	}
	return true
}
