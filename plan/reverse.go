package plan

import (
	"context"

	"treaty/plan/tree"
)

// Reverse makes the plan that carries out a reversal: operations that undo an earlier apply, as its history
// kept them. What is not as that apply left it is blocked with ChangedSince, and what needs content that
// kept says is gone with TrashMissing; nothing else is decided. Like Compare, it leaves id, time and
// author to the caller.
func Reverse(ctx context.Context, in Input, reversal []Operation, kept func(Source) bool) (*Plan, error) {
	w := newSurvey(ctx, in)
	w.memory, w.policy.baseline = nil, false
	var needed Sides[map[tree.Path]*tree.Entry]
	for _, side := range BothSides {
		needed[side] = map[tree.Path]*tree.Entry{}
	}
	for i := range reversal {
		op := &reversal[i]
		needed[op.Side][op.Path], needed[op.Side][op.from()] = nil, nil
	}
	w.visit = func(d *surveyedDirectory) error {
		for i := range d.trios {
			t := &d.trios[i]
			path := d.pathOf(t)
			for _, side := range BothSides {
				if _, wanted := needed[side][path[side]]; wanted && t.has(side) {
					entry := t.entry[side]
					needed[side][path[side]] = &entry
				}
			}
		}
		return nil
	}
	digests, err := w.survey()
	if err != nil {
		return nil, err
	}
	p := newPlan(in)
	for _, side := range BothSides {
		p.snapshot(side, &in.Trees[side], w.counts[side], digests[side])
	}
	for i := range reversal {
		op := reversal[i]
		current := needed[op.Side][op.from()]
		op.Before = shiftedTo(op.Before, current, &in.Trees[op.Side].Traits)
		switch {
		case !asLeft(op.Before, current):
			w.block(ChangedSince, op.Side, op.from(), "it is no longer as that apply left it")
		case op.Action == Move && !vacant(needed[op.Side][op.Path], &op, reversal):
			w.block(ChangedSince, op.Side, op.Path, "there is something under the name that it had")
		case op.Source != nil && !kept(*op.Source):
			w.block(TrashMissing, op.Side, op.Path, "the old content is no longer in the trash")
		default:
			p.Operations = append(p.Operations, op)
		}
	}
	sortProblems(w.problems)
	p.Problems = append(p.Problems, w.problems...)
	p.Sort()
	p.Number()
	p.Summary = Summary{Ignored: w.ignored}
	p.Summarize()
	return p, nil
}

// from is where an operation finds what it changes.
func (op *Operation) from() tree.Path {
	if op.Action == Move {
		return op.From
	}
	return op.Path
}

// asLeft tells whether an entry is what a state says.
func asLeft(s *tree.State, e *tree.Entry) bool {
	if s == nil || e == nil {
		return s == nil && e == nil
	}
	return s.Type == e.Type && (s.Type != tree.File || s.Size == e.Size && s.Mtime == e.Mtime) && s.Target == e.Target &&
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
		if op := &reversal[i]; op.Action == Move && op.Side == move.Side && op.From == move.Path {
			return true
		}
	}
	return false
}
