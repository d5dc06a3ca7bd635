package review

import (
	"slices"
	"strings"

	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
)

// draft is a plan with what was decided on the screen. A decision makes another draft, with a plan that shares what is
// not decided with the one before.
type draft struct {
	plan *plan.Plan
	opts render.Options
	// log are the decisions, the last one last, and written the number of the one up to which the file has them.
	log            []decision
	number, inFile int
	skips          map[int]plan.Why
	summary        []string
	// By node of the outline that was counted: conflicts without a resolution, and operations not carried out.
	unsettled, left []int
	// depends is what was last found to depend on an element.
	depends Dependents
}

// decision is what was there before one was made, to be put back.
type decision struct {
	number     int
	text       string
	conflicts  []was[plan.Conflict]
	operations []was[plan.Operation]
}

// was is an element as it was, with its place in the plan.
type was[T any] struct {
	at   int
	then T
}

// newDraft is a plan in which nothing was decided yet.
func newDraft(p *plan.Plan, opts render.Options) draft {
	opts.Color, opts.Width = false, 0
	return draft{plan: p, opts: opts}.consequences()
}

// consequences is the draft with all that follows from its decisions.
func (d draft) consequences() draft {
	d.skips = d.plan.Skips(d.opts.There)
	var text strings.Builder
	// It writes to memory, which never fails.
	_ = render.Summary(&text, d.plan, d.opts)
	d.summary = strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")
	return d
}

// unwritten tells whether the file has other decisions than the draft.
func (d *draft) unwritten() bool { return d.last() != d.inFile }

// last is the number of the last decision, 0 where there is none.
func (d *draft) last() int {
	if len(d.log) == 0 {
		return 0
	}
	return d.log[len(d.log)-1].number
}

// written is the draft when the file has it.
func (d draft) written() draft {
	d.inFile = d.last()
	return d
}

// decide is the draft after a change to a plan of its own: to these conflicts and operations, by their places; and what
// to say of it: text, or why it failed.
func (d draft) decide(text string, conflicts, operations []int, change func(*plan.Plan) error) (draft, line) {
	made := decision{number: d.number + 1, text: text,
		conflicts: kept(d.plan.Conflicts, conflicts), operations: kept(d.plan.Operations, operations)}
	next, err := d.changed(len(conflicts) > 0, len(operations) > 0, change)
	if err != nil {
		return d, said(removed, render.Escape(err.Error()))
	}
	next.number, next.log = made.number, append(slices.Clip(d.log), made)
	return next, said(added, text)
}

// kept are the elements at these places as they are.
func kept[T any](of []T, places []int) []was[T] {
	list := make([]was[T], len(places))
	for i, at := range places {
		list[i] = was[T]{at, of[at]}
	}
	return list
}

// changed is the draft with a changed copy of its plan.
func (d draft) changed(conflicts, operations bool, change func(*plan.Plan) error) (draft, error) {
	p := d.copied(conflicts, operations)
	if err := change(p); err != nil {
		return d, err
	}
	d.plan = p
	return d.consequences(), nil
}

// copied is a plan of its own, of which the conflicts or the operations may be changed.
func (d *draft) copied(conflicts, operations bool) *plan.Plan {
	p := *d.plan
	if conflicts {
		p.Conflicts = slices.Clone(p.Conflicts)
	}
	if operations {
		p.Operations = slices.Clone(p.Operations)
	}
	return &p
}

// about tells of the nodes that a decision was about; of several, the first.
func (d *decision) about(o outline) func(at int) bool {
	kind, place := aConflict, 0
	if len(d.conflicts) > 0 {
		place = d.conflicts[0].at
	} else {
		kind, place = anOperation, d.operations[0].at
	}
	return func(at int) bool { return o[at].what == kind && o[at].at == place }
}

// undone is the draft without its last decision, which there has to be, and that.
func (d draft) undone() (draft, decision, error) {
	last := d.log[len(d.log)-1]
	next, err := d.changed(len(last.conflicts) > 0, len(last.operations) > 0, func(p *plan.Plan) error {
		for _, w := range last.conflicts {
			p.Conflicts[w.at] = w.then
		}
		for _, w := range last.operations {
			p.Operations[w.at] = w.then
		}
		p.Summarize()
		return nil
	})
	next.log = d.log[:len(d.log)-1]
	return next, last, err
}

// counted is the draft with counts, by node, of what is not settled and what is left out.
func (d draft) counted(o outline) draft {
	d.unsettled, d.left = make([]int, len(o)), make([]int, len(o))
	for at := len(o) - 1; at >= 0; at-- {
		switch n := &o[at]; n.what {
		case aConflict:
			if d.plan.Conflicts[n.at].Resolution == plan.Unresolved {
				d.unsettled[at]++
			}
		case anOperation:
			if d.skips[d.plan.Operations[n.at].ID] != "" {
				d.left[at]++
			}
		}
		if up := o[at].parent; up >= 0 {
			d.unsettled[up] += d.unsettled[at]
			d.left[up] += d.left[at]
		}
	}
	return d
}

// waits tells whether a node is a conflict without a resolution.
func (d *draft) waits(n *node) bool {
	return n.what == aConflict && d.plan.Conflicts[n.at].Resolution == plan.Unresolved
}
