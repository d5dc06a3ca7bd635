package plan

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"treaty/plan/tree"
)

// trio is one name in a directory: what each side has under it, and what both had when they were
// last synced.
type trio struct {
	// name is how each side spells it, or would.
	name Sides[string]
	// entry is nil of a side without it. What it points to, and base too, is the listing's, and never written to.
	entry Sides[*tree.Entry]
	base  *tree.Agreed
	// hash is known where the content was read, or need not be.
	hash Sides[tree.Hash]
	// collides tells that a side cannot hold this name beside another one of the same directory.
	collides Sides[bool]
	// twin tells that a side which is said to fold names has another one that it takes for this one.
	twin Sides[bool]
}

func (t *trio) has(side Side) bool { return t.entry[side] != nil }

// absent is what a side has that has nothing.
var absent tree.Entry

// now is what a side has, of type Absent for nothing. It is not to be written to.
func (t *trio) now(side Side) *tree.Entry {
	if e := t.entry[side]; e != nil {
		return e
	}
	return &absent
}

// pair appends the entries of one directory to trios, grouped by name: exactly equal, then equal under NFC, then, where
// a side folds case, equal but for case, each only if unambiguous. Every list is in Order, so what may
// pair stands together.
func pair(trios []trio, listed Sides[[]tree.Entry], base []tree.Agreed, traits Sides[tree.Traits]) []trio {
	var at Sides[int]
	atBase := 0
	for {
		key, any := "", false
		least := func(candidate string) {
			if !any || candidate < key {
				key, any = candidate, true
			}
		}
		for _, side := range BothSides {
			if at[side] < len(listed[side]) {
				least(listed[side][at[side]].Key)
			}
		}
		if atBase < len(base) {
			least(base[atBase].Key)
		}
		if !any {
			return trios
		}
		var group Sides[[]tree.Entry]
		for _, side := range BothSides {
			from := at[side]
			for at[side] < len(listed[side]) && listed[side][at[side]].Key == key {
				at[side]++
			}
			group[side] = listed[side][from:at[side]]
		}
		fromBase := atBase
		for atBase < len(base) && base[atBase].Key == key {
			atBase++
		}
		trios = pairGroup(trios, group, base[fromBase:atBase], traits)
	}
}

// pairGroup appends the trios of names with one collision key.
func pairGroup(trios []trio, group Sides[[]tree.Entry], base []tree.Agreed, traits Sides[tree.Traits]) []trio {
	start := len(trios)
	if len(group[Local]) <= 1 && len(group[Remote]) <= 1 && len(base) <= 1 {
		var alone trio
		for _, side := range BothSides {
			if len(group[side]) == 1 {
				alone.take(side, &group[side][0])
			}
		}
		l, r := alone.name[Local], alone.name[Remote]
		together := l == "" || r == "" || l == r || equalNames(l, r, traits)
		if len(base) == 1 {
			alone.base = &base[0]
			for _, side := range BothSides {
				known := base[0].Name[side]
				if name := alone.name[side]; name != "" && name != known && !equalNames(name, known, traits) {
					together = false
				}
			}
		}
		if together {
			return append(trios, alone.spelled())
		}
	}
	trios = append(trios, clusters(group, base, levels(traits))...)
	for i := start; i < len(trios); i++ {
		trios[i] = trios[i].spelled()
	}
	markCollisions(trios[start:], traits)
	return inStep(trios, start)
}

// clusters are the trios of names with one collision key. What the baseline knows is matched first, on each
// side by itself, and then what is left over on the two sides.
func clusters(group Sides[[]tree.Entry], base []tree.Agreed, levels []func(string) string) []trio {
	var trios []trio
	for i := range base {
		trios = append(trios, trio{base: &base[i]})
	}
	var left Sides[[]*tree.Entry]
	for _, side := range BothSides {
		at := match(len(base), len(group[side]), levels,
			func(i int) string { return base[i].Name[side] }, func(j int) string { return group[side][j].Name })
		used := make([]bool, len(group[side]))
		for i, j := range at {
			if j >= 0 {
				trios[i].take(side, &group[side][j])
				used[j] = true
			}
		}
		for j := range group[side] {
			if !used[j] {
				left[side] = append(left[side], &group[side][j])
			}
		}
	}
	at := match(len(left[Local]), len(left[Remote]), levels,
		func(i int) string { return left[Local][i].Name }, func(j int) string { return left[Remote][j].Name })
	used := make([]bool, len(left[Remote]))
	for i, j := range at {
		var t trio
		t.take(Local, left[Local][i])
		if j >= 0 {
			t.take(Remote, left[Remote][j])
			used[j] = true
		}
		trios = append(trios, t)
	}
	for j := range left[Remote] {
		if !used[j] {
			var t trio
			t.take(Remote, left[Remote][j])
			trios = append(trios, t)
		}
	}
	return trios
}

func (t *trio) take(side Side, e *tree.Entry) { t.entry[side], t.name[side] = e, e.Name }

// levels are the ways in which names count as equal, the strictest first: what they have in common under
// each.
func levels(traits Sides[tree.Traits]) []func(string) string {
	list := []func(string) string{func(name string) string { return name }, norm.NFC.String}
	if !traits[Local].CaseSensitive || !traits[Remote].CaseSensitive {
		list = append(list, folded)
	}
	return list
}

// folded is what a name has in common with those that differ from it in case and normalisation only.
func folded(name string) string { return strings.Map(tree.SimpleFold, norm.NFC.String(name)) }

// match pairs two lists of names, level by level, each two of which are the only ones left that are equal
// there. It returns where in the second list each name of the first has its partner, -1 for none.
func match(n, m int, levels []func(string) string, first, second func(int) string) []int {
	at, used := make([]int, n), make([]bool, m)
	for i := range at {
		at[i] = -1
	}
	const several = -1
	for _, level := range levels {
		var only [2]map[string]int
		note := func(list, i int, name string) {
			if only[list] == nil {
				only[list] = map[string]int{}
			}
			if _, known := only[list][name]; known {
				i = several
			}
			only[list][name] = i
		}
		for i := range n {
			if at[i] < 0 {
				note(0, i, level(first(i)))
			}
		}
		for j := range m {
			if !used[j] {
				note(1, j, level(second(j)))
			}
		}
		for name, i := range only[0] {
			if j, found := only[1][name]; found && i != several && j != several {
				at[i], used[j] = j, true
			}
		}
	}
	return at
}

// inStep orders the trios of one group, those from start on, so that the directories of each list are gone
// through in its own order, as streams can only be asked. Where pairs of directories cross, which takes two
// names in case and normalisation each, there is no such order. Then names that are not spelled alike
// everywhere are no pairs: each is blocked where it is, and what the baseline knew of it does not count.
func inStep(trios []trio, start int) []trio {
	if group := trios[start:]; !order(group) {
		trios = apart(trios[:start:start], group)
		order(trios[start:])
	}
	return trios
}

// order orders a group, and tells whether it could.
func order(group []trio) bool {
	names := func(t *trio) (in [3]string) {
		for _, side := range BothSides {
			if t.now(side).Type == tree.Directory {
				in[side] = t.name[side]
			}
		}
		if t.base != nil && t.base.Type == tree.Directory {
			in[2] = t.base.Spelled
		}
		return in
	}
	for i := range group {
		least := slices.IndexFunc(group[i:], func(t trio) bool {
			mine := names(&t)
			return !slices.ContainsFunc(group[i:], func(other trio) bool {
				for list, name := range names(&other) {
					if name != "" && name < mine[list] {
						return true
					}
				}
				return false
			})
		})
		if least < 0 {
			return false
		}
		first := group[i+least]
		copy(group[i+1:i+least+1], group[i:i+least])
		group[i] = first
	}
	return true
}

// apart appends the trios of a group to trios, each that is not spelled alike everywhere taken apart.
func apart(trios, group []trio) []trio {
	for _, t := range group {
		alike := t.name[Local] == t.name[Remote] &&
			(t.base == nil || t.base.Name == t.name && t.base.Spelled == t.name[Local])
		if alike {
			trios = append(trios, t)
			continue
		}
		for _, side := range BothSides {
			if t.has(side) {
				trios = append(trios, trio{name: Sides[string]{t.name[side], t.name[side]}, collides: Sides[bool]{true, true}})
				trios[len(trios)-1].entry[side] = t.entry[side]
			}
		}
	}
	return trios
}

func contains(entries []tree.Entry, name string) bool {
	for i := range entries {
		if entries[i].Name == name {
			return true
		}
	}
	return false
}

// equalNames tells whether names of the two sides mean the same entry.
func equalNames(a, b string, traits Sides[tree.Traits]) bool {
	if a == b {
		return true
	}
	return slices.ContainsFunc(levels(traits)[1:], func(level func(string) string) bool { return level(a) == level(b) })
}

// spelled fills in how a side that lacks the name would spell it.
func (t trio) spelled() trio {
	for _, side := range BothSides {
		switch {
		case t.name[side] != "":
		case t.base != nil && (t.name[side.Other()] == "" || t.name[side.Other()] == t.base.Name[side.Other()]):
			t.name[side] = t.base.Name[side]
		default:
			t.name[side] = t.name[side.Other()]
		}
	}
	return t
}

// markCollisions marks the names of one collision key that a side without regard to case or
// normalisation would have to hold together, on any side those that it has for something else, and as twins those that
// such a side holds together all the same.
func markCollisions(group []trio, traits Sides[tree.Traits]) {
	for _, side := range BothSides {
		for i := range group {
			group[i].collides[side] = !group[i].has(side) && slices.ContainsFunc(group, func(other trio) bool {
				return other.has(side) && other.name[side] == group[i].name[side]
			})
		}
		if traits[side].CaseSensitive {
			continue
		}
		present, here := 0, 0
		for i := range group {
			if group[i].has(Local) || group[i].has(Remote) {
				present++
			}
			if group[i].has(side) {
				here++
			}
		}
		for i := range group {
			switch {
			case group[i].has(side):
				group[i].twin[side] = here > 1
			case present > 1:
				group[i].collides[side] = true
			}
		}
	}
}
