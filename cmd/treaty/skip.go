package main

import (
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
)

type skipCommand struct {
	Undo bool `help:"Take them in again."`
	planAndWords
}

// Run writes the decisions into the plan file.
func (c *skipCommand) Run(a *app) error {
	planPath, words := a.split(&c.planAndWords)
	if len(words) == 0 {
		return a.unnamed(planPath, "skip needs paths or ids (7, or '#7', which a shell needs quoted)", operationElements)
	}
	f, err := a.editable(planPath)
	if err != nil {
		return err
	}
	ids, err := pick(f.plan, operationElements(f.plan), words, "operation")
	if err != nil {
		return err
	}
	decision, done := plan.Skip, "left out"
	if c.Undo {
		decision, done = plan.Apply, "taken in again"
	}
	if err := f.plan.Decide(decision, ids...); err != nil {
		return err
	}
	if err := f.save(); err != nil {
		return err
	}
	skips := f.plan.Skips(there(f.plan))
	a.say("%s %s; %d of %d will be carried out", render.Count(len(ids), "operation"), done,
		len(f.plan.Operations)-len(skips), len(f.plan.Operations))
	return nil
}
