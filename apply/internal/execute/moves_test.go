package execute

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// movesOf are moves in words: "a>b" is one of a to b, and "(a)>b" one of which the file waits in the trash.
func movesOf(words string) (list []*task) {
	for _, word := range strings.Fields(words) {
		from, to, _ := strings.Cut(word, ">")
		t := &task{}
		if waits := strings.Trim(from, "()"); waits != from {
			from, t.ownDisplacement().parked = waits, &volume.Staged{}
		}
		t.Step = Step{&plan.Step{Operation: &plan.Operation{Action: plan.Move, Path: tree.Path(to),
			Rare: &plan.Rare{From: tree.Path(from)}}}}
		list = append(list, t)
	}
	return list
}

func inWords(turns [][]*task) string {
	var words []string
	for _, turn := range turns {
		var list []string
		for _, t := range turn {
			list = append(list, fmt.Sprintf("%s>%s", t.From(), t.Path))
		}
		words = append(words, strings.Join(list, " "))
	}
	return strings.Join(words, ", ")
}

// A move comes when its new name is free, in one turn with all that are free by then.
func TestMovesTakeTurns(t *testing.T) {
	for _, c := range []struct{ moves, want, aside string }{
		{"a>b c>d", "a>b c>d", ""},
		{"a>b b>c c>d", "c>d, b>c, a>b", ""},
		{"c>d b>c a>b e>f", "c>d e>f, b>c, a>b", ""},
		{"a>b b>a", "a>b, b>a, a>b", "a"},
		{"a>b b>c c>a x>y", "x>y, a>b, c>a, b>c, a>b", "a"},
		{"a>b b>a c>d d>c", "a>b c>d, b>a d>c, a>b c>d", "a c"},
		{"(a)>b b>a", "b>a, a>b", ""},
		{"(a)>b", "a>b", ""},
		{"", "", ""},
	} {
		m, list := &moves{aside: map[*task]bool{}}, movesOf(c.moves)
		turns := m.turns(list)
		var aside []string
		for _, one := range list {
			if m.aside[one] {
				aside = append(aside, string(one.From()))
			}
		}
		if got := inWords(turns); got != c.want || strings.Join(aside, " ") != c.aside {
			t.Errorf("%s:\n%s, %q aside, and not\n%s, %q", c.moves, got, aside, c.want, c.aside)
		}
		for most := 1; most < 7; most++ {
			var cut []*task
			for others := turns; len(others) > 0; {
				var group [][]*task
				group, others = cutTurns(others, most)
				if many := len(slices.Concat(group...)); many > most || many == 0 {
					t.Fatalf("%s: a group of %d, where %d are the most", c.moves, many, most)
				}
				cut = append(cut, slices.Concat(group...)...)
			}
			if !slices.Equal(cut, slices.Concat(turns...)) {
				t.Errorf("%s, %d at a time: %s", c.moves, most, inWords([][]*task{cut}))
			}
		}
	}
}
