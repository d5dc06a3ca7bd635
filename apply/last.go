package apply

import (
	"treaty/apply/store"
	"treaty/plan"
)

// mostNumbers is far beyond any history: a tree that remembers more does not remember what treaty wrote.
const mostNumbers = 1 << 30

// last is the receipt that the next one comes after: the highest that head.json or either tree remembers of this
// history, also where the history has it no more, so that what was cut off is missing from it ever after. Of two with
// one number it is the one that head.json does not name: the chain then shows that they differ. What a tree remembers
// of this very plan, of which a power cut took the receipt, does not count.
func (c *conclusion) last() (store.Head, error) {
	own, err := c.ends[plan.Local].store.End()
	if err != nil {
		return store.Head{}, err
	}
	last := own
	for _, e := range c.ends.there() {
		h := c.remembers(e)
		if h != nil && (h.Number > last.Number || h.Number == last.Number && h.SHA256 != own.SHA256) {
			last = *h
		}
	}
	return last, nil
}

// remembers is the last receipt of the local tree's history that a tree remembers from before this plan; nil where it
// remembers none.
func (c *conclusion) remembers(e *end) *store.Head {
	h := e.file.Head
	if h == nil {
		return nil
	}
	if h.History != "" && h.History != c.ends[plan.Local].file.ID || h.Plan == c.plan.ID || h.Number > mostNumbers {
		return nil
	}
	return h
}
