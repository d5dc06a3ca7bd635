package render

import (
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"treaty/plan"
	"treaty/plan/tree"
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
	Unreached                      int // those that an interrupt came before, which are none of the failed here
	Bytes                          int64
	// Told is what else is known of it, nil for nothing.
	Told *Told
}

// Told is what is known of an apply besides its receipt.
type Told struct {
	// Trees are what people call them, "" where nobody knows.
	Trees plan.Sides[string]
	// Changes count the files that something was done to on each side, by action, and Others the directories and links.
	Changes  plan.Sides[map[plan.Action]int]
	Others   plan.Sides[int]
	Approved []Approved
	// Back tells that it brought back what a side had before, whatever the other one has.
	Back   bool
	Undoes int // the number of another one, 0 for none
}

// Approved is who approved a plan: By is what that person said.
type Approved struct {
	By, Note string
	Signed   bool
	// Signer is whose key signed it, "" where nobody can tell, and Wrong that no allowed signer has signed it.
	Signer string
	Wrong  bool
}

// words say who approved it: of a signature whose key signed, whatever name was given with it.
func (a *Approved) words() string {
	text := "approved by " + Name(a.By)
	switch {
	case a.Signer != "" && a.Signer == a.By:
		text = "signed by " + Name(a.Signer)
	case a.Signer != "":
		text = "signed by " + Name(a.Signer) + ", as " + Name(a.By)
	case a.Wrong:
		text += ", by a signature that does not hold"
	case a.Signed:
		text += ", signed, not checked"
	}
	if a.Note != "" {
		text += ", who notes: " + Escape(a.Note)
	}
	return text
}

// Count counts one more change, of a file or of something else.
func (t *Told) Count(side plan.Side, action plan.Action, file bool) {
	if !file {
		t.Others[side]++
		return
	}
	if t.Changes[side] == nil {
		t.Changes[side] = map[plan.Action]int{}
	}
	t.Changes[side][action]++
}

// spans say it, each by itself.
func (t *Told) spans() []span {
	if t == nil {
		return nil
	}
	out := []span{{t.changed(), plain}}
	for i := range t.Approved {
		out = append(out, span{t.Approved[i].words(), dim})
	}
	if t.Undoes > 0 {
		out = append(out, span{fmt.Sprintf("undoes %d", t.Undoes), warned})
	}
	return out
}

// changed says what was done to which tree.
func (t *Told) changed() string {
	names := Options{Names: t.Trees}
	var sides []string
	for _, side := range plan.BothSides {
		var parts []string
		for _, action := range plan.Actions {
			if n := t.Changes[side][action]; n > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", n, did[action]))
			}
		}
		if len(parts) == 0 && t.Others[side] > 0 {
			parts = append(parts, "only directories or links")
		}
		if len(parts) == 0 {
			continue
		}
		text := names.name(side) + ": " + strings.Join(parts, ", ")
		if !t.Back && len(t.Changes[side.Other()]) == 0 && t.Others[side.Other()] == 0 {
			text += ", as on " + names.name(side.Other())
		}
		sides = append(sides, text)
	}
	if len(sides) == 0 {
		return names.name(plan.Local) + " and " + names.name(plan.Remote) + " unchanged"
	}
	return strings.Join(sides, "; ")
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
	// Unreached tells of one that failed that an interrupt came before it: all of these are one line.
	Unreached bool
}

// Log writes the one line that `log` has for an apply; on a terminal that is too narrow it goes on in further ones.
func Log(w io.Writer, a Applied, opts Options) error {
	p := newPrinter(w, opts)
	p.put(dim, fmt.Sprintf("%4d", a.Number))
	p.put(plain, "  "+opts.Time(a.At)+"  ")
	p.put(a.tone(), Escape(a.Outcome))
	hang := len("1234  ")
	totals := a.totals()
	if wide := max(0, len("complete")-len(a.Outcome)); p.fits(wide + 2 + columns(totals[0].Text)) {
		p.put(plain, strings.Repeat(" ", wide+2))
	} else {
		p.newline()
	}
	p.list(hang, totals)
	p.apart(hang, plain, Name(a.By))
	p.apart(hang, dim, Name(a.PlanID))
	for _, s := range a.Told.spans() {
		p.apart(hang, s.Tone, s.Text)
	}
	p.newline()
	return p.Flush()
}

// Line writes a text in a line of its own from a column on, wrapped to hang at another.
func Line(w io.Writer, text string, from, hang int, opts Options) error {
	p := newPrinter(w, opts)
	p.indent(from)
	for i, word := range words(text) {
		if i == 0 {
			p.put(plain, word)
		} else {
			p.wrapped(hang, plain, word)
		}
	}
	p.newline()
	return p.Flush()
}

// Question writes what is asked about a subject, and the keys that answer it, none of them broken, with room for the
// answer behind.
func Question(w io.Writer, subject string, keys []string, opts Options) error {
	opts.Width = max(0, opts.Width-len(" k "))
	p := newPrinter(w, opts)
	spans := make([]span, len(keys))
	for i, key := range keys {
		spans[i] = span{key, plain}
	}
	p.put(bold, subject+":")
	p.put(plain, " ")
	p.list(margin, spans)
	p.put(plain, " ")
	return p.Flush()
}

// Old writes the line that `clean` has for something old, by its path, which is never broken.
func Old(w io.Writer, at time.Time, path string, bytes int64, opts Options) error {
	p := newPrinter(w, opts)
	p.indent(margin)
	p.put(plain, opts.Time(at))
	p.apart(2*margin, plain, Name(path)+",")
	p.wrapped(2*margin, plain, Bytes(bytes))
	p.newline()
	return p.Flush()
}

// Version is an entry as it was before an apply displaced it.
type Version struct {
	Number int // of the apply in the history
	At     time.Time
	Side   plan.Side
	Path   string
	State  *tree.State
	// Deleted tells that nothing came in its place, and Gone that its content is no longer in the trash.
	Deleted, Gone bool
}

// Displaced writes the line that `restore --list` has for a version.
func Displaced(w io.Writer, v *Version, opts Options) error {
	p := newPrinter(w, opts)
	p.put(dim, fmt.Sprintf("%4d", v.Number))
	p.put(plain, "  "+opts.Time(v.At)+"  ")
	p.put(plain, Name(v.Path))
	hang := len("1234  ")
	what := "replaced on "
	if v.Deleted {
		what = "deleted on "
	}
	switch v.State.Type {
	case tree.File:
		p.apart(hang, plain, Bytes(v.State.Size)+",")
		p.wrapped(hang, plain, opts.Time(v.State.Mtime.Time())+",")
	default:
		p.apart(hang, plain, "a "+v.State.Type.String()+",")
	}
	if what += opts.name(v.Side); v.Gone {
		p.wrapped(hang, plain, what+",")
		p.wrapped(hang, warned, "no longer in the trash")
	} else {
		p.wrapped(hang, plain, what)
	}
	p.newline()
	return p.Flush()
}

// alike is how many results of one outcome and for one reason are listed; the others are only counted.
const alike = 20

// Receipt writes what an apply came to, and a line for each result that is not done, but for those of which too
// many are alike.
func Receipt(w io.Writer, a Applied, results iter.Seq[Result], opts Options) error {
	p := newPrinter(w, opts)
	opts.Alike = tree.Alike(func(yield func(tree.Path) bool) {
		for r := range results {
			if !yield(tree.Path(r.Path)) {
				return
			}
		}
	})
	p.put(a.tone(), Escape(a.Outcome))
	p.put(plain, ": ")
	p.list(margin, a.totals())
	p.newline()
	counts := map[kin]int{}
	var crowded []kin
	for r := range results {
		if r.Outcome == "done" {
			continue
		}
		k := kin{r.Outcome, r.Error, alike}
		if r.Unreached {
			k = kin{outcome: unreached}
		}
		counts[k]++
		switch n := counts[k]; {
		case n <= k.listed:
			p.result(r.Outcome, "  "+id(r.ID), opts.what(&r)+"  "+opts.Alike.Part(tree.Path(r.Path), r.Path), r.Error)
		case n == k.listed+1:
			crowded = append(crowded, k)
		}
	}
	for _, k := range crowded {
		p.result(k.outcome, "", k.rest(counts[k]), k.why)
	}
	return p.Flush()
}

// unreached is the outcome of all that an interrupt came before.
const unreached = "not reached"

// kin is what results have in common that are alike; listed is how many of them are.
type kin struct {
	outcome, why string
	listed       int
}

// rest says how many of so many are not listed.
func (k kin) rest(of int) string {
	if k.listed == 0 {
		return Count(of, "operation")
	}
	return fmt.Sprintf("%d more", of-k.listed)
}

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
func (o Options) what(r *Result) string {
	if r.Side == nil {
		return "conflict"
	}
	return Escape(r.Action) + " on " + o.name(*r.Side)
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
	}{{a.Done, "done"}, {a.Skipped, "skipped"}, {a.Drifted, "drifted"}, {a.Failed, "failed"},
		{a.Unreached, unreached}} {
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
