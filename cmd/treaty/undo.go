package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"

	"treaty/apply"
	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/trees"
	"treaty/plan"
)

type undoCommand struct {
	PlanID string `arg:"" optional:"" name:"PLAN-ID" help:"The applied plan, by its id, the end of it, or its number in the log; the last one that changed something if none is given."`
	planOutput
}

// Run writes a plan that reverses an applied one. It is a plan like any other: to be read and approved.
func (c *undoCommand) Run(a *app) error {
	folder, err := a.history()
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := folder.Available(); err != nil {
		return err
	}
	archived, err := appliedAs(folder, c.PlanID)
	if err != nil {
		return err
	}
	if err := stillDone(folder, *archived); err != nil {
		return err
	}
	reversal, err := folder.Reversal(*archived)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("number %d cannot be undone: how to was not kept", archived.Number)
	}
	if err != nil {
		return err
	}
	done, err := folder.Plan(*archived)
	if err != nil {
		return err
	}
	p, err := a.openPair(folder.Root(), trees.AppliedAt(folder, done))
	if err != nil {
		return err
	}
	defer p.close()
	made, err := p.reverse(a, *archived, done.Options, reversal)
	if err != nil {
		return err
	}
	if err := c.check(p, c.instead); err != nil {
		return err
	}
	barred := barredIn(made.plan, reversal)
	copied := func(to string) commandLine {
		words := slices.Concat([]string{"--from", strconv.Itoa(archived.Number), "--to", argument(to)}, barred)
		return a.call.inTree(folder.Root(), "restore", words...)
	}
	if len(barred) > 0 && nothingFits(made.plan) {
		return unfit(made.plan, exactly(copied(beside(folder.Root())).started()))
	}
	note := func() error { return folder.SaveUndoes(made.plan.ID, archived.PlanID) }
	if err := c.offer(a, p, made, note); err != nil {
		return err
	}
	if len(barred) > 0 && c.Output != "-" {
		a.Say("What cannot be there can be had beside the trees: %s", copied("DIR").next())
	}
	return nil
}

// nothingFits tells whether a plan that was to bring something back brings nothing, only since no side can have it.
func nothingFits(p *plan.Plan) bool {
	other := func(q plan.Problem) bool { return q.Severity == plan.Blocked && !q.Code.Unfit() }
	return p.Empty() && slices.ContainsFunc(p.Problems, ofUnfit) && !slices.ContainsFunc(p.Problems, other)
}

// beside is a folder that is not there, beside a tree.
func beside(root string) string {
	to := filepath.Join(filepath.Dir(root), "restored")
	if isThereAtAll(to) {
		return another(to)
	}
	return to
}

// unfit is the refusal of such a plan.
func unfit(p *plan.Plan, copyOut hint) error {
	first := &p.Problems[slices.IndexFunc(p.Problems, ofUnfit)]
	why := "nothing can be brought back: " + first.Message
	if first.Path != nil {
		why = fmt.Sprintf("%s cannot be brought back: %s", render.Name(string(*first.Path)), first.Message)
	}
	if more := p.Summary.Problems.Blocked - 1; more > 0 {
		why += fmt.Sprintf(", and neither can %d more", more)
	}
	return &complaint{is: errors.ErrUnsupported, why: why, hint: then("to have it beside the trees", copyOut)}
}

func ofUnfit(q plan.Problem) bool { return q.Severity == plan.Blocked && q.Code.Unfit() }

// barredIn are the arguments that name what an undo would put back, and a side cannot have any more.
func barredIn(p *plan.Plan, reversal []plan.Operation) (words []string) {
	for _, problem := range p.Problems {
		if problem.Path == nil || problem.Side == nil || !problem.Code.Unfit() {
			continue
		}
		if slices.ContainsFunc(reversal, func(op plan.Operation) bool {
			return op.Path == *problem.Path && op.Side == *problem.Side && op.After != nil &&
				(op.Action == plan.Create || op.Action == plan.Update)
		}) {
			words = append(words, argument("/"+string(*problem.Path)))
		}
	}
	return words
}

// instead is the same command with other flags.
func (c *undoCommand) instead(flags ...string) hint {
	words := flags
	if c.PlanID != "" {
		words = slices.Concat(flags, []string{argument(c.PlanID)})
	}
	return in("", "undo", words...)
}

// tellUndone says which apply a plan undoes; nothing of a plan that undoes none.
func tellUndone(a *app, p *plan.Plan) error {
	if undone := undoneBy(p); undone != nil {
		return a.Tell(0, 2, "%s", undone.Sentence(a.Style()))
	}
	return nil
}

// undoneBy is the apply that a plan undoes, as far as the tree that it calls local tells; nil of a plan that undoes
// none.
func undoneBy(p *plan.Plan) *render.Undone {
	folder, err := reach.Store(p.Local.Root)
	if err != nil {
		return nil
	}
	defer folder.Close()
	id, err := folder.Undoes(p)
	if err != nil || id == "" {
		return nil
	}
	archived, err := folder.Applied(id)
	if err != nil || archived == nil {
		return nil
	}
	undone := &render.Undone{Number: archived.Number}
	if receipt, _, err := folder.Receipt(*archived); err == nil {
		undone.At = receipt.FinishedAt
	}
	return undone
}

// stillDone refuses with ErrStale what was undone already.
func stillDone(folder *store.Store, archived store.Archived) error {
	by, err := folder.UndoneBy(archived)
	if err != nil || by == nil {
		return err
	}
	return &complaint{is: apply.ErrStale,
		why:  fmt.Sprintf("number %d was undone by number %d", archived.Number, by.Number),
		hint: then("to undo that in turn", in(folder.Root(), "undo", strconv.Itoa(by.Number)))}
}

// nothingToUndo is the refusal of a tree without a history, with where it is, as far as the tree knows.
func nothingToUndo(folder *store.Store) error {
	known, err := knownElsewhere(folder)
	switch {
	case err != nil:
		return err
	case known.root != "":
		return usage(in(known.root, "undo"), "%s", known.why)
	}
	return usage(in("", "log"), "%s, so there is nothing to undo", known.why)
}

// appliedAs finds an applied plan by its number, its id or the end of that; the last that changed something where none
// is named.
func appliedAs(folder *store.Store, id string) (*store.Archived, error) {
	list, err := folder.History()
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, nothingToUndo(folder)
	}
	if id == "" {
		last := lastChange(folder, list)
		return last, lastHere(folder, last)
	}
	for i := range list {
		known := list[i].PlanID
		if known == id || strconv.Itoa(list[i].Number) == id ||
			len(id) >= 4 && len(id) < len(known) && known[len(known)-len(id):] == id {
			return &list[i], nil
		}
	}
	return nil, usage(in("", "log"), "no applied plan is called %q", id)
}

// lastChange is the last applied plan that changed something, or of which nobody knows how to undo it; the last one of
// all where none did. What it undid counts as a change.
func lastChange(folder *store.Store, list []store.Archived) *store.Archived {
	for i := range slices.Backward(list) {
		if reversal, err := folder.Reversal(list[i]); err != nil || len(reversal) > 0 {
			return &list[i]
		}
	}
	return &list[len(list)-1]
}

// reverse makes the plan of a reversal, from the trees as they are now, if they are those that the plan was applied to.
func (p *pair) reverse(a *app, done store.Archived, options plan.Options, reversal []plan.Operation) (*planned, error) {
	undo := func(ctx context.Context, how apply.Planning) (*apply.Planned, error) {
		return p.Undo(ctx, done, reversal, how)
	}
	return p.watched(a, apply.Planning{Options: options}, undo)
}
