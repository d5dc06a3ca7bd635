package render

import (
	"slices"

	"treaty/plan"
	"treaty/plan/tree"
)

// crossing is how many bytes of contents go to each side from the other one, where that is on another machine: what is
// created and updated there, and copies of what is displaced on a volume that a power cut may take it from.
func (e *effect) crossing(p *plan.Plan) (bytes plan.Sides[int64], afar bool) {
	there := p.Snapshot(plan.Remote)
	if there.Host == "" || there.From != nil {
		return bytes, false
	}
	for op := range e.operations {
		if !e.applied(op) {
			continue
		}
		if op.Source() != nil && (op.Source().InPlan() && op.Side == plan.Remote || op.Source().Tree != op.Side) {
			bytes[op.Side] += sizeOf(op.After)
		}
		e.displaced(p, &bytes, op.Side, op.Action, op.Before)
	}
	for _, o := range e.settled {
		if o.Action == plan.Create || o.Action == plan.Update {
			bytes[o.Side] += sizeOf(o.After)
		}
		e.displaced(p, &bytes, o.Side, o.Action, o.Before)
	}
	return bytes, true
}

// displaced adds the copy of what a change moves away from a volume without a journal.
func (e *effect) displaced(p *plan.Plan, bytes *plan.Sides[int64], side plan.Side, action plan.Action,
	before *tree.State) {
	weak := []tree.Profile{tree.FAT, tree.ExFAT, tree.Unknown}
	moves := action == plan.Update || action == plan.Delete || action == plan.Move
	if moves && slices.Contains(weak, p.Snapshot(side).Filesystem.Profile) {
		bytes[side.Other()] += sizeOf(before)
	}
}

// sizeOf is how many bytes a file has; none of what is no file.
func sizeOf(s *tree.State) int64 {
	if s == nil {
		return 0
	}
	return s.Size
}

// crossingSpans say how much goes over the line, where there is one and something does.
func crossingSpans(e *effect, p *plan.Plan) (spans []span) {
	bytes, afar := e.crossing(p)
	for _, side := range []plan.Side{plan.Remote, plan.Local} {
		if afar && bytes[side] > 0 {
			spans = append(spans, span{Bytes(bytes[side]) + " to " + side.String(), plain})
		}
	}
	return spans
}
