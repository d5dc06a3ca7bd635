package plan

import "slices"

// Versions are those of the format of plans that this package knows, oldest first. What is in a plan of a newer one is
// read as far as it is known, and would be lost if that plan were written anew.
var Versions = [...]string{FormatVersion, "1.1"}

// Known tells whether the plan is of a version that this package knows: then it may be written anew.
func (p *Plan) Known() bool { return slices.Contains(Versions[:], p.FormatVersion) }

// nameVersion gives the plan the lowest version that knows all it uses, so that no reader refuses what it could do.
func nameVersion(p *Plan) {
	p.FormatVersion = Versions[0]
	if usesUpdates(p) {
		p.FormatVersion = Versions[1]
	}
}

// usesUpdates tells whether the plan says anything of too many updates.
func usesUpdates(p *Plan) bool {
	return p.Options.AllowManyUpdates || slices.ContainsFunc(p.Problems, func(problem Problem) bool {
		return problem.Code == ManyUpdates
	})
}
