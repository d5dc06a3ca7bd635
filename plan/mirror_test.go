package plan_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"treaty/plan"
	"treaty/plan/tree"
)

// mirror is the plan with its sides swapped.
func mirror(p *plan.Plan) *plan.Plan {
	m := *p
	m.Local, m.Remote = p.Remote, p.Local
	m.Local.Root, m.Remote.Root = p.Local.Root, p.Remote.Root
	m.Summary.Local, m.Summary.Remote = p.Summary.Remote, p.Summary.Local
	s := p.Summary.TimeShiftSeconds
	m.Summary.TimeShiftSeconds = plan.Sides[int64]{s[plan.Remote], s[plan.Local]}
	m.Operations = nil
	for _, op := range p.Operations {
		from := op.Source()
		op.Side = op.Side.Other()
		if what, side, about := op.Reason.About(); about {
			op.Reason = what.On(side.Other())
		}
		if from != nil {
			op.Take(&plan.Source{Tree: from.Tree.Other(), Path: from.Path})
		}
		m.Operations = append(m.Operations, op)
	}
	m.Conflicts = nil
	for _, c := range p.Conflicts {
		if c.RemotePath != "" {
			c.Path, c.RemotePath = c.RemotePath, c.Path
		}
		c.Local, c.Remote = c.Remote, c.Local
		choices := plan.Choices{}
		for r, text := range c.Choices {
			choices[swapped(r)] = text
		}
		c.Choices, c.Resolution = choices, swapped(c.Resolution)
		m.Conflicts = append(m.Conflicts, c)
	}
	m.Problems = nil
	for _, problem := range p.Problems {
		if problem.Side != nil {
			side := problem.Side.Other()
			problem.Side = &side
		}
		m.Problems = append(m.Problems, problem)
	}
	m.Sort()
	m.Number()
	return &m
}

func swapped[T ~string](text T) T {
	switch s := string(text); {
	case strings.HasSuffix(s, "local"):
		return T(strings.TrimSuffix(s, "local") + "remote")
	case strings.HasSuffix(s, "remote"):
		return T(strings.TrimSuffix(s, "remote") + "local")
	}
	return text
}

// canonical is the plan less what a mirror image may have different: ids, the names that keep-both
// gives, and what depends on which side comes first: sentences, diffs, and by whose spelling a
// conflict goes.
func canonical(t fataler, p *plan.Plan) string {
	t.Helper()
	c := *p
	c.Operations = append([]plan.Operation{}, p.Operations...)
	c.Conflicts = append([]plan.Conflict{}, p.Conflicts...)
	c.Problems = append([]plan.Problem{}, p.Problems...)
	for i := range c.Operations {
		c.Operations[i].Amend(func(r *plan.Rare) { r.Diff = nil })
	}
	for i := range c.Conflicts {
		k := &c.Conflicts[i]
		k.Path, k.RemotePath = key(k.Path), key(k.RemotePath)
		if k.KeepBothAs != "" {
			k.KeepBothAs = "some name"
		}
		k.Diff = nil
		choices := plan.Choices{}
		for r := range k.Choices {
			choices[r] = ""
		}
		k.Choices = choices
	}
	for i := range c.Problems {
		problem := &c.Problems[i]
		problem.Message = ""
		if problem.Path != nil && problem.Side == nil {
			path := key(*problem.Path)
			problem.Path = &path
		}
	}
	c.Sort()
	// By one key there may be several, in the order of either side's spelling.
	slices.SortStableFunc(c.Conflicts, func(a, b plan.Conflict) int {
		return cmp.Or(tree.Compare(a.Path, b.Path), cmp.Compare(states(&a), states(&b)))
	})
	c.Number()
	var out bytes.Buffer
	if err := c.Write(&out); err != nil {
		t.Fatalf("%v", err)
	}
	return out.String()
}

// states tells two conflicts apart.
func states(c *plan.Conflict) string {
	text, _ := json.Marshal([]any{c.Local, c.Remote, c.Base})
	return string(text)
}

func key(path tree.Path) tree.Path { return tree.Path(tree.CollisionKey(string(path))) }

func nfc(path tree.Path) tree.Path { return tree.Path(norm.NFC.String(string(path))) }
