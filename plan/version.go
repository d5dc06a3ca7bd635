package plan

import (
	"slices"

	"treaty/plan/internal/textdiff"
)

// Versions are those of the format of plans that this package knows, oldest first. What is in a plan of a newer one is
// read as far as it is known, and would be lost if that plan were written anew.
var Versions = [...]string{FormatVersion, "1.1"}

// Known tells whether the plan is of a version that this package knows: then it may be written anew.
func (p *Plan) Known() bool { return slices.Contains(Versions[:], p.FormatVersion) }

// nameVersion gives the plan the lowest version that knows all it uses, so that no reader refuses what it could do.
func nameVersion(p *Plan) {
	p.FormatVersion = Versions[0]
	if usesWarnings(p) || usesMerges(p) || usesUnits(p) || usesElsewhere(p) || usesNotHere(p) {
		p.FormatVersion = Versions[1]
	}
}

// later are the codes of problems that the first version does not know.
var later = [...]Code{ManyUpdates, RepositoryInTree, NetworkMount, ClocksDiffer}

// usesWarnings tells whether the plan says anything of too many updates, or warns of what is in later.
func usesWarnings(p *Plan) bool {
	return p.Options.AllowManyUpdates || slices.ContainsFunc(p.Problems, func(problem Problem) bool {
		return slices.Contains(later[:], problem.Code)
	})
}

// usesElsewhere tells whether a tree of the plan lies on another machine, or was read from a file.
func usesElsewhere(p *Plan) bool { return p.Local.Elsewhere() || p.Remote.Elsewhere() }

// usesNotHere tells whether the plan lacks a diff since a text was not here.
func usesNotHere(p *Plan) bool {
	lacks := func(d *Diff) bool { return d != nil && d.Omitted == textdiff.OmittedNotHere }
	return slices.ContainsFunc(p.Operations, func(op Operation) bool { return lacks(op.Diff()) }) ||
		slices.ContainsFunc(p.Conflicts, func(c Conflict) bool { return lacks(c.Diff) })
}

// usesUnits tells whether the plan says anything of directories that are taken whole.
func usesUnits(p *Plan) bool {
	return p.Options.Atomic != nil ||
		slices.ContainsFunc(p.Operations, func(op Operation) bool { return op.Unit() != nil })
}

// usesMerges tells whether the plan has a merge, or says how they are made.
func usesMerges(p *Plan) bool {
	return p.Options.Merge != nil ||
		slices.ContainsFunc(p.Conflicts, func(c Conflict) bool { return c.Merge != nil })
}

// version refuses what the plan's own version does not know: its readers would overlook that.
func (c *checker) version() {
	if c.plan.FormatVersion != Versions[0] {
		return
	}
	if usesMerges(c.plan) {
		c.fail(member("/format_version"), "merges are of version %s", Versions[1])
	}
	for _, side := range BothSides {
		if c.plan.Snapshot(side).Elsewhere() {
			c.fail(member("/"+side.String()), "trees of other machines, and snapshots, are of version %s", Versions[1])
		}
	}
	if usesUnits(c.plan) {
		c.fail(member("/format_version"), "directories that are taken whole are of version %s", Versions[1])
	}
}
