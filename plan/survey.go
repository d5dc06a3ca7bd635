package plan

import (
	"context"
	"time"

	"treaty/plan/tree"
)

// Name is one name as both trees have it.
type Name struct {
	// Path is how each side spells it, or would.
	Path Sides[tree.Path]
	// Entry is of type Absent on a side that has nothing there.
	Entry Sides[tree.Entry]

	trio   *trio
	policy *policy
}

// Strayed tells whether what a side has is, by its stat, not what the baseline has recorded of it there. It is false
// of what is not there, of what the baseline does not know, and where both sides have come to the same.
func (n *Name) Strayed(side Side) bool {
	if n.trio.base == nil || !n.differs(side) {
		return false
	}
	l, r := n.trio.now(Local), n.trio.now(Remote)
	same := l.Type == r.Type && l.Size == r.Size && l.Target == r.Target &&
		(l.Type != tree.File || n.policy.near(l.Mtime, r.Mtime)) && (l.Mode == r.Mode || !n.policy.bothModes())
	return !same
}

// Recorded tells whether the baseline knows the name.
func (n *Name) Recorded() bool { return n.trio.base != nil }

func (n *Name) differs(side Side) bool {
	e, base := n.trio.now(side), n.trio.base
	kept := &base.On[side]
	switch {
	case e.Type == tree.Absent:
		return false
	case e.Type != base.Type:
		return true
	case e.Type == tree.Symlink:
		return e.Target != base.Target
	case e.Type == tree.File && (e.Size != base.Size || !n.policy.untouched(e.Mtime, *kept, side)):
		return true
	}
	return e.Mode != kept.Mode && n.policy.bothModes() && e.Mode.Known() && kept.Mode.Known()
}

// Survey walks both trees in step, as Compare does, and decides nothing. It tells visit of everything in
// scope, directories before what is in them. What cannot be read is told of as it is listed, with its obstacle, and
// nothing is below it. A name is another one once visit has returned. It returns an error of visit, of ctx, or where a
// tree can no longer be read as a whole.
func Survey(ctx context.Context, in Input, visit func(*Name) error) (Seen, error) {
	p := newPolicy(in.traits(), in.Memory != nil, in.Options)
	p.shiftBy(in.Shift)
	shifting := shifting{policy: &p}
	var name Name
	s := survey{walk: newLockstep(&in, in.Memory, &p, asPlanned), each: func(d *directory) error {
		for i := range d.trios {
			t := &d.trios[i]
			if shifting.note(t); !t.has(Local) && !t.has(Remote) {
				continue
			}
			name = Name{d.pathOf(t), Sides[tree.Entry]{*t.now(Local), *t.now(Remote)}, t, &p}
			if err := visit(&name); err != nil {
				return err
			}
		}
		return nil
	}}
	digests, err := s.walk.run(ctx, &s)
	seen := shifting.seen(leastShifted)
	return Seen{digests, s.walk.partDigests, Sides[int]{s.walk.counts[Local].files, s.walk.counts[Remote].files},
		Sides[time.Duration]{time.Duration(seen[Local]), time.Duration(seen[Remote])}}, err
}

// Seen is what a survey comes to.
type Seen struct {
	// Digests are those of the roots.
	Digests Sides[tree.Hash]
	// PartDigests are those with only the part in them that the options limit a plan to; zero for no limit.
	PartDigests Sides[tree.Hash]
	// Files is how many files each tree has.
	Files Sides[int]
	// Shift is by how much the times of each side are off as a whole, 0 for not at all: since the baseline, or
	// where there is none between the sides. No content was read to confirm it, and nothing was made up for.
	Shift Sides[time.Duration]
}

// survey is the visitor that decides nothing.
type survey struct {
	walk *lockstep
	// each is told of every directory, before what is below it.
	each func(*directory) error
	// unwalked, where not nil, is told, in the order of the walk, of every name that is a directory neither on
	// a side nor in the baseline.
	unwalked func(*directory, *trio) error
	// blocks are the directories that could not be read.
	blocks problems
}

func (s *survey) obstructed(p *place, side Side, l *tree.Listing) {
	s.blocks.block(Code(l.Obstacle), side, p.path[side], l.Why)
}

func (s *survey) enter(d *directory, _ *found) error {
	// What is recorded of files of rules that are the same has a hash.
	d.hashRules(func(*trio) bool { return d.rules[Local] == d.rules[Remote] })
	return s.each(d)
}

func (*survey) leave(*directory, *found) {}

// name surveys the directory that t is on some side; one that no side can show now is still told
// of as the baseline remembers it.
func (s *survey) name(ctx context.Context, d *directory, t *trio) (found, error) {
	if remembered := t.base != nil && t.base.Type == tree.Directory; t.walked() {
		return s.walk.below(ctx, s, d, t, paired, remembered)
	}
	return found{}, s.recall(d, t)
}

// walked tells whether it is a directory on a side, and one that can be read.
func (t *trio) walked() bool {
	l, r := t.now(Local), t.now(Remote)
	return l.Type == tree.Directory && l.Obstacle == "" || r.Type == tree.Directory && r.Obstacle == ""
}

// recall tells of what the baseline remembers below a name that cannot be looked at.
func (s *survey) recall(d *directory, t *trio) error {
	if t.base == nil || t.base.Type != tree.Directory {
		if s.unwalked == nil {
			return nil
		}
		return s.unwalked(d, t)
	}
	at := d.next(t, true)
	at.blocked = true
	below, err := s.walk.remembered(at)
	if err != nil {
		return err
	}
	if err := s.each(below); err != nil {
		return err
	}
	for i := range below.trios {
		if err := s.recall(below, &below.trios[i]); err != nil {
			return err
		}
	}
	return nil
}

// document completes a plan that has the operations and problems which came of the survey.
func (s *survey) document(p *Plan) {
	dropBlockedUnits(p)
	meant(p)
	p.Sort()
	p.Number()
	nameUnits(p)
	p.Summary = Summary{Ignored: s.walk.ignored}
	p.Summarize()
	nameVersion(p)
}
