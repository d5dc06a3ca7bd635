package apply_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/memory"
	"treaty/plan"
	"treaty/testdata/effort"
)

// farDeep is a world with its remote tree behind an agent, in which directories are to be made in directories, and a
// file moved into one.
func farDeep(t *testing.T) (*world, *plan.Plan) {
	w := newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX})
	w.far[plan.Remote] = true
	w.base = native(tryParse(w, "kept=1 old/ old/in/ old/in/f=22"))
	w.place(plan.Remote).write(w, w.base)
	w.place(plan.Local).write(w, native(tryParse(w,
		"kept=1 moved/ moved/in/ moved/in/f=22 made/ made/x=2 made/a/ made/a/b/ made/a/b/y=3")))
	return w, w.compare()
}

// An interrupt of an apply to a tree that is far away, at any time, leaves nothing out: the same apply goes on with all
// of it.
func TestAnInterruptedApplyToAFarTreeGoesOn(t *testing.T) {
	for name, world := range map[string]func() (*world, *plan.Plan){
		"deep": func() (*world, *plan.Plan) { return farDeep(t) },
		"rich": func() (*world, *plan.Plan) { return farRich(t, &memory.POSIX) },
	} {
		w, p := world()
		receipt, err := w.apply(p)
		check(t, err)
		whole, skipped := outcomes(receipt), receipt.Totals.Skipped
		for n, interrupted := 0, true; interrupted; n += effort.Stride(20, 3) {
			w, p = world()
			receipt, err = w.interruptedAt(n, p)
			if interrupted = err != nil; interrupted && !errors.Is(err, context.Canceled) {
				t.Fatalf("%s, %d: %v", name, n, err)
			}
			if receipt != nil && receipt.Totals.Skipped > skipped {
				t.Errorf("%s, interrupted at answer %d:\n%s", name, n, outcomes(receipt))
			}
			if interrupted {
				receipt, err = w.apply(p)
				check(t, err)
			}
			if got := outcomes(receipt); got != whole {
				t.Fatalf("%s, interrupted at answer %d, it goes on to\n%s", name, n, got)
			}
			w.keepsEverything(w.was)
		}
	}
}

// interruptedAt applies a plan until the far tree gives an answer.
func (w *world) interruptedAt(answer int, p *plan.Plan) (*apply.Receipt, error) {
	w.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var mu sync.Mutex
	answers := 0
	w.liar = &liar{lie: func(*lied) bool {
		mu.Lock()
		defer mu.Unlock()
		if answers++; answers == answer+1 {
			cancel()
		}
		return false
	}}
	defer func() { w.liar = nil }()
	return apply.Apply(ctx, w.request(p))
}
