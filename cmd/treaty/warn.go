package main

import (
	"errors"
	"slices"
	"strings"

	"treaty/apply"
	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/terminal"
	"treaty/cmd/treaty/internal/trees"
	"treaty/plan"
	"treaty/plan/address"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// What concerns the trees, and not what a plan does to them, is said beside the plan.

// warn prints a warning that --quiet keeps back, and a hint where there is one.
func warn(a *app, h hint, format string, args ...any) {
	a.Warn(format, args...)
	if h != nil && !a.Quiet {
		terminal.Message(a.Stderr, "hint: %s", render.Escape(h(a.call)))
	}
}

// tellTimes says of a plan that does something that the times of a volume had no part in it.
func tellTimes(a *app, made *plan.Plan) {
	for _, side := range plan.BothSides {
		if made.Snapshot(side).Filesystem.IgnoresTimes && len(made.Operations)+len(made.Conflicts) > 0 {
			warnOfTimes(a, side)
		}
	}
}

// warnOfTimes says what a person should know of a side whose volume ignores times.
func warnOfTimes(a *app, side plan.Side) {
	warn(a, nil, "files on the %s volume keep the time of their writing, whatever time they are given; what differs "+
		"there is told by the content, and times are not carried over", side)
}

// tellMarkers warns of merges that are to be taken and look as if somebody had not made them whole.
func tellMarkers(a *app, p *plan.Plan) {
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		if c.Resolution != plan.TakeMerged || c.Merge == nil || c.Merge.MarkerLeft() == 0 {
			continue
		}
		line := c.Merge.MarkerLeft()
		warn(a, nil, "the merge of %s has what looks like a marker in line %d: %s",
			render.Name(string(c.Path)), line, render.Escape(c.Merge.Lines[line-1]))
	}
}

// tellNotice tells what an apply gives notice of.
func tellNotice(a *app, n apply.Notice) {
	switch {
	case n.TimesIgnored:
		warnOfTimes(a, n.Side)
	case n.Unkept != nil:
		about := exactly("treaty doctor " + argument(n.Root))
		if errors.Is(n.Unkept, store.ErrNoRoom) {
			about = in(n.Root, "clean")
		}
		warn(a, about, "not all texts are kept, so that some changes of both sides will not be merged: %s",
			render.Escape(n.Unkept.Error()))
	default:
		warn(a, nil, "%s", render.Escape(n.Words))
	}
}

// foreign is how many files at least one tree would give another that has nothing to do with it, for that to be told.
const foreign = 1000

// tellForeign says of two trees that were never synced that they have little in common, and one of them much: somebody
// may have named another folder than he meant, such as all of his home.
func tellForeign(a *app, made *plan.Plan) {
	if made.Baseline != nil {
		return
	}
	var files plan.Sides[int]
	for i := range made.Operations {
		if op := &made.Operations[i]; op.Action == plan.Create && op.After.Of() == tree.File {
			files[op.Side]++
		}
	}
	large := plan.Local
	if files[plan.Remote] > files[plan.Local] {
		large = plan.Remote
	}
	if files[large] < foreign || files[large.Other()] == 0 || made.Summary.Agreed > files[large]/10 {
		return
	}
	names := trees.Names(made)
	warn(a, nil, "these two trees have little in common: %s from %s to %s, and %d the other way; is %s the folder that "+
		"is meant?", render.Count(files[large], "file"), render.Name(names[large.Other()]),
		render.Name(names[large]),
		files[large.Other()], render.Name(made.Snapshot(large.Other()).Root))
}

// tellDamage says where a volume seems to have been repaired, unless every file was read for this plan.
func (p *pair) tellDamage(a *app, made *plan.Plan) error {
	for _, side := range plan.BothSides {
		name, err := p.trees[side].Source().Rescued()
		if err != nil {
			return err
		}
		if name == "" || made.Options.Hash == plan.HashAll {
			continue
		}
		warn(a, comparing("--hash", "all"), "the %s volume was damaged and repaired: there is %s; files may have changed "+
			"without a trace", side, name)
	}
	return nil
}

// tellWithin says of a directory that becomes a tree by this plan that it lies in a tree already, which is synced with
// everything in it: somebody may have named a folder too deep.
func (p *pair) tellWithin(a *app) error {
	for _, side := range plan.BothSides {
		if p.stores[side] == nil || address.Is(p.trees[side].Root()) {
			continue
		}
		known, err := p.trees[side].Identity()
		if err != nil {
			return err
		}
		if around := reach.TreeAbove(p.trees[side].Root()); known == nil && around != "" {
			warn(a, nil, "%s lies in a tree already, %s, and is synced as a part of that; is it the folder that is meant?",
				render.Name(p.trees[side].Root()), render.Name(around))
		}
	}
	return nil
}

// tellTwin says where a tree is a copy of one that is still where it was when it was last synced: the two are one tree
// to treaty, and whoever meant the other one has named the wrong one.
func (p *pair) tellTwin(a *app) error {
	if p.file != nil {
		return nil // a snapshot of before the last sync is one too, and the plan has a warning of its own
	}
	for _, side := range plan.BothSides {
		mine, err := p.trees[side].Identity()
		if err != nil || mine == nil {
			return err
		}
		other, err := p.trees[side.Other()].Identity()
		if err != nil || other == nil {
			return err
		}
		root := p.trees[side].Root()
		twin := other.Partners[mine.ID].Root
		here := slices.Contains(other.PartnersOn(p.trees[side].Host()), twin)
		if a.Quiet || !here || trees.IDAt(twin) != mine.ID {
			continue
		}
		same, err := leadsTo(twin, p.trees[side])
		if err != nil {
			return err
		}
		if same {
			continue
		}
		there := func(i *invocation) string {
			other := *i
			other.trees[side] = twin
			return comparing()(&other)
		}
		warn(a, then("if that one is meant", there), "%s and %s are copies of one tree, and the last sync was with %s",
			render.Name(root), render.Name(twin), render.Name(twin))
	}
	return nil
}

// leadsTo tells whether what is at dir is a tree, in whatever way that is reached.
func leadsTo(dir string, to *store.Reader) (bool, error) {
	at, err := reach.Store(dir)
	if err != nil {
		return false, err
	}
	defer at.Close()
	relation, err := at.Source().Relate(to.Source())
	return relation == scan.Same, err
}

// tellNothing warns of a plan of a part that there is nothing of: its name may be mistyped.
func tellNothing(a *app, made *plan.Plan) {
	if made.Nothing {
		warn(a, nil, "neither tree has anything that --only names: %s",
			render.Escape(strings.Join(made.Options.Only, ", ")))
	}
}

// tellIdle warns of patterns in a .treatyignore that can match nothing, once where both trees have them.
func (p *pair) tellIdle(a *app, found plan.Sides[[]scan.IdlePattern]) {
	told := map[scan.IdlePattern]bool{}
	for _, side := range plan.BothSides {
		list := slices.DeleteFunc(found[side], func(idle scan.IdlePattern) bool { return told[idle] })
		tellIdle(a, p.trees[side].Source(), list)
		for _, idle := range list {
			told[idle] = true
		}
	}
}

// tellIdle warns of patterns in the rule files of one tree that can match nothing.
func tellIdle(a *app, of volume.Source, list []scan.IdlePattern) {
	for _, idle := range list {
		warn(a, nil, "%s, line %d: no name matches this pattern: %s",
			render.Name(of.Where(idle.File)), idle.Line, render.Escape(idle.Why))
	}
}
