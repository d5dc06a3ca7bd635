package render

import (
	"cmp"
	"fmt"
	"io"
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
func (o Options) troubles(p *plan.Plan) []trouble {
	var problems []*plan.Problem
	for i := range p.Problems {
		if o.Only.hasProblem(i) {
			problems = append(problems, &p.Problems[i])
		}
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
		t := trouble{Severity: Escape(string(q.Severity)), Code: Escape(string(q.Code)), Tone: warned,
			Message: Escape(q.Message)}
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
			t.Where += o.Alike.Path(*q.Path, false)
		}
		out[i] = t
	}
	return out
}

// Blocked writes what a plan leaves alone since it is blocked, as much of it as is easily read, and the command that
// shows all of it; nothing where nothing is.
func Blocked(w io.Writer, p *plan.Plan, show string, opts Options) error {
	n := blocked(p)
	if n == 0 {
		return nil
	}
	s := newShower(w, p, opts)
	s.left(p, n)
	s.newline()
	all := opts.troubles(p)[:n]
	for i := range all[:min(n, few)] {
		s.problem(&all[i])
	}
	if n > few {
		s.put(plain, fmt.Sprintf("  and %d more; to see all:", n-few))
		s.wrapped(2*margin, plain, show)
		s.newline()
	}
	return s.Flush()
}

// left begins a line about so much that is blocked.
func (s *shower) left(p *plan.Plan, n int) {
	s.put(removed, fmt.Sprintf("%d blocked", n))
	s.put(plain, ", left as "+map[bool]string{true: "it is", false: "they are"}[n == 1]+where(p)+":")
}

// where tells on which sides what is blocked stays as it is: on both, unless one of them is changed there all the same,
// as by a restore.
func where(p *plan.Plan) string {
	blocked := map[tree.Path]bool{}
	for i := range p.Problems {
		if q := &p.Problems[i]; q.Severity == plan.Blocked && q.Path != nil {
			blocked[*q.Path] = true
		}
	}
	for i := range p.Operations {
		if blocked[p.Operations[i].Path] {
			return ""
		}
	}
	return " on both sides"
}

func gravity(q *plan.Problem) int {
	if q.Severity == plan.Blocked {
		return 0
	}
	return 1
}
