package plan

import "treaty/plan/tree"

// state fills in the plan's operations and conflicts, and lets the differences go. It returns remote's own spelling
// of a conflict's path, where that is not the conflict's.
func (dr *draft) state(p *Plan) (spelled map[tree.Path]tree.Path) {
	spelled = map[tree.Path]tree.Path{}
	warnOfLosses(dr)
	var made gathered[Operation]
	for i := range dr.differences {
		d := dr.differences[i]
		dr.differences[i] = nil // as one grows the other shrinks
		if d.verdict.kind == "" {
			for _, c := range d.verdict.changes {
				made.add(operationOf(dr.policy, d, c))
			}
			continue
		}
		c := conflictOf(dr.policy, d)
		if path := d.at(Remote); c.PathOn(Remote) != path && c.Remote != nil {
			spelled[c.Path] = path
		}
		p.Conflicts = append(p.Conflicts, c)
	}
	dr.differences = nil
	p.Operations = made.join(p.Operations)
	p.Sort()
	p.Number()
	nameUnits(p)
	return spelled
}

// document fills in what the plan says besides.
func (dr *draft) document(p *Plan, ignored int) {
	for _, mass := range p.Masses() {
		dr.warn(mass.Code, &mass.Side, nil, mass.Why)
	}
	p.Summary = Summary{Agreed: dr.agreed, Ignored: ignored}
	warnOfShift(dr, &p.Summary)
	p.Problems = append(p.Problems, dr.problems...)
	sortProblems(p.Problems)
	p.Summarize()
	nameVersion(p)
	p.News = dr.news
}
