package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"treaty/plan"
)

// Summary writes what `plan`, `approve` and `sync` print: the two trees, and how much would change on
// each. It counts files, and directories apart, of what is carried out, and says how many operations are
// skipped; what is zero is left out. A plan with nothing to do and nothing to ask says "already in sync".
func Summary(w io.Writer, p *plan.Plan, opts Options) error {
	out := newPrinter(w, opts)
	for _, f := range opts.trees(p) {
		out.put(bold, f.label)
		out.indent(factColumn)
		out.list(factColumn, f.spans)
		out.newline()
	}
	out.newline()
	for _, f := range facts(effects(p, opts), p) {
		hang := 0
		if f.label != "" {
			out.put(bold, f.label+": ")
			hang = margin
		}
		out.list(hang, f.spans)
		out.newline()
	}
	return out.Flush()
}

// factColumn is where what is said of the trees begins.
const factColumn = len("remote") + 2

// fact is a line of a summary.
type fact struct {
	label string
	spans []span
}

// Label and Spans are for the page's template.
func (f fact) Label() string { return f.label }
func (f fact) Spans() []span { return f.spans }

// trees says which trees the plan is about. A line without a label goes on about the one before.
func (o Options) trees(p *plan.Plan) []fact {
	var out []fact
	for _, side := range plan.BothSides {
		snap := p.Snapshot(side)
		out = append(out, fact{side.String(), append([]span{{Name(snap.Root), plain}}, o.from(snap)...)})
		out = append(out, fact{"", []span{
			{traits(&snap.Filesystem), dim},
			{tally{files: snap.Files, directories: snap.Directories, bytes: snap.Bytes}.String(), dim},
		}})
		if snap.Files == 0 && snap.Directories == 0 {
			out[len(out)-1].spans[1].Text = "empty"
			if shut(p, side) {
				out[len(out)-1].spans[1] = span{"nothing in it could be read", warned}
			}
		}
		if name := o.Names[side]; name != "" && !strings.HasSuffix(snap.Root, name) {
			facts := &out[len(out)-1]
			facts.spans = slices.Insert(facts.spans, 0, span{o.name(side), plain})
		}
	}
	last, so := "never synced with each other", []span(nil)
	if forgotten(p) {
		last = "planned like a first sync"
	}
	if !p.Deletes() {
		so = []span{{"so nothing is deleted", dim}}
	}
	if p.Baseline != nil {
		last, so = "last synced "+o.Time(p.Baseline.SyncedAt), nil
	}
	out = append(out, fact{"", append([]span{{last, dim}}, so...)})
	if len(p.Options.Only) > 0 {
		out = append(out, fact{"only",
			[]span{{Escape(strings.Join(p.Options.Only, ", ")), plain}, {"the rest is left as it is", dim}}})
	}
	return out
}

// from says of a tree that it was read from a file, and of when and where that is.
func (o Options) from(snap *plan.Snapshot) []span {
	if snap.From == nil {
		return nil
	}
	text := "snapshot of " + o.Time(snap.From.TakenAt)
	if snap.Host != "" {
		text += " on " + Cut(Name(snap.Host), widestName)
	}
	return []span{{text, dim}}
}

// forgotten tells whether the two trees were synced, and not both remember it.
func forgotten(p *plan.Plan) bool {
	return slices.ContainsFunc(p.Problems, func(q plan.Problem) bool { return q.Code == plan.BaselineMismatch })
}

// deletesFirst is the order in which a summary tells of actions.
var deletesFirst = [...]plan.Action{plan.Delete, plan.Create, plan.Update, plan.Move, plan.Chmod, plan.Touch}

// facts says what the plan comes to. Conflicts and deletes lead.
func facts(e *effect, p *plan.Plan) []fact {
	var out []fact
	say := func(label string, spans ...span) {
		if len(spans) > 0 {
			out = append(out, fact{label, spans})
		}
	}
	if p.Empty() {
		say("", nothingToDo(p))
	}
	say("conflicts", conflictSpans(p)...)
	total, skipped := e.totals()
	sides := []plan.Side{plan.Remote, plan.Local}
	if total[plan.Remote][plan.Delete] == nil && total[plan.Local][plan.Delete] != nil {
		slices.Reverse(sides)
	}
	for _, side := range sides {
		var spans []span
		for _, action := range deletesFirst {
			if sum := total[side][action]; sum != nil {
				spans = append(spans, span{action.String() + " " + sum.text(action), actionTone(action)})
			}
		}
		say("on "+side.String(), spans...)
	}
	say("over the line", crossingSpans(e, p)...)
	if skipped > 0 {
		say("skipped", span{Count(skipped, "operation"), warned})
	}
	say("problems", problemSpans(p)...)
	var rest []string
	for _, c := range []struct {
		n    int
		what string
	}{{p.Summary.Agreed, "agreed"}, {p.Summary.Ignored, "ignored"}} {
		if c.n > 0 {
			rest = append(rest, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	if len(rest) > 0 {
		say("entries", span{strings.Join(rest, ", "), plain})
	}
	for _, side := range plan.BothSides {
		if s := p.Summary.TimeShiftSeconds[side]; s != 0 {
			say("time shift", span{"all times on " + side.String() + " are off by " + shift(s) +
				", which is made up for", warned})
		}
	}
	return out
}

// nothingToDo says of a plan that does nothing why it does not.
func nothingToDo(p *plan.Plan) span {
	if refused(p) {
		return span{fmt.Sprintf("nothing can be brought back as it was: %d blocked", blocked(p)), warned}
	}
	for _, side := range plan.BothSides {
		if shut(p, side) {
			return span{"nothing is compared, since " + side.String() + " as a whole is blocked", warned}
		}
	}
	if emptied(p) {
		return span{"nothing to do is listed here, which does not say that both hold the same", warned}
	}
	text := "already in sync"
	if len(p.Options.Only) > 0 {
		text = "this part is already in sync"
	}
	if blocked(p) > 0 {
		text += ", but for what is blocked"
	}
	return span{text, added}
}

// emptied tells of a plan in which nothing is listed whether there may be something to do: its summary counts that, or
// fewer entries are alike than a side has, none of which is blocked. A plan of what was applied counts none that are.
func emptied(p *plan.Plan) bool {
	s := &p.Summary
	if s.Conflicts.Total > 0 || s.Local != (plan.Tally{}) || s.Remote != (plan.Tally{}) {
		return true
	}
	return slices.ContainsFunc(plan.BothSides[:], func(side plan.Side) bool {
		has := p.Snapshot(side)
		return s.Agreed > 0 && s.Agreed < has.Files+has.Directories && len(p.Options.Only) == 0 && blocked(p) == 0
	})
}

// shut tells whether a side could not be read as a whole, so that nothing can be decided about either.
func shut(p *plan.Plan, side plan.Side) bool {
	snap := p.Snapshot(side)
	return snap.Files == 0 && snap.Directories == 0 && slices.ContainsFunc(p.Problems, func(q plan.Problem) bool {
		return q.Severity == plan.Blocked && q.Code == plan.Unreadable && q.Path == nil && q.Side != nil && *q.Side == side
	})
}

// refused tells whether the plan was to bring something back, and could not: nothing else is blocked for these reasons.
func refused(p *plan.Plan) bool {
	return slices.ContainsFunc(p.Problems, func(q plan.Problem) bool {
		return q.Severity == plan.Blocked && (q.Code == plan.TrashMissing || q.Code == plan.ChangedSince)
	})
}

func actionTone(a plan.Action) tone {
	switch a {
	case plan.Create:
		return added
	case plan.Delete:
		return removed
	}
	return plain
}

// conflictSpans has the number of conflicts, how many wait, and what was chosen for the others.
func conflictSpans(p *plan.Plan) []span {
	if len(p.Conflicts) == 0 {
		return nil
	}
	spans := []span{{fmt.Sprint(len(p.Conflicts)), warned}}
	if n := p.Unresolved(); n > 0 {
		spans = append(spans, span{fmt.Sprintf("%d unresolved", n), warned})
	} else {
		spans = append(spans, span{"all resolved", added})
	}
	for _, r := range plan.Resolutions {
		n := 0
		for i := range p.Conflicts {
			if p.Conflicts[i].Resolution == r {
				n++
			}
		}
		if n > 0 {
			spans = append(spans, span{fmt.Sprintf("%d %s", n, r), plain})
		}
	}
	return spans
}

func problemSpans(p *plan.Plan) []span {
	var spans []span
	if n := blocked(p); n > 0 {
		spans = append(spans, span{fmt.Sprintf("%d blocked", n), removed})
	}
	if n := len(p.Problems) - blocked(p); n > 0 {
		spans = append(spans, span{Count(n, "warning"), warned})
	}
	return spans
}

func blocked(p *plan.Plan) int {
	n := 0
	for i := range p.Problems {
		if p.Problems[i].Severity == plan.Blocked {
			n++
		}
	}
	return n
}
