package render

import (
	"fmt"
	"io"
	"strings"
	"time"

	"treaty/plan"
)

// Status is how two trees stand to each other.
type Status struct {
	// Plan is what would be to do; nil where the trees were not compared, and Why says why, unless that
	// is told elsewhere.
	Plan *plan.Plan
	Why  string
	// Roots are where the trees are or were, Here tells which of them are, and Unreached which of the others have an
	// address that cannot be reached.
	Roots           plan.Sides[string]
	Here, Unreached plan.Sides[bool]
	// LastSync is nil where nobody remembers one, and Waiting where no plan waits.
	LastSync *LastSync
	Waiting  *Waiting
	// Next are the commands to type.
	Next []string
}

// LastSync is the last sync of two trees.
type LastSync struct {
	PlanID string `json:"plan_id"`
	// Number is what it is in the history, and SyncedAt when it was; nil where nobody knows.
	Number   *int       `json:"number"`
	SyncedAt *time.Time `json:"synced_at"`
}

// Waiting is a plan that was made and not applied.
type Waiting struct {
	Path      string    `json:"path"`
	ID        string    `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	// Only are patterns of the part that it is limited to, none where it is of the whole trees.
	Only       []string `json:"only,omitempty"`
	Unresolved int      `json:"unresolved"`
	// Approved tells that its approval is of exactly this text, and Fresh that the trees are as it was made for.
	Approved bool `json:"approved"`
	Fresh    bool `json:"fresh"`
	// Lacks is what the approval lacks by the policy of a tree, "" for nothing; Undoes is the apply that it undoes, nil
	// where it undoes none.
	Lacks  string  `json:"-"`
	Undoes *Undone `json:"-"`
}

// Standing writes what `status` prints: the summary of what would be to do, or else why the trees were not compared.
func Standing(w io.Writer, s *Status, opts Options) error {
	if s.Plan != nil {
		if err := Summary(w, s.Plan, opts); err != nil {
			return err
		}
	}
	out := newPrinter(w, opts)
	if s.Plan == nil {
		out.apartTrees(s)
	}
	if s.Waiting != nil {
		out.put(bold, "waiting: ")
		out.list(margin, s.Waiting.words(opts, s.Plan != nil))
		out.newline()
	}
	if len(s.Next) > 0 {
		out.newline()
	}
	for i, command := range s.Next {
		label := "Next: "
		if i > 0 {
			label = "      "
		}
		out.put(plain, label+command)
		out.newline()
	}
	return out.Flush()
}

// apartTrees says of trees that were not compared where they are, and why they were not.
func (p *printer) apartTrees(s *Status) {
	for _, side := range plan.BothSides {
		p.put(bold, side.String())
		p.indent(factColumn)
		if s.Roots[side] == "" {
			p.put(dim, "not known")
		} else {
			p.put(plain, Name(s.Roots[side]))
		}
		p.newline()
		if s.Roots[side] != "" && !s.Here[side] {
			p.indent(factColumn)
			p.put(warned, map[bool]string{false: "not here", true: "cannot be reached"}[s.Unreached[side]])
			p.newline()
		}
	}
	// Of a tree that is not here nobody knows that it was never synced: it may have been at another place.
	if s.LastSync != nil || s.Here == (plan.Sides[bool]{true, true}) {
		p.indent(factColumn)
		p.put(dim, s.LastSync.words(p.opts))
		p.newline()
	}
	if s.Why == "" {
		return
	}
	p.newline()
	p.put(warned, "not compared:")
	p.text(margin, plain, " "+Escape(s.Why))
	p.newline()
}

// words says when the last sync was.
func (l *LastSync) words(opts Options) string {
	if l == nil {
		return "never synced with each other"
	}
	text := "last synced"
	if l.SyncedAt == nil && l.Number == nil {
		return text + " by plan " + Escape(l.PlanID) + ", of which nothing else is known here"
	}
	if l.SyncedAt != nil {
		text += " " + opts.Time(*l.SyncedAt)
	}
	if l.Number != nil {
		text += fmt.Sprintf(", as number %d", *l.Number)
	}
	return text
}

// words says of a plan that waits what it waits for.
func (w *Waiting) words(opts Options, compared bool) []span {
	spans := []span{{"the plan of " + opts.Time(w.CreatedAt), plain}}
	if len(w.Only) > 0 {
		spans = append(spans, span{"only of " + Escape(strings.Join(w.Only, ", ")), plain})
	}
	if w.Undoes != nil {
		spans = append(spans, span{fmt.Sprintf("which undoes number %d", w.Undoes.Number), plain})
	}
	switch {
	case w.Unresolved > 0:
		spans = append(spans, span{Count(w.Unresolved, "conflict") + " not resolved", warned})
	case w.Approved && w.Lacks != "":
		spans = append(spans, span{"not approved yet: " + Escape(w.Lacks), warned})
	case w.Approved:
		spans = append(spans, span{"approved and not applied", plain})
	default:
		spans = append(spans, span{"not approved", plain})
	}
	if compared && !w.Fresh {
		spans = append(spans, span{"stale: the trees have changed since", warned})
	}
	return spans
}
