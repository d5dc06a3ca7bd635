package apply_test

import (
	"context"
	"slices"
	"testing"

	"treaty/apply"
	"treaty/apply/paper"
	"treaty/plan"
)

// Of what did not come to be done, a settled apply tells what it had not even begun.
func TestWhatWasNotBegunIsToldSo(t *testing.T) {
	told := map[string]int{}
	for n := 1; ; n += 3 {
		w := newWorld(t, scratch(t))
		w.base = native(tryParse(t, "a=1 b=2 c=3 d=4"))
		w.base.write(t, w.at[plan.Remote])
		native(tryParse(t, "a=5 b=6 e=7")).write(t, w.at[plan.Local])
		p := w.compare()
		b := &breaker{n: n, with: errDead}
		request := w.request(p)
		request.SetHook(b.hook)
		if _, err := apply.Apply(context.Background(), request); err == nil || !b.broke() {
			break
		}
		begun, known := w.begun(p)
		settled, err := w.recover(nil, plan.Local, plan.Remote)
		check(t, err)
		if !known || len(settled) != 1 || settled[0].Receipt == nil {
			continue // it was broken before its first line, or behind its last
		}
		for i, result := range settled[0].Receipt.Results {
			if told[result.Error]++; !begun[i] != (result.Error == paper.NotReached) {
				t.Errorf("broken at %d: %s, %q, begun: %v", n, line(&result), result.Error, begun[i])
			}
		}
	}
	if len(told) != 3 {
		t.Errorf("not all of it happened: %v", told)
	}
}

// begun tells which steps of a plan the open journals say something of; false where they tell of no plan.
func (w *world) begun(p *plan.Plan) (steps map[int]bool, known bool) {
	w.Helper()
	steps = map[int]bool{}
	for _, side := range plan.BothSides {
		s := w.store(side)
		defer s.Close()
		j, err := s.Journal(p.ID)
		if err != nil || j == nil {
			return nil, false
		}
		known = known || j.Steps != nil
		for _, in := range slices.Concat(j.Open, j.Closed) {
			steps[in.Step] = true
		}
		for step := range j.Done {
			steps[step] = true
		}
	}
	return steps, known
}
