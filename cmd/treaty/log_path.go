package main

import (
	"slices"

	"treaty/apply/paper"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
	"treaty/plan/tree"
)

// ofPath shows the applies that have to do with a path, and of each only what that is. Where a file was moved to its
// name, the older ones are those of the name that it had.
func (c *logCommand) ofPath(a *app, all []logged) error {
	asked, inside := inTree(stands(all), c.Path)
	if !inside || asked == tree.Root {
		return usage(exactly("treaty log --help"), "--path %s is no path in the tree", c.Path)
	}
	var found []logged
	var parts []*render.Selection
	for i := range slices.Backward(all) {
		part, before, err := all[i].about(asked)
		if err != nil {
			return err
		}
		asked = before
		if part != nil {
			found, parts = append(found, all[i]), append(parts, part)
		}
	}
	slices.Reverse(found)
	slices.Reverse(parts)
	switch {
	case c.JSON:
		return receiptsOf(a, found)
	case len(found) == 0:
		a.say("no applied plan has changed %s", render.Name(string(asked)))
	}
	for i := range found {
		if i > 0 {
			a.say("")
		}
		if err := found[i].line(a); err != nil {
			return err
		}
		if err := found[i].show(a, parts[i]); err != nil {
			return err
		}
	}
	return nil
}

// stands is the current directory in the tree that has the history, the root where it is in none.
func stands(all []logged) tree.Path {
	if len(all) == 0 {
		return tree.Root
	}
	roots := []string{all[0].folder.Root()}
	if identity, err := all[0].folder.Identity(); err == nil {
		roots = append(roots, identity.PartnersOn(all[0].folder.Host())...)
	}
	return standsIn(roots...)
}

// about is what an apply did to a path, or to what is below it, nil for nothing; and what was before at the path that
// it had then.
func (h *logged) about(asked tree.Path) (part *render.Selection, before tree.Path, err error) {
	if !slices.ContainsFunc(h.receipt.Results, func(r paper.Result) bool {
		moves := r.Action != nil && *r.Action == plan.Move
		return r.Outcome == paper.Done && (moves || r.Path.Within(asked))
	}) {
		return nil, asked, nil
	}
	p, err := h.folder.Plan(h.Archived)
	if err != nil {
		return nil, asked, unreadable(h.folder, h.Number, err)
	}
	from := map[int]tree.Path{}
	for i := range p.Operations {
		from[p.Operations[i].ID] = p.Operations[i].From()
	}
	ids := map[int]bool{}
	before = asked
	for i := range h.receipt.Results {
		r := &h.receipt.Results[i]
		moved := from[r.Operation]
		if r.Outcome != paper.Done || !r.Path.Within(asked) && (moved == "" || !moved.Within(asked)) {
			continue
		}
		ids[r.Operation+r.Conflict] = true
		if r.Path == asked && moved != "" {
			before = moved
		}
	}
	if len(ids) == 0 {
		return nil, asked, nil
	}
	return &render.Selection{IDs: ids}, before, nil
}
