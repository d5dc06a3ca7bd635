package apply_test

import (
	"bytes"
	"context"
	"io"
	"time"

	"treaty/apply"
	"treaty/apply/paper"
	"treaty/apply/store"
	"treaty/plan"
)

// text is the plan as its file holds it.
func (w *world) text(p *plan.Plan) []byte {
	w.Helper()
	p.Summarize()
	text, err := store.PlanText(p)
	check(w, err)
	return text
}

// approve signs the exact text.
func (w *world) approve(text []byte) []byte {
	w.Helper()
	p, err := plan.Read(text)
	check(w, err)
	approval, err := paper.Approve(nil, paper.RefTo(p, text),
		apply.Signoff{By: "ann", Host: "desk", At: time.Now().UTC()}).Text()
	check(w, err)
	return approval
}

// request asks for the plan, approved.
func (w *world) request(p *plan.Plan) apply.Request {
	w.Helper()
	text := w.text(p)
	r := apply.Request{Plan: text, Approval: w.approve(text), By: ann, Open: w.opener()}
	r.SetFAT(w.fat)
	r.SetProbed(w.limit)
	return r
}

func (w *world) apply(p *plan.Plan) (*apply.Receipt, error) {
	w.Helper()
	r := w.request(p)
	text := r.Plan
	return apply.Apply(context.Background(), fromFile(w, r, func() []byte { return text }))
}

// fromFile is a request whose plan is read from a file that has some text each time that it is opened.
func fromFile(t tester, r apply.Request, text func() []byte) apply.Request {
	t.Helper()
	file, err := paper.ReadPlan(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text())), nil })
	check(t, err)
	r.Plan, r.File = nil, file
	return r
}

// conflict is the conflict at path.
func conflict(t tester, p *plan.Plan, path string) *plan.Conflict {
	t.Helper()
	for i := range p.Conflicts {
		if string(p.Conflicts[i].Path) == path {
			return &p.Conflicts[i]
		}
	}
	t.Fatalf("no conflict at %s", path)
	return nil
}
