package render

import (
	"cmp"
	"slices"

	"treaty/plan"
	"treaty/plan/tree"
)

// trouble is a problem in words, escaped.
type trouble struct {
	Severity, Code string
	Tone           tone
	Where          string // side and path, "" for both trees as a whole
	Message        string
}

// troubles are a plan's problems, the blocked ones first.
func troubles(p *plan.Plan) []trouble {
	problems := make([]*plan.Problem, len(p.Problems))
	for i := range p.Problems {
		problems[i] = &p.Problems[i]
	}
	path := func(q *plan.Problem) tree.Path {
		if q.Path == nil {
			return tree.Root
		}
		return *q.Path
	}
	slices.SortStableFunc(problems, func(a, b *plan.Problem) int {
		return cmp.Or(cmp.Compare(gravity(a), gravity(b)), tree.Compare(path(a), path(b)))
	})
	out := make([]trouble, len(problems))
	for i, q := range problems {
		t := trouble{Severity: Escape(string(q.Severity)), Code: Escape(string(q.Code)), Tone: warned, Message: Escape(q.Message)}
		if q.Severity == plan.Blocked {
			t.Tone = removed
		}
		if q.Side != nil {
			t.Where = q.Side.String()
		}
		if q.Path != nil {
			if t.Where != "" {
				t.Where += " "
			}
			t.Where += pathName(*q.Path, false)
		}
		out[i] = t
	}
	return out
}

func gravity(q *plan.Problem) int {
	if q.Severity == plan.Blocked {
		return 0
	}
	return 1
}
