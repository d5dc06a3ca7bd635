package apply_test

import (
	"fmt"
	"strings"

	"treaty/apply"
	"treaty/plan"
)

func describe(p *plan.Plan) string {
	var b strings.Builder
	for i := range p.Operations {
		op := &p.Operations[i]
		fmt.Fprintf(&b, "%d %s %s %s", op.ID, op.Action, op.Side, op.Path)
		if op.From() != "" {
			fmt.Fprintf(&b, " from %s", op.From())
		}
		fmt.Fprintf(&b, " (%s, %s)\n", op.Reason, op.Decision)
	}
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		fmt.Fprintf(&b, "%d conflict %s %s %s as %q: %q\n", c.ID, c.Kind, c.Path, c.RemotePath, c.KeepBothAs, c.Resolution)
	}
	for i := range p.Problems {
		pr := &p.Problems[i]
		fmt.Fprintf(&b, "%s %s %v %v\n", pr.Severity, pr.Code, pr.Side, pr.Message)
	}
	return b.String()
}

func outcomes(r *apply.Receipt) string {
	var b strings.Builder
	if r == nil {
		return "no receipt\n"
	}
	for i := range r.Results {
		fmt.Fprintf(&b, "%s: %s\n", line(&r.Results[i]), r.Results[i].Error)
	}
	return b.String()
}

// line is a result in short.
func line(r *apply.Result) string {
	if r.Side == nil {
		return fmt.Sprintf("%s %s", r.Outcome, r.Path)
	}
	return fmt.Sprintf("%s %s %s %s", r.Outcome, *r.Action, *r.Side, r.Path)
}
