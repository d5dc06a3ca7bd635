package review

import (
	"strings"

	"treaty/plan"
)

// filtered is the model with only what matches a filter: all of its words, each in the path, the section, or what is
// said of the state of an element. "" is no filter.
func (m Model) filtered(filter string) Model {
	if filter == m.filter {
		return m
	}
	if m.filter == "" {
		m.unfiltered = m.place
	}
	focus := *m.place.focus()
	m.filter, m.scroll = filter, offset{}
	if filter == "" {
		m.place = m.unfiltered
	} else {
		words := strings.Fields(strings.ToLower(filter))
		m.place = placeIn(m.whole.narrowed(&m.draft, words), func(*node) bool { return true })
	}
	m.draft = m.draft.counted(m.place.outline)
	same := func(at int) bool {
		n := &m.place.outline[at]
		return n.what == focus.what && n.at == focus.at && n.path == focus.path
	}
	if at, found := m.place.find(true, same); found {
		m.place = m.place.to(at)
	}
	return m
}

// narrowed is the part of the whole tree of which all words are true, with the directories that it lies in.
func (o outline) narrowed(d *draft, words []string) outline {
	var out outline
	var kept []int // by depth, the place in out of what the next node may lie in
	section := ""
	for at := range o {
		n := o[at]
		if n.what == aSection {
			section = strings.ToLower(n.label)
		}
		for len(kept) > 0 && out[kept[len(kept)-1]].end <= at {
			kept = kept[:len(kept)-1]
		}
		n.tally = own(d.plan, &n)
		if element(&n) && !d.matches(&n, section, words) {
			if n.end == at+1 {
				continue
			}
			n.what, n.tally = aFolder, tally{} // only for what is below
		}
		n.parent = -1
		if len(kept) > 0 {
			n.parent = kept[len(kept)-1]
		}
		kept = append(kept, len(out))
		out = append(out, n)
	}
	return pruned(out)
}

// element tells whether a node stands for something in the plan.
func element(n *node) bool { return n.what >= aConflict }

// matches tells whether all words are true of an element.
func (d *draft) matches(n *node, section string, words []string) bool {
	for _, word := range words {
		said := func(text string) bool { return strings.Contains(strings.ToLower(text), word) }
		if !said(string(n.path)) && !strings.Contains(section, word) && !d.terms(n, said) {
			return false
		}
	}
	return true
}

// terms tells whether any of the words is said, besides its path and its section, by which an element is found.
func (d *draft) terms(n *node, said func(string) bool) bool {
	switch n.what {
	case aConflict:
		c := &d.plan.Conflicts[n.at]
		state := "settled"
		if c.Resolution == plan.Unresolved {
			state = "unresolved open"
		}
		return said(state) || said(string(c.Kind)) || said(string(c.Resolution)) || said(string(c.RemotePath)) || said(c.Note)
	case anOperation:
		op := &d.plan.Operations[n.at]
		return d.skips[op.ID] != "" && said("skipped") || said(op.Action.String()) || said(op.Side.String()) ||
			said(d.opts.Names[op.Side]) ||
			said(op.Reason.String()) || said(string(op.From())) || said(op.Note())
	case aProblem:
		q := &d.plan.Problems[n.at]
		return said(string(q.Severity)) || said(string(q.Code))
	}
	return false
}

// pruned is a tree without directories that have nothing in them any more, its ends and sums made anew.
func pruned(o outline) outline {
	holds := make([]bool, len(o))
	for at := len(o) - 1; at >= 0; at-- {
		holds[at] = holds[at] || element(&o[at]) || at == 0
		if up := o[at].parent; up >= 0 {
			holds[up] = holds[up] || holds[at]
		}
	}
	out, to := outline{}, make([]int, len(o))
	for at := range o {
		if to[at] = len(out); holds[at] {
			n := o[at]
			if n.parent >= 0 {
				n.parent = to[n.parent]
			}
			out = append(out, n)
		}
	}
	for at := len(out) - 1; at >= 0; at-- {
		out[at].end = at + 1
	}
	for at := len(out) - 1; at > 0; at-- {
		up := &out[out[at].parent]
		up.end = max(up.end, out[at].end)
		up.tally.add(out[at].tally)
	}
	return out
}
