package plan

import (
	"fmt"

	"treaty/plan/tree"
)

// Summarize counts operations, conflicts and problems anew. What only the trees tell, the numbers of
// agreed and ignored entries and time shifts, stays.
func (p *Plan) Summarize() {
	s := &p.Summary
	s.Local, s.Remote = Tally{}, Tally{}
	for i := range p.Operations {
		op := &p.Operations[i]
		tally := &s.Local
		if op.Side == Remote {
			tally = &s.Remote
		}
		count := tally.Of(op.Action)
		count.Count++
		count.Bytes += op.Bytes()
	}
	s.Conflicts = ConflictCount{Total: len(p.Conflicts), Unresolved: p.Unresolved()}
	s.Problems = ProblemCount{}
	for i := range p.Problems {
		if p.Problems[i].Severity == Blocked {
			s.Problems.Blocked++
		} else {
			s.Problems.Warning++
		}
	}
}

// Blocked tells whether the plan names a path that it leaves alone because it must.
func (p *Plan) Blocked() bool {
	for i := range p.Problems {
		if p.Problems[i].Severity == Blocked {
			return true
		}
	}
	return false
}

// Bytes is what the operation writes or moves aside: the new size of what is created or updated, the
// old size of what is deleted, else 0; also where a plan that nobody has checked does not say.
func (op *Operation) Bytes() int64 {
	of := op.After
	if op.Action == Delete {
		of = op.Before
	}
	switch op.Action {
	case Create, Update, Delete:
		if of != nil {
			return of.Size
		}
	}
	return 0
}

// TooManyDeletes says in words that the plan deletes so much of a side that it is more likely a mistake
// than meant, and "" where it does not, or where the planner allowed it. Moves are no deletes; what a
// resolution deletes counts, with all that is in a directory.
func (p *Plan) TooManyDeletes(side Side) string {
	if p.Options.AllowManyDeletes {
		return ""
	}
	return p.deletesTooMuch(side)
}

// deletesTooMuch is TooManyDeletes whatever the planner allowed.
func (p *Plan) deletesTooMuch(side Side) string {
	deletes, files := p.deletes(side), p.Snapshot(side).Files
	switch {
	case p.Options.MaxDeletes > 0 && deletes > p.Options.MaxDeletes:
		return fmt.Sprintf("%d deletes on %s, more than the %d that are allowed at once", deletes, side, p.Options.MaxDeletes)
	case deletes > manyDeletes && 2*deletes > files:
		return fmt.Sprintf("%d deletes on %s, more than half of its %d files", deletes, side, files)
	}
	return ""
}

// Deletes tells whether anything is deleted on either side, by operations as they stand or by resolutions.
func (p *Plan) Deletes() bool {
	for i := range p.Operations {
		if p.Operations[i].Action == Delete && p.Operations[i].Decision == Apply {
			return true
		}
	}
	return p.deletes(Local)+p.deletes(Remote) > 0
}

// deletes counts the files that the plan deletes on a side, by operations and by resolutions.
func (p *Plan) deletes(side Side) int {
	deletes := 0
	for i := range p.Operations {
		op := &p.Operations[i]
		if op.Side == side && op.Action == Delete && op.Decision == Apply && op.Before.Type != tree.Directory {
			deletes++
		}
	}
	for i := range p.Conflicts {
		deletes += p.Conflicts[i].deletes(side)
	}
	return deletes
}

// deletes counts the files that the conflict's resolution deletes on a side. Of a directory in conflict only
// the number of its entries is known, so directories in it count as files do.
func (c *Conflict) deletes(side Side) int {
	from, taken := c.taken()
	lose := c.State(side)
	switch {
	case !taken || from == side || lose == nil:
		return 0
	case lose.Type == tree.Directory && lose.Subtree != nil:
		return lose.Subtree.Entries
	case lose.Type != tree.Directory && c.State(from) == nil:
		return 1
	}
	return 0
}

// manyDeletes is how many deletes are few, whatever share of a tree they are.
const manyDeletes = 10
