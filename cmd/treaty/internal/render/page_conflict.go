package render

import (
	"cmp"
	"slices"

	"treaty/plan"
	"treaty/plan/tree"
)

// fewOpen is up to how many operations, and fewConflicts up to how many conflicts, are unfolded from the start.
const (
	fewOpen      = 200
	fewConflicts = 20
)

// pageConflict is a conflict on the page.
type pageConflict struct {
	dispute
	Diff     pageDiff
	Merged   []pageDiff
	Open     bool // unfolded from the start
	Commands []string
}

// conflicts are a plan's, by their paths.
func (page *Page) conflicts(p *plan.Plan) []pageConflict {
	conflicts := make([]*plan.Conflict, len(p.Conflicts))
	for i := range p.Conflicts {
		conflicts[i] = &p.Conflicts[i]
	}
	slices.SortStableFunc(conflicts, func(a, b *plan.Conflict) int {
		return cmp.Or(tree.Compare(a.Path, b.Path), cmp.Compare(a.ID, b.ID))
	})
	list, unmerged := make([]pageConflict, len(conflicts)), plan.UnmergedIn(p)
	unfold := p.Unresolved() <= fewConflicts
	for i, c := range conflicts {
		list[i] = pageConflict{dispute: page.disputeOf(unmerged, c), Diff: besideEachOther(c.Diff, c.DiffDoubt(), page.Diffs),
			Open: unfold && c.Resolution == plan.Unresolved, Merged: page.mergedBeside(c)}
		if page.Command == nil || page.Applied != nil {
			continue
		}
		for _, r := range c.Choices.Names() {
			list[i].Commands = append(list[i].Commands, page.Command("resolve", "--take", r.Short())+" "+id(c.ID)[1:])
		}
	}
	return list
}

// mergedBeside are what a merge changes on each side, or its whole text where a version cannot be had.
func (page *Page) mergedBeside(c *plan.Conflict) []pageDiff {
	if c.Merge == nil || !page.Diffs {
		return nil
	}
	var out []pageDiff
	for _, side := range plan.BothSides {
		text := textIn(page.Options, c, side)
		if text == nil {
			return []pageDiff{besideEachOther(c.MergedFrom(plan.Local, nil), "", true)}
		}
		out = append(out, besideEachOther(c.MergedFrom(side, text), "", true))
	}
	return out
}
