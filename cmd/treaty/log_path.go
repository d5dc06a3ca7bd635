package main

import (
	"slices"

	"treaty/apply/paper"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
	"treaty/plan/address"
	"treaty/plan/tree"
)

// ofPath shows the applies that have to do with a path, and of each only what that is. Where a file was moved to its
// name, the older ones are those of the name that it had.
func (c *logCommand) ofPath(a *app, all []logged) error {
	from := stands(all)
	asked, inside := inTree(from.at, c.Path)
	if !inside || asked == tree.Root || address.Is(c.Path) {
		return usage(exactly("treaty log --help"), "--path %s is no path in the tree", c.Path)
	}
	may := []subject{{path: asked}, {path: asked, glob: true}}
	if onDisk, inside := from.onDisk(c.Path); inside && onDisk != tree.Root {
		may = append(may, subject{path: onDisk}, subject{path: onDisk, glob: true})
	}
	var found []logged
	var parts []*render.Selection
	for i := 0; i < len(may) && len(found) == 0; i++ {
		var err error
		if found, parts, err = may[i].among(all); err != nil {
			return err
		}
	}
	switch {
	case c.JSON:
		return receiptsOf(a, found)
	case len(found) == 0:
		a.Say("no applied plan has changed %s", render.Name(string(may[len(may)-1].path)))
	}
	for i := range found {
		if i > 0 {
			a.Say("")
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

// subject is what applies are asked about: a path with what is below it, or what a glob matches.
type subject struct {
	path tree.Path
	glob bool
}

// has tells whether a path is of the subject.
func (s subject) has(path tree.Path) bool {
	if s.glob {
		return fitting(s.path)(path)
	}
	return path.Within(s.path)
}

// among are the applies that have to do with it, the oldest first, and of each only what that is.
func (s subject) among(all []logged) (found []logged, parts []*render.Selection, err error) {
	for i := range slices.Backward(all) {
		part, before, err := all[i].about(s)
		if err != nil {
			return nil, nil, err
		}
		s = before
		if part != nil {
			found, parts = append(found, all[i]), append(parts, part)
		}
	}
	slices.Reverse(found)
	slices.Reverse(parts)
	return found, parts, nil
}

// stands is from where paths of the tree that has the history are named.
func stands(all []logged) vantage {
	if len(all) == 0 {
		return vantage{}
	}
	roots := []string{all[0].folder.Root()}
	if identity, err := all[0].folder.Identity(); err == nil {
		roots = append(roots, identity.PartnersOn(all[0].folder.Host())...)
	}
	return standsIn(roots...)
}

// about is what an apply did to a subject, nil for nothing; and what that was before, by the path that it had then.
func (h *logged) about(asked subject) (part *render.Selection, before subject, err error) {
	if !slices.ContainsFunc(h.receipt.Results, func(r paper.Result) bool {
		moves := r.Action != nil && *r.Action == plan.Move
		return r.Outcome == paper.Done && (moves || asked.has(r.Path))
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
		if r.Outcome != paper.Done || !asked.has(r.Path) && (moved == "" || !asked.has(moved)) {
			continue
		}
		ids[r.Operation+r.Conflict] = true
		if r.Path == asked.path && moved != "" {
			before.path = moved
		}
	}
	if len(ids) == 0 {
		return nil, asked, nil
	}
	return &render.Selection{IDs: ids}, before, nil
}
