package plan

import (
	"context"
	"slices"

	"treaty/plan/tree"
)

// Reverse makes the plan that carries out a reversal: operations that undo an earlier apply, as its history
// kept them. What is not as that apply left it is blocked with ChangedSince, and what needs content that
// kept says is gone with TrashMissing; a directory in which something stays is not deleted. What a side cannot have any
// more is blocked by the code that says why, and left out with all below it. Nothing else is decided. Like Compare, it
// leaves id, time and author to the caller.
func Reverse(ctx context.Context, in Input, reversal []Operation, kept func(Source) bool) (*Plan, error) {
	policy := newPolicy(in.traits(), false, in.Options)
	policy.shiftBy(in.Shift)
	needed, below := neededBy(reversal), inhabitantsOf(reversal)
	s := survey{walk: newLockstep(&in, nil, &policy, asPlanned), each: func(d *directory) error {
		needed.lookUp(d)
		below.lookUp(d)
		return nil
	}}
	digests, err := s.walk.run(ctx, &s)
	if err != nil {
		return nil, err
	}
	p := newPlan(in)
	p.snapshots(&in, s.walk, digests)
	reversal = slices.Clone(reversal)
	hindered, barred := make([]bool, len(reversal)), Sides[map[tree.Path]bool]{{}, {}}
	for i := range reversal {
		op := &reversal[i]
		op.Before = shiftedTo(op.Before, needed[op.Side][op.from()], &in.Trees[op.Side].Traits)
		code, path, why := needed.hinders(op, reversal, kept)
		if code == "" && op.After != nil {
			path = op.Path
			code, why = unfit(op.Side, &policy.traits[op.Side], path, op.After.Type, op.After.Size,
				op.Action == Create || op.Action == Move)
			barred[op.Side][path] = code != ""
		}
		if code != "" {
			s.blocks.block(code, op.Side, path, why)
			hindered[i] = true
		}
	}
	for i := range reversal {
		op := reversal[i]
		if hindered[i] || isBelow(barred[op.Side], op.Path) || isBelow(barred[op.Side], op.from()) {
			below.left(op.Side, op.from())
			continue
		}
		if op.Action != Move {
			op.Amend(func(r *Rare) { r.From = "" }) // whoever carries it out finds what there is by its spelling
		}
		p.Operations = append(p.Operations, op)
	}
	below.keep(p, needed, &s.blocks)
	p.Problems = append(p.Problems, s.blocks...)
	s.document(p)
	return p, nil
}

// isBelow tells whether a directory above a path is one of those.
func isBelow(those map[tree.Path]bool, path tree.Path) bool {
	for path != tree.Root && !those[path.Parent()] {
		path = path.Parent()
	}
	return path != tree.Root
}

// needed is what is now at the paths that a reversal is about, nil for nothing.
type needed Sides[map[tree.Path]*tree.Entry]

func neededBy(reversal []Operation) needed {
	n := needed{{}, {}}
	for i := range reversal {
		op := &reversal[i]
		n[op.Side][op.Path], n[op.Side][op.from()] = nil, nil
	}
	return n
}

// lookUp notes what of it is in a directory.
func (n needed) lookUp(d *directory) {
	for i := range d.trios {
		t := &d.trios[i]
		path := d.pathOf(t)
		for _, side := range BothSides {
			if _, wanted := n[side][path[side]]; wanted && t.has(side) {
				entry := *t.now(side)
				n[side][path[side]] = &entry
			}
		}
	}
}

// hinders is the problem of an operation that cannot be taken back, "" where it can.
func (n needed) hinders(op *Operation, reversal []Operation,
	kept func(Source) bool) (code Code, path tree.Path, why string) {
	switch {
	case !asLeft(op.Before, n[op.Side][op.from()]):
		return ChangedSince, op.from(), "it is no longer as that apply left it"
	case op.Action == Move && !vacant(n[op.Side][op.Path], op, reversal):
		return ChangedSince, op.Path, "there is something under the name that it had"
	case op.Source() != nil && !kept(*op.Source()):
		return TrashMissing, op.Path, "the old content is no longer in the trash"
	}
	return "", "", ""
}

// from is where an operation finds what it changes. An update of a reversal has it where that is spelled otherwise.
func (op *Operation) from() tree.Path {
	if op.From() != "" {
		return op.From()
	}
	return op.Path
}

// asLeft tells whether an entry is what a state says.
func asLeft(s *tree.State, e *tree.Entry) bool {
	if s == nil || e == nil {
		return s == nil && e == nil
	}
	return s.Type == e.Type && (s.Type != tree.File || s.Size == e.Size && s.Mtime == e.Mtime) && s.Target() == e.Target &&
		(!s.Mode.Known() || !e.Mode.Known() || s.Mode == e.Mode)
}

// shiftedTo is a state with the time that its file has now, if a volume that keeps local time may have
// shifted by just that since. Content is compared when it is undone: such volumes are never taken at
// their stamps' word.
func shiftedTo(s *tree.State, e *tree.Entry, traits *tree.Traits) *tree.State {
	if s.Of() != tree.File || e == nil || e.Type != tree.File || !s.SHA256.Known() || traits.Profile != tree.FAT {
		return s
	}
	if delta := int64(e.Mtime.Sub(s.Mtime)); delta%shiftStep != 0 || delta > maxShift || delta < -maxShift {
		return s
	}
	now := *s
	now.Mtime = e.Mtime
	return &now
}

// vacant tells whether nothing is at a move's target, or another move takes away what is.
func vacant(there *tree.Entry, move *Operation, reversal []Operation) bool {
	if there == nil {
		return true
	}
	for i := range reversal {
		if op := &reversal[i]; op.Action == Move && op.Side == move.Side && op.From() == move.Path {
			return true
		}
	}
	return false
}
