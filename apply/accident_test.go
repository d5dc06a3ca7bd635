package apply_test

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/memory"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/testdata/effort"
)

// Here an apply on trees in memory is broken at every change that it makes, in every way, taken up and settled back,
// and that again is broken. What a change of a directory leaves half made, package disk and the tests with fats hold to
// the same.

// accident is a way to break off.
type accident struct {
	name string
	// when the call is broken, and with what; dead is the end of the process, after which nothing is done.
	when memory.When
	with error
	dead bool
	// power tells that both machines lose what was not made durable.
	power bool
}

var errFull = fmt.Errorf("%w: the volume is full", volume.ErrStopped)

var accidents = []accident{
	{name: "dead before it", with: errDead, dead: true},
	{name: "dead in the middle of it", when: memory.Half, with: errDead, dead: true},
	{name: "dead after it", when: memory.After, with: errDead, dead: true},
	{name: "the power is cut before it", with: errDead, dead: true, power: true},
	{name: "the power is cut after it", when: memory.After, with: errDead, dead: true, power: true},
	{name: "refused", with: fs.ErrPermission},
	{name: "stopped", with: errFull},
	{name: "done, and nobody hears of it", when: memory.After, with: errFull},
}

// happens has the n-th call from now on broken, and all after it where the process is dead. It returns whether there
// was an n-th.
func (a *accident) happens(w *world, n int) func() bool {
	var mu sync.Mutex // calls are made several at a time
	calls, over := 0, false
	hook := func(c memory.Call) error {
		mu.Lock()
		defer mu.Unlock()
		if over && a.dead {
			return errDead
		}
		if c.When == memory.Before {
			calls++
		}
		// A call that has no middle is broken at its end.
		if over || calls != n || c.When < a.when {
			return nil
		}
		over = true
		return a.with
	}
	for _, v := range w.memory {
		check(w, v.Barrier())
		v.Hook(hook)
	}
	return func() bool {
		for _, v := range w.memory {
			if over && a.power {
				v.CutPower()
			} else {
				v.Restart()
			}
		}
		return over
	}
}

// broken applies a plan until it breaks, and holds what is left to the invariants. It tells whether it broke.
func (a *accident) broken(w *world, p *plan.Plan, n int, will plan.Sides[nodes]) bool {
	w.Helper()
	over := a.happens(w, n)
	_, err := w.apply(p)
	if !over() {
		return false
	}
	if errors.Is(err, apply.ErrInvalid) {
		w.Errorf("call %d: %v", n, err)
	}
	w.keepsEverything(w.was)
	w.touchesOnly(p, w.was)
	w.half(w.was, will)
	return true
}

// applied tells whether a plan is in the history, and closed.
func (w *world) applied(p *plan.Plan) bool {
	w.Helper()
	s := w.store(plan.Local)
	defer s.Close()
	a, err := s.Applied(p.ID)
	return err == nil && a != nil && !w.open(plan.Local) && !w.open(plan.Remote)
}

// everyAccident has each accident happen at each call of an apply, or at some of them, on volumes of each kind.
func everyAccident(t *testing.T, stride int,
	then func(w *world, p *plan.Plan, will plan.Sides[nodes], a *accident, n int)) {
	for _, kind := range []struct {
		name string
		of   *memory.Kind
	}{{"able", &memory.POSIX}, {"weak", &memory.Weak}, {"lossy", &memory.Lossy}} {
		rich := func(t tester) (*world, *plan.Plan) {
			w := newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, kind.of})
			w.can = &kind.of.Probed.Can
			return w, w.rich()
		}
		w, p := rich(t)
		if _, err := w.apply(p); err != nil {
			t.Fatal(err)
		}
		will := w.trees()
		for i := range accidents {
			t.Run(kind.name+"/"+accidents[i].name, func(t *testing.T) {
				n := 1 + i
				for ; ; n += effort.Stride(3*stride, stride) {
					w, p := rich(t)
					if !accidents[i].broken(w, p, n, will) {
						break
					}
					if then(w, p, will, &accidents[i], n); t.Failed() {
						t.Fatalf("broken at call %d", n)
					}
				}
				t.Logf("%d calls", n)
			})
		}
	}
}

// A second accident, while an apply is taken up or settled, is at another call each time.
func second(n int) int { return 1 + 7*n%90 }

func TestAnyAccidentIsTakenUp(t *testing.T) {
	everyAccident(t, 59, func(w *world, p *plan.Plan, will plan.Sides[nodes], a *accident, n int) {
		if n%2 == 0 && !w.applied(p) {
			a.broken(w, p, second(n), will)
		}
		if w.applied(p) {
			return // it was broken in what does not matter
		}
		if receipt, err := w.apply(p); err != nil {
			w.Errorf("taken up: %v\n%s", err, outcomes(receipt))
			return
		}
		w.over(p, will)
	})
}

func TestAnyAccidentIsSettledBack(t *testing.T) {
	everyAccident(t, 61, func(w *world, p *plan.Plan, will plan.Sides[nodes], a *accident, n int) {
		if n%2 == 0 {
			over := a.happens(w, second(n))
			_, _ = w.recover(nil, plan.Local, plan.Remote)
			over()
			w.keepsEverything(w.was)
			w.touchesOnly(p, w.was)
		}
		if _, err := w.recover(nil, plan.Local, plan.Remote); err != nil {
			w.Errorf("settled: %v", err)
			return
		}
		w.settledBack(p, will)
	})
}
