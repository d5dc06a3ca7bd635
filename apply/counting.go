package apply

import (
	"treaty/apply/internal/execute"
	"treaty/apply/pair"
)

// expected adds steps to what is to be done.
func expected(p *pair.Progress, steps []*execute.Step) {
	if p == nil {
		return
	}
	for _, s := range steps {
		p.ToDo.Add(1)
		if s.Source != nil {
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
