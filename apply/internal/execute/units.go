package execute

import (
	"fmt"

	"treaty/apply/paper"
	"treaty/plan"
	"treaty/plan/tree"
)

// units tell which steps are about a directory that is taken whole: by operations that name it, and by conflicts of
// one.
type units struct{ conflicts map[int]tree.Path }

func unitsOf(p *plan.Plan) units {
	u, whole := units{map[int]tree.Path{}}, p.Options.Units()
	for i := range p.Conflicts {
		if c := &p.Conflicts[i]; whole.TakesWhole(c) {
			u.conflicts[c.ID] = c.Path
		}
	}
	return u
}

// of is the directory that a step is about, "" for none.
func (u units) of(s *plan.Step) string {
	if s.Conflict != 0 {
		return string(u.conflicts[s.Conflict])
	}
	if s.Unit() != nil {
		return string(s.Unit().Path)
	}
	return ""
}

// unitOf is the directory taken whole that a task is about, "" for none.
func (n *notes) unitOf(t *task) string { return n.units.of(t.Step.Step) }

// stops tells whether a task is not to be carried out any more since something else in its unit drifted: nothing is
// mixed with what somebody did there meanwhile. That is noted of the task then.
func (n *notes) stops(t *task) bool {
	if len(n.broken) == 0 || !n.broken[n.unitOf(t)] {
		return false
	}
	t.note(paper.Drifted, fmt.Sprintf("something in %q changed meanwhile, which is taken whole", n.unitOf(t)))
	return true
}

// Unfinished tells, of the names on both sides, which lie in a directory that is taken whole and of which not all was
// done, or nothing was to be done about its conflict: nothing new is agreed on there.
func (e *Execution) Unfinished() func(path plan.Sides[tree.Path]) bool {
	left := map[tree.Path]bool{}
	for _, t := range e.tasks.all {
		if unit := t.notes.unitOf(t); unit != "" && !t.done() {
			left[tree.Path(unit)] = true
		}
	}
	units := e.Plan.Options.Units()
	for i := range e.Plan.Conflicts {
		if c := &e.Plan.Conflicts[i]; c.Resolution == plan.SkipPath && units.TakesWhole(c) {
			left[c.Path] = true
		}
	}
	if len(left) == 0 {
		return nil
	}
	return func(path plan.Sides[tree.Path]) bool {
		for _, at := range path {
			for ; at != tree.Root; at = at.Parent() {
				if left[at] {
					return true
				}
			}
		}
		return false
	}
}
