package plan

import "treaty/plan/tree"

// Dependence is all that Skips goes by, for who has to find the same elsewhere, as the script of a page has.
type Dependence struct {
	// Operations are what the plan's operations do, in its order, and Orphans the places of those that belong in a
	// directory that is not there and that nothing makes.
	Operations []Deed
	Orphans    []int
	Conflicts  []Choosing
	// Units are the places of the operations that are carried out together or not at all.
	Units [][]int
	// Blocked are the paths of problems at which something stays.
	Blocked []Spelled
}

// Deed is what is done on one side, as far as others depend on it.
type Deed struct {
	Side Side
	// From is where something is that is taken away or changed, To where something is afterwards; the zero value for
	// nothing. Moves tells that these are two names, which may have one key.
	From, To Spelled
	Moves    bool
	// Before and After are the types of the two.
	Before, After tree.Type
}

// Spelled is a path for which all spellings are the same that a side takes as equal, and one for those of either side.
type Spelled struct{ Key, Pair tree.Path }

// Choosing is what becomes of a conflict: At is where it is on both sides, and Outcomes what each choice does. It does
// nothing as long as there is none.
type Choosing struct {
	At       Sides[Spelled]
	Outcomes map[Resolution]Outcome
}

// Outcome is what a choice does, and where something stays as it is; the zero value where nothing does.
type Outcome struct {
	Deeds []Deed
	Stays Sides[Spelled]
}

// DependenceOf tells what Skips of the plan goes by; there is as for Skips. A conflict's present resolution has an
// outcome too where it is none of the choices.
func DependenceOf(p *Plan, there func(side Side, dir tree.Path) bool) *Dependence {
	s, d := p.spellings(), &Dependence{}
	d.Units = s.members(p.Operations)
	for done := range deedsOf(p.Operations) {
		d.Operations = append(d.Operations, s.exported(&done))
	}
	for i := range s.orphans(p.Operations, there) {
		d.Orphans = append(d.Orphans, i)
	}
	for i := range p.Conflicts {
		d.Conflicts = append(d.Conflicts, s.choosing(p.Conflicts[i]))
	}
	for _, problem := range blocks(p.Problems) {
		d.Blocked = append(d.Blocked, s.spelled(Local, *problem.Path))
	}
	return d
}

func (s spellings) spelled(side Side, path tree.Path) Spelled {
	if path == tree.Root {
		return Spelled{}
	}
	return Spelled{s.key(side, path), s.pairKey(path)}
}

func (s spellings) exported(d *deed) Deed {
	return Deed{Side: d.side, From: s.spelled(d.side, d.from), To: s.spelled(d.side, d.to), Moves: d.from != d.to,
		Before: d.before, After: d.after}
}

func (s spellings) choosing(c Conflict) Choosing {
	out := Choosing{Outcomes: map[Resolution]Outcome{}}
	for _, side := range BothSides {
		out.At[side] = s.spelled(side, c.PathOn(side))
	}
	names := c.Choices.Names()
	if c.Resolution != Unresolved {
		names = append(names, c.Resolution)
	}
	for _, r := range names {
		c.Resolution = r
		out.Outcomes[r] = s.outcome(&c)
	}
	return out
}

// outcome is what the conflict's resolution does.
func (s spellings) outcome(c *Conflict) Outcome {
	var out Outcome
	deeds, stays := c.deeds()
	for i := range deeds {
		out.Deeds = append(out.Deeds, s.exported(&deeds[i]))
	}
	for _, side := range BothSides {
		if stays[side] {
			out.Stays[side] = s.spelled(side, c.PathOn(side))
		}
	}
	return out
}
