package plan

import (
	"fmt"

	"treaty/plan/tree"
)

// Mass is that a plan deletes or replaces so much of a side that it is more likely a mistake than meant: an unmounted
// volume, a wild script, files that somebody encrypted.
type Mass struct {
	// Code is ManyDeletes or ManyUpdates.
	Code Code
	Side Side
	// Why says it in words.
	Why string
	// Allowed tells that the planner allowed it.
	Allowed bool
}

// Masses are what the plan does too much of, deletes before updates, as its decisions and resolutions stand; whatever
// it says of itself is counted anew. What a person asked to have back is no mistake, and stands here as allowed.
func (p *Plan) Masses() (all []Mass) {
	for _, side := range BothSides {
		if why := deletesTooMuch(p, side); why != "" {
			all = append(all, Mass{ManyDeletes, side, why, p.Options.AllowManyDeletes})
		}
	}
	for _, side := range BothSides {
		if why := updatesTooMuch(p, side); why != "" {
			all = append(all, Mass{ManyUpdates, side, why, p.Options.AllowManyUpdates})
		}
	}
	return all
}

// TooMuch is the first of the Masses that the planner did not allow, nil where there is none.
func (p *Plan) TooMuch() *Mass {
	for _, mass := range p.Masses() {
		if !mass.Allowed {
			return &mass
		}
	}
	return nil
}

// deletesTooMuch says in words that the plan deletes too much of a side, "" where it does not. Moves are no deletes;
// what a resolution deletes counts, with all that is in a directory.
func deletesTooMuch(p *Plan, side Side) string {
	deletes := deletesOn(p, side)
	if most := p.Options.MaxDeletes; deletes > most {
		return fmt.Sprintf("%d deletes on %s, more than the %d that are allowed at once", deletes, side, most)
	}
	return moreThanHalf(p, deletes, manyDeletes, "deletes", side)
}

// updatesTooMuch says in words that the plan replaces too many of the files that a side has by what the other has, ""
// where it does not. Without a baseline nobody knows what was there before: then it is never too much.
func updatesTooMuch(p *Plan, side Side) string {
	if p.Baseline == nil {
		return ""
	}
	return moreThanHalf(p, updatesOn(p, side), manyUpdates, "updates", side)
}

// moreThanHalf says that n files are more than half of a side's, "" where they are not, or are few.
func moreThanHalf(p *Plan, n, few int, what string, side Side) string {
	files := p.Snapshot(side).Files
	if n <= few || 2*n <= files {
		return ""
	}
	return fmt.Sprintf("%d %s on %s, more than half of its %d files", n, what, side, files)
}

// deletesOn counts the files that the plan deletes on a side, by operations and by resolutions.
func deletesOn(p *Plan, side Side) int {
	deletes := 0
	for i := range p.Operations {
		op := &p.Operations[i]
		if op.Side == side && op.Action == Delete && op.Decision == Apply && op.Before.Of() != tree.Directory {
			deletes++
		}
	}
	for i := range p.Conflicts {
		deletes += p.Conflicts[i].deletes(side)
	}
	return deletes
}

// CountDirectories notes, for each directory in conflict, how many directories lie below it on a side: a plan says
// only how many entries do. Those of which below knows nothing, and says 0, count as files in TooMuch, which thus errs
// on the safe side.
func CountDirectories(p *Plan, below func(side Side, dir tree.Path) int) {
	for i := range p.Conflicts {
		for _, side := range BothSides {
			if s := p.Conflicts[i].State(side); s != nil && s.Subtree() != nil {
				s.Subtree().Directories = below(side, p.Conflicts[i].PathOn(side))
			}
		}
	}
}

// CountFiles notes how many files the trees were found to have, whatever the plan says: TooMuch is by that.
func CountFiles(p *Plan, found Sides[int]) {
	for _, side := range BothSides {
		p.Snapshot(side).Files = found[side]
	}
}

// losses are how many files of a side are deleted, and how many replaced by the other's.
type losses struct{ deletes, updates int }

// CountSteps notes what the steps that settle conflicts of directories delete and replace: TooMuch is by that, since a
// plan says only how many entries there are, and not which of them differ.
func CountSteps(p *Plan, steps []Step) {
	at := map[int]*Conflict{}
	for i := range p.Conflicts {
		if c := &p.Conflicts[i]; c.whole() {
			c.counted = &Sides[losses]{}
			at[c.ID] = c
		}
	}
	for i := range steps {
		s := &steps[i]
		c := at[s.Conflict]
		if c == nil || s.Skipped != "" || s.Before.Of() == tree.Directory {
			continue
		}
		switch s.Action {
		case Delete:
			c.counted[s.Side].deletes++
		case Update:
			c.counted[s.Side].updates++
		}
	}
}

// whole tells whether both sides have a directory there, which is taken whole.
func (c *Conflict) whole() bool {
	return c.Local.Of() == tree.Directory && c.Remote.Of() == tree.Directory
}

// deletes counts the files that the conflict's resolution deletes on a side. Where a directory becomes as the other
// side's, and nobody counted, that is how many fewer these are.
func (c *Conflict) deletes(side Side) int {
	from, taken := c.taken()
	lose := c.State(side)
	switch {
	case !taken || from == side || lose == nil:
		return 0
	case c.counted != nil:
		return c.counted[side].deletes
	case lose.Type == tree.Directory && c.State(from).Of() == tree.Directory && lose.Subtree() != nil &&
		c.State(from).Subtree() != nil:
		return max(0, lose.Subtree().Files()-c.State(from).Subtree().Files())
	case lose.Type == tree.Directory && lose.Subtree() != nil:
		return lose.Subtree().Files()
	case lose.Type != tree.Directory && c.State(from) == nil:
		return 1
	}
	return 0
}

// updatesOn counts the files of a side that the plan replaces, by operations and by resolutions.
func updatesOn(p *Plan, side Side) int {
	updates := 0
	for i := range p.Operations {
		op := &p.Operations[i]
		if op.Side == side && op.Action == Update && op.Decision == Apply && op.Before.Of() == tree.File {
			updates++
		}
	}
	for i := range p.Conflicts {
		updates += p.Conflicts[i].updates(side)
	}
	return updates
}

// updates counts the files of a side that the conflict's resolution replaces by what the other has under that name: in
// a directory that becomes as the other's, 0 where nobody counted.
func (c *Conflict) updates(side Side) int {
	from, taken := c.taken()
	switch {
	case !taken || from == side:
		return 0
	case c.counted != nil:
		return c.counted[side].updates
	case c.State(side).Of() == tree.File && c.State(from) != nil && c.Kind != RenamedDifferently:
		return 1
	}
	return 0
}

// meant lets a plan replace as much as it does, and says so where that is much: it brings back what a person asked for.
func meant(p *Plan) {
	for _, mass := range p.Masses() {
		if mass.Code == ManyUpdates {
			p.Options.AllowManyUpdates = true
			p.Problems = append(p.Problems, mass.problem())
		}
	}
}

// problem is the warning of it that a plan has.
func (m *Mass) problem() Problem {
	side := m.Side
	return Problem{Severity: Warning, Code: m.Code, Side: &side, Message: m.Why}
}

// manyDeletes and manyUpdates are how many are few, whatever share of a tree they are.
const (
	manyDeletes = 10
	manyUpdates = 50
)
