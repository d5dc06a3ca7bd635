package apply_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/disk"
	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/testdata/effort"
)

// newcomers are two trees that were never synced, with the plan for them.
func newcomers(t *testing.T) (*world, *plan.Plan) {
	t.Helper()
	w := newWorld(t, scratch(t))
	native(tryParse(t, "u1=1@50 u2=2@50 same=4 new=5")).write(t, w.at[plan.Local])
	native(tryParse(t, "u1=10@20 u2=20@20 same=4")).write(t, w.at[plan.Remote])
	return w, w.compare()
}

// stageless carries a plan out on volumes on which nothing can be staged, and leaves it open.
func (w *world) stageless(p *plan.Plan, with error) {
	w.Helper()
	var broken atomic.Bool
	r := w.request(p)
	r.SetHook(func(_ plan.Side, call disk.Call) error {
		if call.Kind == disk.MakeFile && strings.Contains(call.Path, "/stage/") {
			broken.Store(true)
			return with
		}
		if broken.Load() && with == errDead {
			return with
		}
		return nil
	})
	receipt, err := apply.Apply(context.Background(), r)
	if err == nil || receipt != nil && receipt.Totals.Done > 0 || !broken.Load() {
		w.Fatalf("not broken before anything was done: %v\n%s", err, outcomes(receipt))
	}
}

// strangers checks that two trees know a plan as closed, and each other as little as when it was made; that it comes
// again, and that then they are synced.
func (w *world) strangers(p *plan.Plan) {
	w.Helper()
	var stores plan.Sides[*store.Reader]
	for _, side := range plan.BothSides {
		store, err := reach.Store(w.at[side])
		check(w, err)
		defer store.Close()
		stores[side] = store.Reader
		if closing, err := store.Closing(p.ID); err != nil || closing == nil {
			w.Errorf("%s: the plan is closed as %v, %v", side, closing, err)
		}
		if file, err := store.Identity(); err != nil || len(file.Synced)+len(file.Partners) > 0 {
			w.Errorf("%s: it knows %+v, %v", side, file, err)
		}
	}
	if m, problem, err := store.Remember(stores); err != nil || m != nil || problem != nil {
		w.Errorf("a baseline: %v, %v, %v", m, problem, err)
	}
	again := w.compare()
	if describe(again) != describe(p) {
		w.Errorf("the plan comes again as\n%s, and was\n%s", describe(again), describe(p))
	}
	if receipt, err := w.apply(again); err != nil {
		w.Fatalf("%v\n%s", err, outcomes(receipt))
	}
	m, problem, err := store.Remember(stores)
	if err != nil || m == nil {
		w.Errorf("no baseline: %v, %v", problem, err)
	}
	m.Close()
}

func TestAFirstApplyThatDidNothingIsNoSync(t *testing.T) {
	for name, with := range map[string]error{"killed": errDead, "full": errNoSpace, "denied": errDenied} {
		t.Run(name, func(t *testing.T) {
			w, p := newcomers(t)
			w.stageless(p, with)
			if settled, err := w.recover(nil, plan.Local, plan.Remote); err != nil || len(settled) != 1 {
				t.Fatalf("settled: %v, %v", settled, err)
			}
			w.strangers(p)
		})
	}
	t.Run("drifted", func(t *testing.T) {
		w, p := newcomers(t)
		for i := range p.Operations {
			if p.Operations[i].Path != "u1" {
				p.Operations[i].Decision = plan.Skip
			}
		}
		operation(t, p, "update remote u1").After.SHA256[0]++
		if receipt, err := w.apply(p); !errors.Is(err, apply.ErrPartial) || receipt.Totals.Drifted != 1 {
			t.Fatalf("%v\n%s", err, outcomes(receipt))
		}
		planned := w.compare()
		planned.ID = p.ID
		w.strangers(planned)
	})
}

// TestSettlingAFirstApplyThatDidNothingCanBeBroken: wherever it is, what comes of it is the same.
func TestSettlingAFirstApplyThatDidNothingCanBeBroken(t *testing.T) {
	for n := 1; ; n += effort.Stride(15, 5) * slowness {
		w, p := newcomers(t)
		w.stageless(p, errDead)
		b := &breaker{n: n, with: errDead}
		if _, err := w.recover(b, plan.Local, plan.Remote); err == nil && b.broke() && w.open(plan.Local) {
			t.Errorf("no error, and the journal is open")
		}
		if !b.broke() {
			break
		}
		if _, err := w.recover(nil, plan.Local, plan.Remote); err != nil {
			t.Fatal(err)
		}
		if w.strangers(p); t.Failed() {
			t.Fatalf("broken at call %d", n)
		}
	}
}

// TestAFirstApplyThatDidSomethingIsASync: what was done is agreed, also where the rest was not.
func TestAFirstApplyThatDidSomethingIsASync(t *testing.T) {
	w, p := newcomers(t)
	operation(t, p, "update remote u1").After.SHA256[0]++
	if receipt, err := w.apply(p); !errors.Is(err, apply.ErrPartial) || receipt.Totals.Done == 0 {
		t.Fatalf("%v\n%s", err, outcomes(receipt))
	}
	store, err := reach.Store(w.at[plan.Local])
	check(t, err)
	defer store.Close()
	if file, err := store.Identity(); err != nil || len(file.Synced) != 1 || len(file.Partners) != 1 {
		t.Errorf("it knows %+v, %v", file, err)
	}
}
