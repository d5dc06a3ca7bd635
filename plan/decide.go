package plan

import (
	"treaty/plan/internal/programs"
	"treaty/plan/tree"
)

// policy is what decisions depend on besides the entries.
type policy struct {
	clocks
	// baseline tells that there is one, whatever it says of a path.
	baseline bool
	options  Options
	programs programs.Rules
}

func newPolicy(traits Sides[tree.Traits], baseline bool, options Options) policy {
	return policy{
		clocks:   newClocks(traits),
		baseline: baseline,
		options:  options,
		programs: options.programs(),
	}
}

// bothModes tells whether modes can be compared.
func (p *policy) bothModes() bool { return p.traits[Local].Modes && p.traits[Remote].Modes }

// verdict is what a name's two entries and their baseline come to.
type verdict struct {
	// changes is at most one a side.
	changes []change
	// kind is that of the conflict, "" for none.
	kind Kind
	// unsure tells which sides' content must be read before anything can be said; all else is void.
	unsure Sides[bool]
	// modesDiffer asks for a warning.
	modesDiffer bool
}

func (v *verdict) isUnsure() bool { return v.unsure[Local] || v.unsure[Remote] }
func (v *verdict) agreed() bool {
	return !v.isUnsure() && len(v.changes) == 0 && v.kind == ""
}

// change is one operation to be, on the given side.
type change struct {
	action Action
	reason Reason
	// renamed is nil of what keeps its name.
	renamed *renamed
	// mtime and mode are what the side is to report afterwards.
	mtime tree.Time
	mode  tree.Mode
	side  Side
	// inferMode tells that the mode is for the executable rules to say.
	inferMode bool
}

// renamed is where a move comes from, and the name's new spelling, where a side follows a rename of case.
type renamed struct{ from, to tree.Path }

// all is what there is.
func (r *renamed) all() renamed {
	if r == nil {
		return renamed{}
	}
	return *r
}

// decide judges one name. It looks at nothing but its arguments: what lies below directories, and what
// only the whole plan can tell, is decided elsewhere.
//
// Without a record of the name presence wins, and of two files
// the newer. With one, a side that did not change takes the other's change.
func decide(t *trio, p *policy) verdict {
	if t.base != nil {
		return decideSince(t, p)
	}
	l, r := t.now(Local), t.now(Remote)
	switch {
	case l.Type == tree.Absent && r.Type == tree.Absent:
		return verdict{}
	case l.Type == tree.Absent:
		return acts(p.create(t, Local, OnlyOn))
	case r.Type == tree.Absent:
		return acts(p.create(t, Remote, OnlyOn))
	case l.Type != r.Type:
		return verdict{kind: TypeMismatch}
	case l.Type == tree.Symlink:
		if l.Target != r.Target {
			return verdict{kind: BothCreated}
		}
		return verdict{}
	case l.Type == tree.Directory:
		return verdict{modesDiffer: p.bothModes() && l.Mode != r.Mode}
	}
	return decideFirst(t, p)
}

// decideFirst judges two files that no record knows. On a first sync alone, equal sizes and times will do: who
// has a baseline can afford to read what is new on both sides.
func decideFirst(t *trio, p *policy) verdict {
	if !p.timesTell() {
		return decideByContent(t, p)
	}
	l, r := t.now(Local), t.now(Remote)
	near := p.near(l.Mtime, r.Mtime)
	switch {
	case near && l.Size != r.Size:
		return verdict{kind: SameTimeDifferentSize}
	case near && p.options.Hash != HashAll && !p.baseline && !t.bothHashed():
		return verdict{modesDiffer: p.bothModes() && l.Mode != r.Mode}
	case l.Size == r.Size && !t.bothHashed():
		return verdict{unsure: Sides[bool]{true, true}}
	}
	same := l.Size == r.Size && t.hash[Local] == t.hash[Remote]
	newer := p.newer(l.Mtime, r.Mtime)
	switch {
	case near && same:
		return verdict{modesDiffer: p.bothModes() && l.Mode != r.Mode}
	case near:
		return verdict{kind: SameStatDifferentContent}
	case same:
		return p.touches(t, newer, p.bothModes())
	case p.baseline:
		return verdict{kind: BothCreated}
	}
	return acts(p.update(t, newer.Other(), NewerOn))
}

// decideByContent judges two files that no record knows where times tell nothing: other content is a conflict.
func decideByContent(t *trio, p *policy) verdict {
	l, r := t.now(Local), t.now(Remote)
	switch {
	case l.Size != r.Size:
		return verdict{kind: BothCreated}
	case !t.bothHashed():
		return verdict{unsure: Sides[bool]{true, true}}
	case t.hash[Local] != t.hash[Remote]:
		return verdict{kind: BothCreated}
	}
	return verdict{modesDiffer: p.bothModes() && l.Mode != r.Mode}
}

func (t *trio) bothHashed() bool { return t.hash[Local].Known() && t.hash[Remote].Known() }

func acts(changes ...change) verdict { return verdict{changes: changes} }

// create puts onto side what the other side has.
func (p *policy) create(t *trio, side Side, reason Sided) change {
	c := p.carry(t, side, Create, reason)
	if p.traits[side].Modes && !c.mode.Known() && t.now(side.Other()).Type != tree.Symlink {
		c.inferMode = true
	}
	return c
}

// update makes side's entry equal to the other side's.
func (p *policy) update(t *trio, side Side, reason Sided) change {
	c := p.carry(t, side, Update, reason)
	if p.traits[side].Modes && !c.mode.Known() && t.now(side.Other()).Type != tree.Symlink {
		c.inferMode = true
	}
	return c
}

// carry is a change that brings the other side's time and, where both have modes, its mode.
func (p *policy) carry(t *trio, side Side, action Action, reason Sided) change {
	from := t.now(side.Other())
	c := change{side: side, action: action, reason: reason.On(side.Other())}
	if from.Type == tree.File {
		c.mtime = p.carried(from.Mtime, side)
	}
	if p.bothModes() && from.Type != tree.Symlink {
		c.mode = from.Mode
	}
	return c
}

// touches gives the other side the time of side newer, and its mode too if asked to.
func (p *policy) touches(t *trio, newer Side, withMode bool) verdict {
	side := newer.Other()
	c := p.carry(t, side, Touch, TouchedOn)
	if !withMode || !p.bothModes() {
		c.mode = t.now(side).Mode
	}
	if c.mtime == t.now(side).Mtime && c.mode == t.now(side).Mode {
		return verdict{}
	}
	return acts(c)
}
