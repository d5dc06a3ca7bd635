package main

import (
	"cmp"
	"errors"
	"fmt"
	"iter"

	"treaty/apply"
	"treaty/apply/paper"
	"treaty/apply/volume"
	"treaty/cmd/treaty/internal/home"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/terminal"
	"treaty/cmd/treaty/internal/trees"
	"treaty/plan"
	"treaty/plan/address"
)

type applyCommand struct {
	planArgument
	AllowUnrelatedDrift bool   `help:"Go on if only paths changed that the plan has nothing to do with."`
	Verify              bool   `help:"Read back from the device what was written."`
	JSON                bool   `name:"json" help:"Print the receipt as JSON, and nothing for people."`
	Local               string `placeholder:"DIR" help:"Where the local tree is now."`
	Remote              string `placeholder:"DIR" help:"Where the remote tree is now, or its address."`
}

// Run carries out a plan.
func (c *applyCommand) Run(a *app) error {
	f, err := a.locate(c.Path)
	if err != nil {
		return err
	}
	return a.apply(f, c)
}

// apply carries out the plan in f.
func (a *app) apply(f *planFile, c *applyCommand) error {
	approval, _, err := f.approval()
	if err != nil {
		return err
	}
	if address.Is(c.Local) {
		return usage(exactly("treaty apply --help"), "--local is a directory of this machine, and %s is none",
			shownAddress(c.Local))
	}
	remote, err := namedFrom(cmp.Or(trees.RootHere(f.plan, plan.Local), "."), c.Remote)
	if err != nil {
		return err
	}
	if c.Remote != "" {
		a.call.trees[plan.Remote] = remote.path
	}
	request := apply.Request{
		File: f.file, Approval: approval,
		Roots:  plan.Sides[string]{home.Expand(c.Local), remote.path},
		Open:   a.net.open,
		Care:   apply.Care{AllowUnrelatedDrift: c.AllowUnrelatedDrift, Verify: c.Verify},
		Config: configured, By: author(), Progress: &apply.Progress{}, Now: a.Now,
		Tell: func(n apply.Notice) { tellNotice(a, n) },
	}
	meter := a.Meter(applying(request.Progress))
	receipt, err := apply.CarryOut(a.Ctx, request)
	meter.Stop()
	if receipt != nil {
		a.process.done = true
		err = tellReceipt(a, receipt, f, c.JSON, err)
	}
	if err != nil || receipt.Outcome != apply.Complete || c.JSON {
		return err
	}
	if err := a.stayed(f); err != nil {
		return err
	}
	sayLasting(a, receipt)
	return nil
}

// sayLasting says that what was done lasts, or of which trees nothing proves it.
func sayLasting(a *app, r *apply.Receipt) {
	proven := true
	for _, side := range plan.BothSides {
		if why, unprovable := volume.IsUnprovable(r.Durability[side]); unprovable {
			proven = false
			a.Say("%s is mounted over a network (%s): nothing proves that what was written there lasts", side,
				render.Escape(why))
		}
	}
	if proven {
		a.Say("safe to eject")
	}
}

// tellReceipt tells what an apply came to, and returns what is left to tell of its error.
func tellReceipt(a *app, r *apply.Receipt, f *planFile, asJSON bool, err error) error {
	show := func() error { return printReceipt(a, r, f.treeNames()) }
	switch {
	case asJSON:
		show = func() error { return r.Write(a.Stdout) }
	case a.Quiet:
		return err
	}
	if unread := show(); unread != nil {
		a.Screen.Lose(unread)
		return err
	}
	if !asJSON && terminal.Together(a.Stdout, a.Stderr) {
		err = told(err)
	}
	return err
}

// stayed says what a plan that was carried out has left alone, since it is blocked.
func (a *app) stayed(f *planFile) error {
	if a.Quiet {
		return nil
	}
	opts := a.Style()
	opts.Names = f.treeNames()
	opts.Alike = plan.Alike(f.plan)
	return render.Blocked(a.Stdout, f.plan, f.show(), opts)
}

// treeNames are what people call the plan's trees.
func (f *planFile) treeNames() plan.Sides[string] { return trees.Names(f.plan) }

// show is the command that shows the plan, wherever it is typed and whether or not the plan was applied.
func (f *planFile) show() string { return "treaty show " + argument(absolute(f.path)) }

// told is the error of an apply for whoever has the receipt before his eyes: that has said what failed.
func told(err error) error {
	var refusal *apply.Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	rest := *refusal
	rest.Failures = nil
	return &rest
}

// printReceipt prints what an apply came to, and speaks of the trees by names.
func printReceipt(a *app, r *apply.Receipt, names plan.Sides[string]) error {
	opts := a.Style()
	opts.Names = names
	return render.Receipt(a.Stdout, applied(0, r), resultsOf(r), opts)
}

// resultsOf are the results of a receipt as they are shown.
func resultsOf(r *apply.Receipt) iter.Seq[render.Result] {
	return func(yield func(render.Result) bool) {
		for result := range r.All() {
			shown := render.Result{ID: result.Operation + result.Conflict, Side: result.Side, Path: string(result.Path),
				Outcome: string(result.Outcome), Error: result.Error, Unreached: result.Error == paper.NotReached}
			if result.Action != nil {
				shown.Action = result.Action.String()
			}
			if !yield(shown) {
				return
			}
		}
	}
}

func applied(number int, r *apply.Receipt) render.Applied {
	unreached := r.Unreached()
	return render.Applied{Number: number, PlanID: r.Plan.ID, At: r.FinishedAt,
		By:      fmt.Sprintf("%s@%s", r.By.User, r.By.Host),
		Outcome: string(r.Outcome), Done: r.Totals.Done, Skipped: r.Totals.Skipped, Drifted: r.Totals.Drifted,
		Failed: r.Totals.Failed - unreached, Unreached: unreached, Bytes: r.Totals.Bytes}
}
