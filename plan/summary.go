package plan

import "iter"

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

// blocks are those of some problems that say why a path gets no operation, each with where it is among them.
func blocks(all []Problem) iter.Seq2[int, *Problem] {
	return func(yield func(int, *Problem) bool) {
		for i := range all {
			if p := &all[i]; p.Severity == Blocked && p.Path != nil && !yield(i, p) {
				return
			}
		}
	}
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

// Deletes tells whether anything is deleted on either side, by operations as they stand or by resolutions.
func (p *Plan) Deletes() bool {
	for i := range p.Operations {
		if p.Operations[i].Action == Delete && p.Operations[i].Decision == Apply {
			return true
		}
	}
	return deletesOn(p, Local)+deletesOn(p, Remote) > 0
}
