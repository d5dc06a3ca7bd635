package render

import (
	"treaty/plan"
)

// Glance is what is told of both trees before all else.
type Glance struct {
	// Free are the bytes that are free on each side; 0 where nobody knows.
	Free plan.Sides[int64]
}

// did is what an action has done, in a word.
var did = map[plan.Action]string{plan.Create: "new", plan.Update: "updated", plan.Delete: "deleted", plan.Move: "moved",
	plan.Chmod: "with another mode", plan.Touch: "with another time"}

// glance says what becomes of each tree, in a line each, and what of that goes to another machine; nothing where
// nothing becomes of any, and of a plan that undoes another one, which says so first.
func (s *shower) glance(p *plan.Plan, e *effect) {
	total, _ := e.totals()
	if s.opts.Glance == nil || s.opts.Undoes != nil || len(total[plan.Local])+len(total[plan.Remote]) == 0 {
		return
	}
	names := 0
	for _, side := range plan.BothSides {
		names = max(names, columns(s.opts.name(side)))
	}
	for _, side := range plan.BothSides {
		s.indent(margin)
		s.put(bold, s.opts.name(side))
		s.indent(margin + names + 2)
		s.list(margin+names+2, s.opts.becomes(total[side], s.opts.Glance.Free[side]))
		s.newline()
	}
	if crossing := crossingSpans(e, p); len(crossing) > 0 {
		s.indent(margin)
		s.put(plain, "over the line: ")
		s.list(margin+names+2, crossing)
		s.newline()
	}
	s.later = true
}

// becomes says what the actions on a side come to, and what is free there before and after.
func (o Options) becomes(total map[plan.Action]*sum, free int64) []span {
	var spans []span
	var written int64
	for _, action := range []plan.Action{plan.Delete, plan.Update, plan.Create, plan.Move, plan.Chmod, plan.Touch} {
		sum := total[action]
		if sum == nil {
			continue
		}
		spans = append(spans, span{sum.text(action) + " " + did[action], actionTone(action)})
		if action == plan.Create || action == plan.Update {
			written += sum.bytes // what is replaced stays in the trash
		}
	}
	if len(spans) == 0 {
		return []span{{"nothing changes", dim}}
	}
	switch {
	case free == 0 || written == 0:
	case written > free:
		spans = append(spans, span{"more than the " + Bytes(free) + " that are free", warned})
	default:
		text := Bytes(free) + " free"
		if after := Bytes(free - written); after != Bytes(free) {
			text += " → " + after
		}
		spans = append(spans, span{text, dim})
	}
	return spans
}
