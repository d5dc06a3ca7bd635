package review

import (
	"fmt"
	"maps"

	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
)

// Dependents are what else is done, or is not, with the element in focus: what no key has to wait for.
type Dependents struct {
	of    *plan.Plan
	what  what
	at    int
	cases []dependentCase
}

// dependentCase is what is not carried out if something is decided: operations by their places in the plan.
type dependentCase struct {
	title string
	held  []int
}

// Dependents finds what depends on the element in focus. It takes a pass over the plan for each choice.
func (m Model) Dependents() Dependents {
	n := m.place.focus()
	found := Dependents{of: m.draft.plan, what: n.what, at: n.at}
	switch n.what {
	case anOperation:
		found.cases = m.draft.withOperation(n.at)
	case aConflict:
		found.cases = m.draft.withConflict(n.at)
	}
	return found
}

// Knowing is the model with what was found, unless something else is in focus, or was decided, by now.
func (m Model) Knowing(found Dependents) Model {
	if n := m.place.focus(); found.of == m.draft.plan && found.what == n.what && found.at == n.at {
		m.draft.depends = found
	}
	return m
}

// withOperation is what is held with an operation that is left out, itself not counted.
func (d *draft) withOperation(at int) []dependentCase {
	id := d.plan.Operations[at].ID
	if d.skips[id] != "" {
		return nil
	}
	p := d.copied(false, true)
	p.Operations[at].Decision = plan.Skip
	held := p.Skips(d.opts.There)
	delete(held, id)
	return d.cases("if this is left out, so are", d.skips, held)
}

// withConflict is what is held, by choice, as far as that differs between choices.
func (d *draft) withConflict(at int) []dependentCase {
	names := d.plan.Conflicts[at].Choices.Names()
	held := make([]map[int]plan.Why, len(names))
	always := maps.Clone(d.skips)
	for i, r := range names {
		p := d.copied(true, false)
		p.Conflicts[at].Resolution = r
		held[i] = p.Skips(d.opts.There)
		maps.DeleteFunc(always, func(id int, _ plan.Why) bool { return held[i][id] == "" })
	}
	var cases []dependentCase
	for i, r := range names {
		cases = append(cases, d.cases(r.Short()+" leaves undone", always, held[i])...)
	}
	return cases
}

// cases are what is held beyond what is held in any case, under a title; nothing where nothing is.
func (d *draft) cases(title string, always, held map[int]plan.Why) []dependentCase {
	c := dependentCase{title: title}
	for i := range d.plan.Operations {
		if id := d.plan.Operations[i].ID; held[id] != "" && always[id] == "" {
			c.held = append(c.held, i)
		}
	}
	if len(c.held) == 0 {
		return nil
	}
	return []dependentCase{c}
}

// depends tells what depends on an element, as far as that is known by now.
func (w *writer) depends(n *node) {
	found, d := w.list.draft.depends, w.list.draft
	if found.of != d.plan || found.what != n.what || found.at != n.at {
		return
	}
	const few = 5
	for _, c := range found.cases {
		w.gap()
		w.say(warned, fmt.Sprintf("%s %s:", c.title, render.Count(len(c.held), "operation")))
		for _, at := range c.held[:min(few, len(c.held))] {
			op := &d.plan.Operations[at]
			w.say(plain, fmt.Sprintf("  %s on %s: %s", op.Action, op.Side, operationName(w.look.Alike, op)))
		}
		if more := len(c.held) - few; more > 0 {
			w.say(dim, fmt.Sprintf("  and %d more", more))
		}
	}
}
