package plan

import "slices"

// against is the directory of one side that stands against the other side's file or link. What lies below it is planned
// as if the verdict were to be a change; decideExchanges says whether it is.
type against struct {
	side Side
	// stays tells that something in the directory cannot go.
	stays bool
	// held tells that something in it can neither go nor come.
	held bool
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

// decideExchanges says of the directories that stand against a file or a link whether they come or go. Where they
// don't, nothing below them is planned. What lies below a directory stands before it.
func decideExchanges(dr *draft) {
	for i, d := range dr.differences {
		a := d.rare.all().against
		if a == nil {
			continue
		}
		below := dr.differences.below(i, a.side)
		dr.decideExchange(d, below)
		if d.dropped || d.verdict.kind != "" {
			for _, in := range below {
				in.dropped = true
			}
			dr.problems = slices.DeleteFunc(dr.problems, func(p Problem) bool {
				return p.Code == KeptNotEmpty && *p.Side == a.side && p.Path.Within(d.at(a.side))
			})
		}
	}
	dr.drop()
}

// decideExchange decides one of them by the differences below it. It is dropped where nothing comes of it.
func (dr *draft) decideExchange(d *difference, below differences) {
	a := d.rare.against
	goes := len(d.verdict.changes) > 0 && d.verdict.changes[0].side == a.side
	stays := a.stays || slices.ContainsFunc(below, func(in *difference) bool { return !in.onlyDeletes() })
	if goes && (stays || dr.blocked(a.side, d.at(a.side))) {
		d.verdict = verdict{kind: TypeMismatch}
	}
	d.dropped = a.blocked
	if d.verdict.kind == "" {
		return
	}
	all := bearing{held: a.held}
	for _, in := range below {
		if in.has(a.side) {
			all.add(dr.bearing(a.side, in))
		}
	}
	d.rare.bound = all.bound
	if all.held || dr.stuck(d.at(a.side)) {
		dr.leaveWhole(d.paths())
		d.dropped = true
	}
}
