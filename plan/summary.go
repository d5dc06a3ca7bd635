package plan

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

// Bytes is what the operation writes or moves aside: the new size of what is created or updated, the
// old size of what is deleted, else 0.
func (op *Operation) Bytes() int64 {
	switch op.Action {
	case Create, Update:
		return op.After.Size
	case Delete:
		return op.Before.Size
	}
	return 0
}
