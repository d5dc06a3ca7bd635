package review

import (
	"fmt"
	"slices"

	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
)

// What follows decides something about conflicts or operations, named by their places in the plan. Each returns the
// draft afterwards and what there is to say about it; where nothing could be decided, the draft is the same.

// open are those of some conflicts that have no resolution, and closed the others.
func (d *draft) open(places []int) []int   { return d.resolved(places, false) }
func (d *draft) closed(places []int) []int { return d.resolved(places, true) }

func (d *draft) resolved(places []int, are bool) []int {
	return slices.DeleteFunc(slices.Clone(places), func(at int) bool {
		return (d.plan.Conflicts[at].Resolution != plan.Unresolved) != are
	})
}

// resolveWhere gives those conflicts a resolution that allow it.
func (d draft) resolveWhere(r plan.Resolution, places []int) (draft, line) {
	why := ""
	allowed := slices.DeleteFunc(slices.Clone(places), func(at int) bool {
		not := d.plan.Conflicts[at].WhyNot(r)
		if not != "" {
			why = not
		}
		return not != ""
	})
	if len(allowed) == 0 {
		return d, said(warned, fmt.Sprintf("not %s: %s", r, why))
	}
	next, told := d.resolve(r, allowed, fmt.Sprintf("%s: %s", conflictName(d, allowed), r))
	if refused := len(places) - len(allowed); refused > 0 {
		told = append(told, run{fmt.Sprintf("; %d not: %s", refused, why), warned})
	}
	return next, told
}

// reopen takes resolutions away.
func (d draft) reopen(places []int) (draft, line) {
	places = d.closed(places)
	if len(places) == 0 {
		return d, said(warned, "nothing is settled here")
	}
	return d.resolve(plan.Unresolved, places, conflictName(d, places)+": open again")
}

// resolve gives conflicts a resolution, and tells.
func (d draft) resolve(r plan.Resolution, places []int, text string) (draft, line) {
	return d.decide(text, places, nil, func(p *plan.Plan) error {
		_, err := p.Resolve(r, ids(places, func(at int) int { return p.Conflicts[at].ID })...)
		return err
	})
}

// leaveOut skips operations or, where all of them are, takes them in again.
func (d draft) leaveOut(places []int) (draft, line) {
	decision, done := plan.Skip, "left out"
	if !slices.ContainsFunc(places, func(at int) bool { return !isLeft(d.skips, &d.plan.Operations[at]) }) {
		decision, done = plan.Apply, "taken in again"
		places = plan.Together(d.plan, ids(places, func(at int) int { return d.plan.Operations[at].ID })...)
	}
	text := render.Count(len(places), "operation")
	if len(places) == 1 {
		text = d.opts.Alike.Path(d.plan.Operations[places[0]].Path, false)
	}
	next, told := d.decide(text+": "+done, nil, places, func(p *plan.Plan) error {
		return p.Decide(decision, ids(places, func(at int) int { return p.Operations[at].ID })...)
	})
	if more := next.dragged() - d.dragged(); more > 0 {
		told = append(told, run{fmt.Sprintf("; with it %d more, which depend on it", more), warned})
	}
	return next, told
}

// isLeft tells whether a person left an operation out, by itself or with the directory that is taken whole.
func isLeft(skips map[int]plan.Why, op *plan.Operation) bool {
	return op.Decision == plan.Skip || skips[op.ID] == plan.NotWhole
}

// dragged is how many operations are not carried out without anybody having said so.
func (d *draft) dragged() int {
	n := 0
	for _, why := range d.skips {
		if why != plan.SaysSo {
			n++
		}
	}
	return n
}

// note puts a note on what a node stands for, a conflict or an operation.
func (d draft) note(n *node, text string) (draft, line) {
	var conflicts, operations []int
	if n.what == aConflict {
		conflicts = []int{n.at}
	} else {
		operations = []int{n.at}
	}
	id, _ := noted(d.plan, n)
	return d.decide("noted", conflicts, operations, func(p *plan.Plan) error { return p.Note(id, text) })
}

// noted is the id of what a node stands for and its note; 0 where it can have none.
func noted(p *plan.Plan, n *node) (id int, note string) {
	switch n.what {
	case aConflict:
		c := &p.Conflicts[n.at]
		return c.ID, c.Note
	case anOperation:
		op := &p.Operations[n.at]
		return op.ID, op.Note()
	}
	return 0, ""
}

// conflictName is what some conflicts are called together.
func conflictName(d draft, places []int) string {
	if len(places) == 1 {
		return d.opts.Alike.Path(d.plan.Conflicts[places[0]].Path, false)
	}
	return render.Count(len(places), "conflict")
}

// alike are the open conflicts of an outline that are of the same kind as one.
func (d *draft) alike(o outline, one int) []int {
	var places []int
	for i := range o {
		if o[i].what == aConflict && d.plan.Conflicts[o[i].at].Kind == d.plan.Conflicts[one].Kind {
			places = append(places, o[i].at)
		}
	}
	return d.open(places)
}

// ids are the ids of what is at some places.
func ids(places []int, id func(at int) int) []int {
	out := make([]int, len(places))
	for i, at := range places {
		out[i] = id(at)
	}
	return out
}
