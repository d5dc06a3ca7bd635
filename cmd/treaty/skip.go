package main

import (
	"fmt"
	"maps"
	"slices"

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
	if err != nil && !c.Undo && f.conflicting(words) {
		return usage(naming(words, "resolve", "--take", "skip"), "that is in conflict, and no operation")
	}
	if err != nil {
		return err
	}
	decision, done, was := plan.Skip, "left out", " left out before: left so"
	if c.Undo {
		decision, done, was = plan.Apply, "taken in again", " not left out before: left so"
	}
	named := map[int]bool{}
	for _, id := range ids {
		named[id] = true
	}
	before := f.plan.Skips(there(f.plan))
	same := decided(f.plan, decision, named, before)
	if err := f.plan.Decide(decision, ids...); err != nil {
		return err
	}
	if err := f.save(); err != nil {
		return err
	}
	after := f.plan.Skips(there(f.plan))
	a.Say("%s %s%s; %d of %d will be carried out", render.Count(len(ids)-same, "operation"), done,
		alongWith(named, before, after), len(f.plan.Operations)-len(after), len(f.plan.Operations))
	if same > 0 {
		a.Say("  %s", render.Count(same, "operation")+was)
	}
	if c.Undo {
		for _, line := range heldStill(f.plan, named, after) {
			a.Say("  %s", line)
		}
	}
	return nil
}

// decided counts the operations, of those that are named, that have a decision already, and are left out if that is
// what it says.
func decided(p *plan.Plan, as plan.Decision, named map[int]bool, skips map[int]plan.Why) (n int) {
	for i := range p.Operations {
		op := &p.Operations[i]
		if named[op.ID] && op.Decision == as && (skips[op.ID] != "") == (as == plan.Skip) {
			n++
		}
	}
	return n
}

// conflicting tells whether each word names a conflict.
func (f *planFile) conflicting(words []string) bool {
	return !slices.ContainsFunc(words, func(word string) bool { return !f.names(word, conflictElements) })
}

// alongWith says how many operations that were not named are left out, or taken in again, with those that were.
func alongWith(named map[int]bool, before, after map[int]plan.Why) string {
	more := 0
	for _, skips := range [][2]map[int]plan.Why{{before, after}, {after, before}} {
		for id := range skips[0] {
			if skips[1][id] == "" && !named[id] {
				more++
			}
		}
	}
	if more == 0 {
		return ""
	}
	return fmt.Sprintf(", and %d with them", more)
}

// heldStill says of the operations that were to be taken in again which are left out all the same, by the reason.
func heldStill(p *plan.Plan, named map[int]bool, skips map[int]plan.Why) (lines []string) {
	by, names := map[plan.Why][]string{}, render.Alike(plan.Alike(p))
	for i := range p.Operations {
		if op := &p.Operations[i]; named[op.ID] && skips[op.ID] != "" {
			by[skips[op.ID]] = append(by[skips[op.ID]], names.Path(op.Path, false))
		}
	}
	for _, why := range slices.Sorted(maps.Keys(by)) {
		lines = append(lines, staying(by[why])+" left out: "+string(why))
	}
	return lines
}
