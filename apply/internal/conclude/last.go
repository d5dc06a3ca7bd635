package conclude

import (
	"treaty/apply/internal/ends"
	"treaty/apply/store"
	"treaty/plan"
)

// mostNumbers is far beyond any history: a tree that remembers more does not remember what treaty wrote.
const mostNumbers = 1 << 30

// last is the receipt that the next one comes after: the highest that head.json or either tree remembers of this
// history, also where the history has it no more, so that what was cut off is missing from it ever after. Of two with
// one number it is the one that head.json does not name: the chain then shows that they differ. What a tree remembers
// of this very plan, of which a power cut took the receipt, does not count.
func (c *Conclusion) last() (store.Head, error) {
	own, err := c.Ends[plan.Local].Store.End()
	if err != nil {
		return store.Head{}, err
	}
	last := own
	for _, e := range c.Ends.There() {
		h := c.remembers(e)
		if h != nil && (h.Number > last.Number || h.Number == last.Number && h.SHA256 != own.SHA256) {
			last = *h
		}
	}
	return last, nil
}

// remembers is the last receipt of the local tree's history that a tree remembers from before this plan; nil where it
// remembers none.
func (c *Conclusion) remembers(e *ends.End) *store.Head {
	h := e.File.Head
	if h == nil {
		return nil
	}
	if h.History != "" && h.History != c.Ends[plan.Local].File.ID || h.Plan == c.Plan.ID || h.Number > mostNumbers {
		return nil
	}
	return h
}
