package apply_test

import (
	"context"
	"sync/atomic"

	"pgregory.net/rapid"

	"treaty/apply"
	"treaty/apply/volume"
	"treaty/plan"
)

// deaths counts the applies that died.
var deaths atomic.Int64

// apply applies, on volumes that can do more or less, and sometimes dies on the way, up to a few times. What it
// comes to in the end is what it would have come to at once.
func (h *history) apply(w *world, made *plan.Plan, request apply.Request,
	was plan.Sides[nodes]) (*apply.Receipt, error) {
	w.can = rapid.SampledFrom([]*volume.Capabilities{{Exchange: true, NoReplace: true, Link: true}, {NoReplace: true},
		{Link: true}, {}}).Draw(h.T, "can")
	h.mayLose(w, &request)
	for rapid.IntRange(0, 3).Draw(h.T, "dies") == 0 {
		n := 1 << rapid.IntRange(0, 8).Draw(h.T, "at about")
		n += rapid.IntRange(0, n-1).Draw(h.T, "at")
		revive := w.diesAt(&request, n)
		r, err := apply.Apply(context.Background(), request)
		revive()
		w.keepsEverything(was)
		if err == nil {
			return r, nil
		}
		deaths.Add(1)
		h.note("  died at call %d, able to %+v: %v", n, *w.can, err)
		if w.applied(made) {
			return r, nil // only what comes after it died
		}
	}
	return apply.Apply(context.Background(), request)
}

// mayLose says which volumes may lose what is renamed: of those in memory their kind does.
func (h *history) mayLose(w *world, request *apply.Request) {
	if h.dir != "" {
		w.fat = rapid.SampledFrom(fats).Draw(h.T, "fat")
		request.SetFAT(w.fat)
	}
}

// diesAt has the process of an apply die at its n-th call, on trees of either kind, until it is revived.
func (w *world) diesAt(request *apply.Request, n int) (revive func()) {
	if len(w.memory) > 0 {
		dead := accident{with: errDead, dead: true}
		over := dead.happens(w, n)
		return func() { over() }
	}
	request.SetHook((&breaker{n: n, with: errDead}).hook)
	return func() { request.SetHook(nil) }
}
