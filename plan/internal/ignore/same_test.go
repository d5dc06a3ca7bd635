package ignore

import "testing"

func TestTwoScopesAreTheSameWhereTheirRulesWereWrittenAlikeInTheSamePlaces(t *testing.T) {
	one := New(Options{Patterns: []string{"*.tmp"}, DefaultIgnores: true})
	twin := New(Options{Patterns: []string{"*.tmp"}, DefaultIgnores: true})
	below := func(s Scope, dir, text string) Scope { return s.Enter(dir, []byte(text)) }
	for what, c := range map[string]struct {
		a, b Scope
		same bool
	}{
		"twins":                        {one, twin, true},
		"itself":                       {one, one, true},
		"none":                         {Scope{}, Scope{}, true},
		"other patterns":               {one, New(Options{Patterns: []string{"*.bak"}, DefaultIgnores: true}), false},
		"the same patterns and others": {one, New(Options{Patterns: []string{"*.tmp", "x"}, DefaultIgnores: true}), false},
		"no litter":                    {one, New(Options{Patterns: []string{"*.tmp"}}), false},
		"the same files of rules":      {below(one, "d", "x\n"), below(twin, "d", "x\n"), true},
		"a file of rules on one side":  {below(one, "d", "x\n"), twin, false},
		"other files of rules":         {below(one, "d", "x\n"), below(twin, "d", "y\n"), false},
		"the same file elsewhere":      {below(one, "d", "x\n"), below(twin, "e", "x\n"), false},
		"the same file below another":  {below(below(one, "d", "x\n"), "d/e", "y\n"), below(twin, "d/e", "y\n"), false},
	} {
		if c.a.Same(c.b) != c.same || c.b.Same(c.a) != c.same {
			t.Errorf("%s: they are said to be the same: %v", what, !c.same)
		}
	}
}
