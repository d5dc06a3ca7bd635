package apply_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"treaty/apply"
	"treaty/apply/internal/memory"
	"treaty/apply/internal/wire"
	"treaty/plan"
)

// A directory that is taken whole is looked at before anything of it is made, while what is put in it is on its way to
// a tree far away: neither takes the other's call for its own.
func TestAUnitIsLookedAtWhileItsContentsCross(t *testing.T) {
	w := newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX})
	w.far[plan.Remote] = true
	w.options.Atomic = []string{"u"}
	w.place(plan.Local).write(w, native(tryParse(t, "u/ u/a=1 u/b=2 u/in/ u/in/c=3")))
	p := w.compare()
	looked := make(chan struct{})
	var once sync.Once
	var staged atomic.Bool
	w.liar = &liar{lie: func(c *lied) bool {
		switch c.Call {
		case wire.At.Name():
			once.Do(func() { close(looked) })
		case wire.Stage.Name():
			select {
			case <-looked:
				staged.Store(true)
			case <-time.After(10 * time.Second):
			}
		}
		return false
	}}
	receipt, err := w.apply(p)
	check(t, err)
	if receipt.Outcome != apply.Complete || !staged.Load() {
		t.Errorf("looked at while contents crossed: %v\n%s", staged.Load(), outcomes(receipt))
	}
}
