package plan

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"treaty/plan/tree"
)

// trio is one name in a directory: what each side has under it, and what both had when they were
// last synced. A side without it has an entry of type Absent.
type trio struct {
	// name is how each side spells it, or would.
	name  Sides[string]
	entry Sides[tree.Entry]
	base  *tree.Agreed
	// hash is known where the content was read, or need not be.
	hash Sides[tree.Hash]
	// collides tells that a side cannot hold this name beside another one of the same directory.
	collides Sides[bool]
}

func (t *trio) has(side Side) bool { return t.entry[side].Type != tree.Absent }

// pair groups the entries of one directory by name: exactly equal, then equal under NFC, then, where
// a side folds case, equal but for case, each only if unambiguous. Every list is in Order, so what may
// pair stands together.
func pair(listed Sides[[]tree.Entry], base []tree.Agreed, traits Sides[tree.Traits]) []trio {
	trios := make([]trio, 0, max(len(listed[Local]), len(listed[Remote]), len(base)))
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
				alone.entry[side], alone.name[side] = group[side][0], group[side][0].Name
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
	used := Sides[[]bool]{make([]bool, len(group[Local])), make([]bool, len(group[Remote]))}
	take := func(t *trio, side Side, i int) {
		used[side][i] = true
		t.entry[side], t.name[side] = group[side][i], group[side][i].Name
	}
	for i := range base {
		t := trio{base: &base[i]}
		for _, side := range BothSides {
			at := slices.IndexFunc(group[side], func(e tree.Entry) bool { return e.Name == base[i].Name[side] })
			if at >= 0 && !used[side][at] {
				take(&t, side, at)
			}
		}
		trios = append(trios, t)
	}
	for i := range base {
		t := &trios[start+i]
		for _, side := range BothSides {
			if t.has(side) {
				continue
			}
			if j := match(group[side], used[side], base[i].Name[side], traits); j >= 0 {
				take(t, side, j)
			}
		}
	}
	for i := range group[Local] {
		if used[Local][i] {
			continue
		}
		var t trio
		take(&t, Local, i)
		exact := func(name string) bool { return name == t.name[Local] }
		// A looser match must not take what another name matches exactly.
		if j := match(group[Remote], used[Remote], t.name[Local], traits); j >= 0 &&
			(exact(group[Remote][j].Name) || match(group[Local], used[Local], group[Remote][j].Name, traits) < 0 ||
				!contains(group[Local], group[Remote][j].Name)) {
			take(&t, Remote, j)
		}
		trios = append(trios, t)
	}
	for j := range group[Remote] {
		if !used[Remote][j] {
			var t trio
			take(&t, Remote, j)
			trios = append(trios, t)
		}
	}
	for i := start; i < len(trios); i++ {
		trios[i] = trios[i].spelled()
	}
	inStep(trios[start:])
	markCollisions(trios[start:], traits)
	return trios
}

// inStep orders the trios of one group so that each list is gone through in its own order, as streams
// can only be asked. Where pairs cross, which takes two names in case and normalisation each, the
// remote stream cannot follow and tells so.
func inStep(group []trio) {
	names := func(t *trio) (in [3]string) {
		for _, side := range BothSides {
			if t.has(side) {
				in[side] = t.name[side]
			}
		}
		if t.base != nil {
			in[2] = t.base.Name[Local]
		}
		return in
	}
	for i := range group {
		least := func(t *trio) bool {
			mine := names(t)
			for j := i; j < len(group); j++ {
				for list, name := range names(&group[j]) {
					if name != "" && name < mine[list] {
						return false
					}
				}
			}
			return true
		}
		for j := i; j < len(group); j++ {
			if least(&group[j]) {
				first := group[j]
				copy(group[i+1:j+1], group[i:j])
				group[i] = first
				break
			}
		}
	}
}

// match finds the one unused entry that pairs with name, or -1.
func match(entries []tree.Entry, used []bool, name string, traits Sides[tree.Traits]) int {
	for _, equal := range []func(string) bool{
		func(other string) bool { return other == name },
		func(other string) bool { return norm.NFC.String(other) == norm.NFC.String(name) },
		func(other string) bool { return equalNames(other, name, traits) },
	} {
		found := -1
		for i := range entries {
			if used[i] || !equal(entries[i].Name) {
				continue
			}
			if found >= 0 {
				return -1
			}
			found = i
		}
		if found >= 0 {
			return found
		}
	}
	return -1
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
	a, b = norm.NFC.String(a), norm.NFC.String(b)
	if a == b {
		return true
	}
	if traits[Local].CaseSensitive && traits[Remote].CaseSensitive {
		return false
	}
	return strings.Map(tree.SimpleFold, a) == strings.Map(tree.SimpleFold, b)
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
// normalisation would have to hold together, and on any side those that it has for something else.
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
		present := 0
		for i := range group {
			if group[i].has(Local) || group[i].has(Remote) {
				present++
			}
		}
		for i := range group {
			if present > 1 && !group[i].has(side) {
				group[i].collides[side] = true
			}
		}
	}
}
