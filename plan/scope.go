package plan

import (
	"cmp"
	"slices"

	"treaty/plan/tree"
)

// shareRules lets the rules in a directory that only one side has hold on both: the other side is to get them
// with the directory, or had them until it deleted that. Otherwise what they bring back into scope would be
// left behind, since the other side's rules from above alone still ignore it.
func (p *place) shareRules() {
	for _, side := range BothSides {
		if other := side.Other(); p.on[side] && !p.on[other] && p.scope[side] != nil {
			p.scope[other] = p.scope[side].Extend(p.scope[other], p.path[side], p.path[other])
		}
	}
}

// alike tells whether both sides' rules judge every path as it was judged when it was listed. Mostly they do.
func (p *place) alike() bool {
	return p.path[Local] == p.path[Remote] && p.remade == (Sides[bool]{}) &&
		p.scope[Local] != nil && p.scope[Remote] != nil && p.scope[Local].Same(p.scope[Remote])
}

// inScope splits a listing; what either side's rules ignore is ignored.
func (p *place) inScope(side Side, entries []tree.Entry, alike bool) (in, out []tree.Entry) {
	other := p.scope[side.Other()]
	if alike {
		other = nil
	}
	clean := other == nil && !p.remade[side]
	for i := range entries {
		clean = clean && entries[i].Ruling == tree.InScope
	}
	if clean {
		return entries, nil
	}
	in = make([]tree.Entry, 0, len(entries))
	for _, e := range entries {
		if p.remade[side] {
			e.Ruling = p.scope[side].Judge(p.path[side].Join(e.Name), e.Type == tree.Directory)
		}
		if other != nil {
			e.Ruling = max(e.Ruling, other.Judge(p.path[side.Other()].Join(e.Name), e.Type == tree.Directory))
		}
		if e.Ruling == tree.InScope {
			in = append(in, e)
		} else {
			out = append(out, e)
		}
	}
	return in, out
}

// without are the entries less those that the other side ignores under their names.
func (l *lockstep) without(entries, ignored []tree.Entry) []tree.Entry {
	if len(ignored) == 0 {
		return entries
	}
	return slices.DeleteFunc(slices.Clone(entries), func(e tree.Entry) bool { return l.ignoredAs(ignored, e.Key, e.Name) })
}

// ignoredAs tells whether a name is among those that a side ignores. Rules can tell a directory from a
// file and one spelling from another, but a name is in scope on both sides or on none: otherwise what
// one side ignores would look deleted there.
func (l *lockstep) ignoredAs(ignored []tree.Entry, key, name string) bool {
	at, _ := slices.BinarySearchFunc(ignored, key, func(e tree.Entry, key string) int { return cmp.Compare(e.Key, key) })
	for ; at < len(ignored) && ignored[at].Key == key; at++ {
		if equalNames(ignored[at].Name, name, l.policy.traits) {
			return true
		}
	}
	return false
}

// inScopeStill is base less those out of scope. Those judged to be in scope, on both sides, need not be judged again.
func (l *lockstep) inScopeStill(p *place, base []tree.Agreed, judged []tree.Entry,
	ignored Sides[[]tree.Entry]) []tree.Agreed {
	return slices.DeleteFunc(base, func(a tree.Agreed) bool {
		for len(judged) > 0 && judged[0].Key < a.Key {
			judged = judged[1:]
		}
		if len(judged) > 0 && a.Name == [2]string{judged[0].Name, judged[0].Name} && a.Type == judged[0].Type {
			return false
		}
		for _, side := range BothSides {
			if s := p.scope[side]; s != nil &&
				s.Judge(p.path[side].Join(a.Name[side]), a.Type == tree.Directory) != tree.InScope {
				return true
			}
			if l.ignoredAs(ignored[side], a.Key, a.Name[side]) {
				return true
			}
		}
		return false
	})
}

// union counts the names in two lists that are in Order.
func union(lists Sides[[]tree.Entry]) int {
	l, r := lists[Local], lists[Remote]
	n := 0
	for len(l) > 0 && len(r) > 0 {
		c := tree.Order(&l[0], &r[0])
		if c <= 0 {
			l = l[1:]
		}
		if c >= 0 {
			r = r[1:]
		}
		n++
	}
	return n + len(l) + len(r)
}
