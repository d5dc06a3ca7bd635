package apply

import (
	"treaty/apply/internal/execute"
	"treaty/apply/pair"
	"treaty/plan"
)

// expected adds steps to what is to be done, and the contents of so many bytes that are copied out of reach first.
func expected(p *pair.Progress, steps []*execute.Step, preserved plan.Sides[[]int64]) {
	if p == nil {
		return
	}
	for _, sizes := range preserved {
		for _, size := range sizes {
			p.ToCopy.Add(size)
		}
	}
	for _, s := range steps {
		p.ToDo.Add(1)
		if s.Source() != nil {
			p.ToCopy.Add(s.After.Size)
		}
	}
}

// counts are those that an execution counts up.
func counts(p *pair.Progress) execute.Counts {
	if p == nil {
		return execute.Counts{}
	}
	return execute.Counts{Over: &p.Done, Copied: &p.Copied}
}
