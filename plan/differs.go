package plan

import (
	"crypto/sha256"

	"treaty/plan/jsontext"
	"treaty/plan/tree"
)

// Part is a part of a plan: its operations and conflicts by their ids, its problems by their places.
type Part struct {
	IDs      map[int]bool
	Problems map[int]bool
}

// Size is how many elements it has.
func (p Part) Size() int { return len(p.IDs) + len(p.Problems) }

// Differing is what a plan has that an earlier one has not, or has otherwise. An element is the same where nothing but
// its id differs, and apply does the same with it: one that is left out now, or is not any more, differs. With the
// two the other way round, it is what the earlier plan has that this one has not.
func Differing(p, earlier *Plan) Part {
	known := map[tree.Hash]int{}
	visitElements(earlier, func(content tree.Hash, _ int, _ bool) { known[content]++ })
	news := Part{IDs: map[int]bool{}, Problems: map[int]bool{}}
	visitElements(p, func(content tree.Hash, at int, problem bool) {
		switch {
		case known[content] > 0:
			known[content]--
		case problem:
			news.Problems[at] = true
		default:
			news.IDs[at] = true
		}
	})
	return news
}

// visitElements visits all there is in a plan, with a hash of it without its id: operations and conflicts with their
// ids, problems with their places.
func visitElements(p *Plan, visit func(content tree.Hash, at int, problem bool)) {
	var w jsontext.Writer
	hash := func(before string) tree.Hash { return sha256.Sum256(append([]byte(before+"\n"), w.Bytes()...)) }
	skips := p.Skips(nil)
	for i := range p.Operations {
		op := p.Operations[i]
		why := skips[op.ID]
		op.ID = 0
		w.Reset()
		op.writeJSON(&w)
		visit(hash(string(why)), p.Operations[i].ID, false)
	}
	for i := range p.Conflicts {
		c := p.Conflicts[i]
		c.ID = 0
		w.Reset()
		c.writeJSON(&w, true)
		visit(hash(""), p.Conflicts[i].ID, false)
	}
	for i := range p.Problems {
		w.Reset()
		p.Problems[i].writeJSON(&w)
		visit(hash(""), i, true)
	}
}
