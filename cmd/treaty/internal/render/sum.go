package render

import (
	"treaty/plan"
	"treaty/plan/tree"
)

// sum is what one action comes to on a side, as people count: a directory that moved, or that a resolution takes whole,
// is one, whatever is in it.
type sum struct {
	tally
	// within is what is in such directories.
	within tally
}

// text counts files, and directories apart: "3 files, 1 directory (20 B)", "1 directory (28 files)".
func (s *sum) text(action plan.Action) string {
	within := ""
	if s.within.files > 0 {
		within = " (" + Count(s.within.files, "file") + ")"
	}
	text := s.counts(within)
	if s.bytes > 0 && (action == plan.Create || action == plan.Update || action == plan.Delete) {
		text += " (" + Bytes(s.bytes) + ")"
	}
	return text
}

// totals sums up what is carried out, by side and action, resolutions included, and counts the operations that are not.
func (e *effect) totals() (total plan.Sides[map[plan.Action]*sum], skipped int) {
	var folded plan.Sides[map[*plan.Operation]bool]
	for _, side := range plan.BothSides {
		total[side] = map[plan.Action]*sum{}
		folded[side] = e.sumMoves(side, total[side])
	}
	for op := range e.operations {
		switch {
		case !e.applied(op):
			skipped++
		case op.Action != plan.Move && !folded[op.Side][op]:
			sumOf(total[op.Side], op.Action).add(subject(op.Before, op.After))
		}
	}
	for _, o := range e.settled {
		sumOf(total[o.Side], o.Action).whole(subject(o.Before, o.After))
	}
	return total, skipped
}

// sumMoves sums up the moves of a side, and returns which other operations are part of them.
func (e *effect) sumMoves(side plan.Side, total map[plan.Action]*sum) map[*plan.Operation]bool {
	moves, folded := e.moves(side)
	for l := range moves {
		switch {
		case !l.applied:
		case l.to != tree.Root:
			s := sumOf(total, plan.Move)
			s.directories++
			s.within.addAll(l.tally)
		default:
			sumOf(total, plan.Move).add(l.op.After)
		}
	}
	return folded
}

func sumOf(total map[plan.Action]*sum, action plan.Action) *sum {
	if total[action] == nil {
		total[action] = &sum{}
	}
	return total[action]
}

// whole adds a state with all that is in it.
func (s *sum) whole(state *tree.State) {
	s.add(state)
	if state.Subtree() != nil {
		s.within.files += state.Subtree().Files()
	}
}

// subject is what a change is about: what is there afterwards or, where nothing is, what was.
func subject(before, after *tree.State) *tree.State {
	if after == nil {
		return before
	}
	return after
}
