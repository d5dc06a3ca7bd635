package plan

import "slices"

// against is the directory of one side that stands against the other side's file or link. What lies below it is planned
// as if the verdict were to be a change; decideExchanges says whether it is.
type against struct {
	side Side
	// stays tells that something in the directory cannot go.
	stays bool
	// blocked tells that nothing comes of it: the file cannot be read, or a side cannot hold what it would get.
	blocked bool
}

// off tells of a file that a directory may stand against, nil for none, that nothing comes of the two.
func (a *against) off() bool { return a != nil && a.blocked }

// giveUp notes of a difference that nothing comes of it, nor of what lies below, and tells whether a directory stands
// against its file.
func (a *against) giveUp(d *difference) bool {
	if a == nil {
		return false
	}
	d.verdict, a.blocked = verdict{}, true
	return true
}

// holdsBack tells whether the other side cannot hold some of what is in a directory that is in conflict with what it
// has, and says so.
func (dr *draft) holdsBack(below []*difference, where Side) (held bool) {
	for _, d := range below {
		if code, why := dr.policy.cannotHold(d, change{side: where.Other(), action: Create}); code != "" && d.has(where) {
			dr.block(code, where.Other(), d.at(where), why)
			held = true
		}
	}
	return held
}

// decideExchanges says of the directories that stand against a file or a link whether they come or go. Where they
// don't, nothing below them is planned. What lies below a directory stands before it.
func decideExchanges(dr *draft) {
	for i := range dr.differences {
		d := dr.differences[i]
		if d.rare.all().against == nil {
			continue
		}
		where := d.rare.all().against.side
		below, onlyDeletes := dr.differences.below(i, where), !d.rare.all().against.stays
		for j := range below {
			_, deletes := below[j].deletes()
			onlyDeletes = onlyDeletes && deletes
		}
		goes := len(d.verdict.changes) > 0 && d.verdict.changes[0].side == where
		if goes && (!onlyDeletes || dr.blocked(where, d.at(where))) {
			d.verdict = verdict{kind: TypeMismatch}
		}
		for j := range below {
			if in := below[j]; d.verdict.kind != "" && in.has(where) {
				d.rare.bound = d.rare.bound || dr.policy.binds(where, in.at(where), in.now(where).Type, in.now(where).Size)
			}
		}
		if d.verdict.kind != "" && (dr.holdsBack(below, where) || dr.stuck(d.at(where))) {
			dr.leaveWhole(d.paths())
			d.dropped = true
		}
		if d.dropped = d.dropped || d.rare.all().against.off(); d.dropped || d.verdict.kind != "" {
			for j := range below {
				below[j].dropped = true
			}
			dr.problems = slices.DeleteFunc(dr.problems, func(p Problem) bool {
				return p.Code == KeptNotEmpty && *p.Side == where && p.Path.Within(d.at(where))
			})
		}
	}
	dr.drop()
}
