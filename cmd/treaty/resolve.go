package main

import (
	"fmt"
	"strings"

	"treaty/apply"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
)

type resolveCommand struct {
	Take string `required:"" placeholder:"CHOICE" help:"take-local, take-remote, take-newer, keep-both or skip; or local, remote, newer, both for short."`
	All  bool   `help:"Settle all conflicts that allow it and are not settled yet."`
	planAndWords
}

// Run writes the resolutions into the plan file.
func (c *resolveCommand) Run(a *app) error {
	choice, ok := plan.ParseResolution(c.Take)
	if !ok {
		return usage(then("choose local, remote, newer, both or skip", exactly("treaty resolve --help")), "%q is no choice", c.Take)
	}
	planPath, words := c.split()
	if c.All == (len(words) > 0) {
		return usage(exactly("treaty resolve --help"), "resolve needs either paths or --all")
	}
	f, err := a.editable(planPath)
	if err != nil {
		return err
	}
	if len(f.plan.Conflicts) == 0 {
		return usage(about("show"), "the plan has no conflicts")
	}
	ids := open(f.plan)
	if !c.All {
		if ids, err = pick(f.plan, conflictElements(f.plan), words, "conflict"); err != nil {
			return err
		}
	}
	refused, err := f.plan.Resolve(choice, ids...)
	if err != nil {
		return err
	}
	if err := f.save(); err != nil {
		return err
	}
	a.say("%s settled as %s, %d left", render.Count(len(ids)-len(refused), "conflict"), choice, f.plan.Unresolved())
	for _, line := range groups(refused, choice) {
		a.say("  %s", line)
	}
	if left := len(refused); left > 0 {
		return &apply.Refusal{Cause: apply.CauseConflicts, Why: fmt.Sprintf("%s left", render.Count(left, "conflict"))}
	}
	return nil
}

// open are the ids of the conflicts without a resolution.
func open(p *plan.Plan) []int {
	var ids []int
	for i := range p.Conflicts {
		if c := &p.Conflicts[i]; c.Resolution == plan.Unresolved {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// fewNames is how many names a line about a group tells.
const fewNames = 3

// groups says in one line a reason which conflicts do not allow the choice.
func groups(refused []*plan.Conflict, choice plan.Resolution) []string {
	var reasons []string
	by := map[string][]string{}
	for _, c := range refused {
		why := c.WhyNot(choice)
		if by[why] == nil {
			reasons = append(reasons, why)
		}
		by[why] = append(by[why], render.Name(string(c.Path)))
	}
	lines := make([]string, len(reasons))
	for i, why := range reasons {
		names := by[why]
		more := ""
		if n := len(names) - fewNames; n > 0 {
			names, more = names[:fewNames], fmt.Sprintf(" and %d more", n)
		}
		lines[i] = fmt.Sprintf("%s not as %s, since %s: %s%s", render.Count(len(by[why]), "conflict"), choice, why, strings.Join(names, ", "), more)
	}
	return lines
}
