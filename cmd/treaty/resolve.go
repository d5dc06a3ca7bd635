package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"treaty/apply/refusal"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
	"treaty/plan/tree"
)

type resolveCommand struct {
	Take string `placeholder:"CHOICE" help:"${choices}; or ${short} for short."`
	Edit bool   `help:"Edit the merge of each in $VISUAL, or else $EDITOR, and take it."`
	Tool string `placeholder:"CMD" help:"Give this program LOCAL, BASE, REMOTE and OUT of each merge, and take OUT."`
	From string `placeholder:"FILE" help:"With --edit, begin with this text, which was left by an earlier one."`
	All  bool   `help:"Settle all conflicts that allow it and are not settled yet."`
	planAndWords
}

// listed are all choices, by their names or for short, as a sentence has them.
func listed(name func(plan.Resolution) string) string {
	var names []string
	for _, r := range plan.Resolutions {
		names = append(names, name(r))
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// Run writes the resolutions into the plan file.
func (c *resolveCommand) Run(a *app) error {
	choice, err := c.way()
	if err != nil {
		return err
	}
	planPath, words := a.split(&c.planAndWords)
	const wrong = "resolve needs either paths or --all (an id will do for a path: 7, or '#7', which a shell needs quoted)"
	switch {
	case c.All && len(words) > 0:
		return usage(exactly("treaty resolve --help"), wrong)
	case !c.All && len(words) == 0:
		return a.unnamed(planPath, wrong, conflictElements)
	}
	f, err := a.editable(planPath)
	if err != nil {
		return err
	}
	if len(f.plan.Conflicts) == 0 {
		return usage(about("show"), "the plan has no conflicts")
	}
	ids := unresolvedIDs(f.plan)
	if !c.All {
		if ids, err = pick(f.plan, conflictElements(f.plan), words, "conflict"); err != nil {
			return err
		}
	}
	if choice == plan.Unresolved {
		return c.edit(a, f, ids)
	}
	return c.take(a, f, choice, ids)
}

// way is the choice that is asked for, Unresolved where the merges are to be edited.
func (c *resolveCommand) way() (plan.Resolution, error) {
	ways := 0
	for _, asked := range []bool{c.Take != "", c.Edit, c.Tool != ""} {
		if asked {
			ways++
		}
	}
	if ways != 1 {
		return "", usage(exactly("treaty resolve --help"), "resolve needs one of --take CHOICE, --edit and --tool CMD")
	}
	if c.From != "" && !c.Edit {
		return "", usage(exactly("treaty resolve --help"), "--from is for --edit")
	}
	if c.Take == "" {
		return plan.Unresolved, nil
	}
	choice, ok := plan.ParseResolution(c.Take)
	if !ok {
		return "", usage(then("choose "+listed(plan.Resolution.Short), exactly("treaty resolve --help")),
			"%q is no choice", c.Take)
	}
	return choice, nil
}

// take settles conflicts by a choice.
func (c *resolveCommand) take(a *app, f *planFile, choice plan.Resolution, ids []int) error {
	if choice == plan.TakeMerged && !c.All {
		if err := mergedNone(f.plan, ids); err != nil {
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
	a.Say("%s settled as %s, %d left", render.Count(len(ids)-len(refused), "conflict"), choice, f.plan.Unresolved())
	for _, line := range groups(f.plan, refused, choice) {
		a.Say("  %s", line)
	}
	if settled := len(f.plan.Conflicts) - len(ids); c.All && settled > 0 {
		a.Say("  %s settled before: left so; to settle all anew: %s", render.Count(settled, "conflict"),
			naming([]string{"/"}, "resolve", "--take", choice.Short())(a.call))
	}
	if mass := f.plan.TooMuch(); mass != nil {
		a.Say("  too much to be approved: %s", mass.Why)
	}
	open := slices.DeleteFunc(refused, func(c *plan.Conflict) bool { return c.Resolution != plan.Unresolved })
	if can := allowed(open); can != "" {
		a.Say("  %s", can)
	}
	return c.left(f.plan, open)
}

// mergedNone refuses conflicts of which none can be settled as merged: for the reason of the first.
func mergedNone(p *plan.Plan, ids []int) error {
	var none error
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		if !slices.Contains(ids, c.ID) {
			continue
		}
		why := c.WhyNot(plan.TakeMerged)
		if why == "" {
			return nil
		}
		if none == nil {
			none = unmerged(p, c, why)
		}
	}
	return none
}

// unmerged refuses a conflict of which there is no whole merge, for a reason.
func unmerged(p *plan.Plan, c *plan.Conflict, why string) error {
	instead := naming([]string{typed(c.Path, here(p))}, "resolve", "--edit")
	if c.Merge == nil {
		instead = naming([]string{typed(c.Path, here(p))}, "show")
	}
	if none := plan.UnmergedIn(p).Why(c); none != "" {
		why += ": " + none
	}
	return usage(instead, "%s cannot be settled as %s: %s", render.Name(string(c.Path)), plan.TakeMerged, why)
}

// left refuses with ErrConflicts where any of what was to be settled is open.
func (c *resolveCommand) left(p *plan.Plan, open []*plan.Conflict) error {
	if len(open) == 0 {
		return nil
	}
	why := render.Count(len(open), "conflict") + " left"
	if !c.All {
		why += " of those named"
	}
	return &complaint{is: refusal.CauseConflicts, why: why, hint: skipping(open, here(p))}
}

// skipping settles conflicts as skip: by name, where they are few, for somebody who stands at this path of the trees.
func skipping(conflicts []*plan.Conflict, at tree.Path) hint {
	if len(conflicts) > fewNames {
		return skipThem
	}
	words := make([]string, len(conflicts))
	for i, c := range conflicts {
		words[i] = typed(c.Path, at)
	}
	return naming(words, "resolve", "--take", plan.SkipPath.Short())
}

// allowed says by what all of some conflicts could be settled, "" for none.
func allowed(conflicts []*plan.Conflict) string {
	if len(conflicts) == 0 {
		return ""
	}
	var ways []string
	for _, r := range plan.Resolutions {
		if !slices.ContainsFunc(conflicts, func(c *plan.Conflict) bool { return c.WhyNot(r) != "" }) {
			ways = append(ways, "--take "+r.Short())
		}
	}
	if !slices.ContainsFunc(conflicts, func(c *plan.Conflict) bool { return c.Merge == nil }) {
		ways = append(ways, "--edit")
	}
	return "what is left can be settled by " + strings.Join(ways, ", ")
}

// openOf are the conflicts with these ids that have no resolution.
func openOf(p *plan.Plan, ids []int) (open []*plan.Conflict) {
	for _, id := range ids {
		if c := conflictOf(p, id); c.Resolution == plan.Unresolved {
			open = append(open, c)
		}
	}
	return open
}

// unresolvedIDs are the ids of the conflicts without a resolution.
func unresolvedIDs(p *plan.Plan) []int {
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

// stay is why conflicts do not allow a choice, and what they stay settled as.
type stay struct {
	why string
	as  plan.Resolution
}

// groups says in one line a reason which conflicts do not allow the choice, and as what they stay settled.
func groups(p *plan.Plan, refused []*plan.Conflict, choice plan.Resolution) []string {
	var stays []stay
	names := render.Alike(plan.Alike(p))
	by := map[stay][]string{}
	for _, c := range refused {
		s := stay{c.WhyNot(choice), c.Resolution}
		if by[s] == nil {
			stays = append(stays, s)
		}
		by[s] = append(by[s], names.Path(c.Path, false))
	}
	lines := make([]string, len(stays))
	for i, s := range stays {
		lines[i] = s.line(by[s], choice)
	}
	return lines
}

// line tells of the conflicts with these names.
func (s stay) line(names []string, choice plan.Resolution) string {
	return fmt.Sprintf("%s %s: not %s, since %s", staying(names), cmp.Or(string(s.as), "open"), choice, s.why)
}

// staying begins a sentence that what has these names stays as it is.
func staying(names []string) string {
	few := strings.Join(names[:min(len(names), fewNames)], ", ")
	if more := len(names) - fewNames; more > 0 {
		few += fmt.Sprintf(" and %d more", more)
	}
	if len(names) == 1 {
		return few + " stays"
	}
	return few + " stay"
}
