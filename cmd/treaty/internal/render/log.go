package render

import (
	"fmt"
	"io"
	"time"

	"treaty/plan"
)

// Applied is what an apply came to, as much of its receipt as a line has room for. It is a type of its
// own so that showing receipts depends on no format of theirs.
type Applied struct {
	Number int // in the history
	PlanID string
	At     time.Time
	// By is who applied, such as "ann@laptop".
	By string
	// Outcome is "complete" or "partial".
	Outcome                        string
	Done, Skipped, Drifted, Failed int // operations and resolutions
	Bytes                          int64
}

// Result is what became of one operation or conflict.
type Result struct {
	ID int // of the operation or the conflict
	// Side is the one that was to change, and Action how; nil and "" of a conflict that was left alone.
	Side    *plan.Side
	Action  string
	Path    string
	Outcome string // "done", "skipped", "drifted" or "failed"
	Error   string
}

// Log writes the one line that `log` has for an apply.
func Log(w io.Writer, a Applied, opts Options) error {
	p := newPrinter(w, opts)
	p.put(dim, fmt.Sprintf("%4d", a.Number))
	p.put(plain, "  "+opts.Time(a.At)+"  ")
	p.put(a.tone(), fmt.Sprintf("%-8s", Escape(a.Outcome)))
	p.put(plain, "  ")
	// One line each: what follows is never wrapped.
	for i, s := range a.totals() {
		if i > 0 {
			p.put(plain, ", ")
		}
		p.put(s.Tone, s.Text)
	}
	p.put(plain, "  "+Name(a.By))
	p.put(dim, "  "+Name(a.PlanID))
	p.newline()
	return p.Flush()
}

// alike is how many results of one outcome and for one reason are listed; the others are only counted.
const alike = 20

// Receipt writes what an apply came to, and a line for each result that is not done, but for those of which too
// many are alike.
func Receipt(w io.Writer, a Applied, results []Result, opts Options) error {
	p := newPrinter(w, opts)
	p.put(a.tone(), Escape(a.Outcome))
	p.put(plain, ": ")
	p.list(margin, a.totals())
	p.newline()
	counts := map[kin]int{}
	var crowded []kin
	for i := range results {
		r := &results[i]
		if r.Outcome == "done" {
			continue
		}
		k := kin{r.Outcome, r.Error}
		counts[k]++
		switch n := counts[k]; {
		case n <= alike:
			p.result(r.Outcome, "  "+id(r.ID), r.what()+"  "+Name(r.Path), r.Error)
		case n == alike+1:
			crowded = append(crowded, k)
		}
	}
	for _, k := range crowded {
		p.result(k.outcome, "", fmt.Sprintf("%d more", counts[k]-alike), k.why)
	}
	return p.Flush()
}

// kin is what results have in common that are alike.
type kin struct{ outcome, why string }

func (p *printer) result(outcome, id, what, why string) {
	p.indent(margin)
	p.put(outcomeTone(outcome), Escape(outcome))
	p.put(dim, id)
	p.put(plain, "  "+what)
	if why != "" {
		p.put(plain, ":")
		p.text(margin+2, plain, " "+Escape(why))
	}
	p.newline()
}

// what is the operation, or that it is a conflict that was left alone.
func (r *Result) what() string {
	if r.Side == nil {
		return "conflict"
	}
	return Escape(r.Action) + " on " + r.Side.String()
}

func (a *Applied) tone() tone {
	if a.Outcome == "complete" {
		return added
	}
	return warned
}

func outcomeTone(outcome string) tone {
	switch outcome {
	case "failed":
		return removed
	case "done":
		return added
	}
	return warned
}

func (a *Applied) totals() []span {
	var spans []span
	for _, c := range []struct {
		n       int
		outcome string
	}{{a.Done, "done"}, {a.Skipped, "skipped"}, {a.Drifted, "drifted"}, {a.Failed, "failed"}} {
		if c.n > 0 {
			t := outcomeTone(c.outcome)
			if c.outcome == "done" {
				t = plain
			}
			spans = append(spans, span{fmt.Sprintf("%d %s", c.n, c.outcome), t})
		}
	}
	if len(spans) == 0 {
		spans = append(spans, span{"nothing to do", plain})
	}
	if a.Bytes > 0 {
		spans = append(spans, span{Bytes(a.Bytes), plain})
	}
	return spans
}
