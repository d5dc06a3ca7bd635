package plan

import (
	"slices"

	"treaty/plan/tree"
)

// ruleFile is the name of the files that hold a directory's ignore rules. It is its own collision key.
const ruleFile = ".treatyignore"

// hold lets the rules right in a directory hold there and below: each side's own, but where a side is to get
// the other's file of rules, or to lose its own, what holds there afterwards. So one apply brings all that
// comes into scope by it. What leaves scope has no record then, and what comes into it had none: neither is
// ever taken for deleted.
func (l *lockstep) hold(p *place, listing Sides[tree.Listing], base []tree.Agreed) {
	outer := p.scope
	for _, side := range BothSides {
		own := listing[side].Scope
		switch {
		case own == nil:
		case p.remade[side]:
			p.scope[side] = own.Extend(outer[side], p.path[side], p.path[side])
		default:
			p.scope[side] = own
		}
	}
	side, takes := l.takesRules(p, listing, base)
	if !takes {
		return
	}
	later := *p
	later.remade[side], later.scope[side] = true, p.taken(side, outer, listing)
	// A file of rules that ignores itself, or that another ignores, goes nowhere.
	if p.hasRulesInScope() && later.hasRulesInScope() {
		*p = later
	}
}

// taken is the scope that a side has once it has the other's file of rules right in a directory.
func (p *place) taken(side Side, outer Sides[tree.Scope], listing Sides[tree.Listing]) tree.Scope {
	other := side.Other()
	switch from := listing[other].Scope; {
	case p.path[side] == tree.Root:
		return p.scope[other] // what holds outside the trees is the same for both
	case from != nil:
		return from.Extend(outer[side], p.path[other], p.path[side])
	}
	return outer[side]
}

// hasRulesInScope tells whether neither side's rules ignore the file of rules right in a directory.
func (p *place) hasRulesInScope() bool {
	for _, side := range BothSides {
		if s := p.scope[side]; s != nil && s.Judge(p.path[side].Join(ruleFile), false) != tree.InScope {
			return false
		}
	}
	return true
}

// foresight says of a file of rules which side is to get the other's, or to lose its own because the other has none
// any more; false where neither does.
type foresight func(*trio, *policy) (Side, bool)

// asTheyAre is the foresight that files of rules count as they are: what is remembered is what is in scope whatever
// comes of a plan.
func asTheyAre(*trio, *policy) (Side, bool) { return 0, false }

// asPlanned is the foresight that files of rules count as they will be after the plan. It decides upon contents and
// records alone, never times: so whoever only looks at the trees later comes to the same. Where nothing is certain
// yet, as the two conflict or may come to, neither side takes the other's, and the rules of both hold. What is in scope
// once a conflict is settled depends on a choice that is made after the plan: apply touches nothing that the plan
// does not list, and so it is the next plan that brings it.
func asPlanned(t *trio, p *policy) (Side, bool) {
	for _, c := range decide(t, p).changes {
		switch {
		case c.action == Create, c.action == Delete,
			c.action == Update && t.base != nil && p.options.Bidirectional != BidirectionalConflict:
			return c.side, true
		}
	}
	return 0, false
}

// takesRules asks the foresight about the files of rules right in a directory, where they differ.
func (l *lockstep) takesRules(p *place, listing Sides[tree.Listing], base []tree.Agreed) (Side, bool) {
	if p.fate != paired || p.blocked || !p.on[Local] || !p.on[Remote] ||
		listing[Local].Rules == listing[Remote].Rules {
		return 0, false
	}
	t, plain := ruleTrio(listing, base)
	if !plain {
		return 0, false
	}
	return l.foresight(&t, l.policy)
}

// ruleTrio is the file of rules of one directory; false where one is spelled otherwise somewhere, is no file, or
// has a record that does not tell its content.
func ruleTrio(listing Sides[tree.Listing], base []tree.Agreed) (trio, bool) {
	t := trio{name: Sides[string]{ruleFile, ruleFile}}
	for _, side := range BothSides {
		for i := range listing[side].Entries {
			e := &listing[side].Entries[i]
			if e.Key != ruleFile {
				continue
			}
			if e.Name != ruleFile || e.Type != tree.File || e.Obstacle != "" {
				return t, false
			}
			t.entry[side], t.hash[side] = e, listing[side].Rules
		}
	}
	for i := range base {
		a := &base[i]
		if a.Key != ruleFile {
			continue
		}
		if a.Name != t.name || a.Type != tree.File || !a.SHA256.Known() {
			return t, false
		}
		t.base = a
	}
	return t, true
}

// hashRules gives those files of rules right in a directory their hashes, which are known from listing, of which
// that is wanted.
func (d *directory) hashRules(wanted func(*trio) bool) {
	for i := range d.trios {
		t := &d.trios[i]
		for _, side := range BothSides {
			if t.name[side] == ruleFile && t.now(side).Type == tree.File && wanted(t) {
				t.hash[side] = d.rules[side]
			}
		}
	}
}

// guarded tells whether something right in a doomed directory is ignored only by the rules of that directory, or
// of doomed ones above it.
func (d *directory) guarded() bool {
	for _, side := range BothSides {
		if slices.ContainsFunc(d.ignored[side], func(e tree.Entry) bool {
			return e.Ruling == tree.Ignored && !d.bareIgnores(&e)
		}) {
			return true
		}
	}
	return false
}

// bareIgnores tells whether an entry would be ignored without the rules of doomed directories too.
func (p *place) bareIgnores(e *tree.Entry) bool {
	for _, s := range BothSides {
		if p.bare[s] != nil && p.bare[s].Judge(p.path[s].Join(e.Name), e.Type == tree.Directory) == tree.Ignored {
			return true
		}
	}
	return false
}

// keepRules leaves the file of rules in a doomed directory that stays because of what they ignore. Without it
// that would come into scope, as new in a directory that the other side deleted.
func keepRules(dr *draft, p *place) {
	dr.keep(func(d *difference) bool {
		side, deletes := d.deletes()
		return !deletes || d.at(side) != p.path[side].Join(ruleFile)
	})
}
