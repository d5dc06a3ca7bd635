// Package trees is what people call trees, how much room they have, and where they are: on this machine, at the paths
// that plans and other trees know, or wherever their volumes are mounted today. What cannot be found out is "" or
// 0, and no error: who opens the tree is told the reason.
package trees

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/config"
	"treaty/plan"
)

// Names are what people call the trees of a plan, told apart where both have one name.
func Names(p *plan.Plan) plan.Sides[string] {
	roots := plan.Sides[string]{p.Local.Root, p.Remote.Root}
	return ToldApart(plan.Sides[string]{Name(roots[plan.Local]), Name(roots[plan.Remote])}, roots)
}

// RootHere is the root of a side of a plan, "" of one that means nothing on this machine.
func RootHere(p *plan.Plan, side plan.Side) string {
	if !reach.Means(p.Snapshot(side)) {
		return ""
	}
	return p.Snapshot(side).Root
}

// AppliedAt is where the remote tree of a plan is that was applied to the tree of a folder: at its root, or, where that
// means nothing here, where that tree remembers the other one to have been.
func AppliedAt(folder *store.Store, p *plan.Plan) string {
	mine, err := folder.Identity()
	if root := RootHere(p, plan.Remote); root != "" || err != nil || mine == nil {
		return p.Remote.Root
	}
	places := mine.PartnersOn(folder.Host())
	for id, partner := range mine.Partners {
		known := p.Remote.ID != nil && *p.Remote.ID == id || mine.Synced[id] == p.ID || len(places) == 1
		if known && slices.Contains(places, partner.Root) {
			return partner.Root
		}
	}
	return p.Remote.Root
}

// Name is the name that the config of the tree at root gives it; else, of a whole volume, that one's label; else
// the directory's.
func Name(root string) string {
	return cmp.Or(nameAt(root), Label(root), Base(root))
}

// Base is the last name in a path of this system or another one, whose plan is read here.
func Base(root string) string {
	base := path.Base(strings.TrimRight(strings.ReplaceAll(root, `\`, "/"), "/"))
	if base == "." {
		return root
	}
	return base
}

// saysSide tells whether a name ends as if it were made to say a side.
func saysSide(name string) bool {
	return slices.ContainsFunc(plan.BothSides[:], func(side plan.Side) bool {
		return strings.HasSuffix(strings.ToLower(name), "("+side.String()+")")
	})
}

// ToldApart are names of which none can be taken for the other tree's: with the directory above or, where that is the
// same too, the side behind it. Where a name ends in a side by itself, both have the side before them.
func ToldApart(names, roots plan.Sides[string]) plan.Sides[string] {
	if slices.ContainsFunc(names[:], saysSide) {
		return plan.Sides[string]{"local " + names[plan.Local], "remote " + names[plan.Remote]}
	}
	side := func(of plan.Side) bool { return strings.EqualFold(names[of], of.Other().String()) }
	same := strings.EqualFold(names[plan.Local], names[plan.Remote])
	if !same && !side(plan.Local) && !side(plan.Remote) {
		return names
	}
	var above plan.Sides[string]
	for _, side := range plan.BothSides {
		parent := path.Dir(strings.ReplaceAll(roots[side], `\`, "/"))
		above[side] = Base(parent)
	}
	if !same || strings.EqualFold(above[plan.Local], above[plan.Remote]) {
		above = plan.Sides[string]{plan.Local.String(), plan.Remote.String()}
	}
	for _, side := range plan.BothSides {
		names[side] += " (" + above[side] + ")"
	}
	return names
}

// nameAt is the name that the config of the tree at root gives it, "" where it gives none or cannot be read.
func nameAt(root string) string {
	folder, err := reach.Store(root)
	if err != nil {
		return ""
	}
	defer folder.Close()
	c, err := config.Read(folder)
	if err != nil {
		return ""
	}
	return c.Name
}
