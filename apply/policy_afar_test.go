package apply_test

import (
	"errors"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/memory"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/scan"
)

// A line that is lost while a config is read over it says nothing of what that demands: the tree is not there, as a
// stick that was pulled out is not, and nobody is asked to approve.
func TestALineThatIsLostWhileAConfigIsReadIsATreeThatIsNotThere(t *testing.T) {
	w := newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX})
	w.far[plan.Remote] = true
	p := w.rich()
	w.line = &cutLine{n: 1 << 30}
	before := w.trees()
	r := w.request(p)
	r.Config = func(s *store.Store) (apply.Config, error) {
		if s.Root() == w.at[plan.Remote] {
			w.line.sever()
		}
		return signatures(s)
	}
	_, err := apply.Apply(t.Context(), r)
	if !errors.Is(err, scan.ErrVanished) || errors.Is(err, apply.ErrNotApproved) {
		t.Errorf("%v", err)
	}
	w.line = nil
	for side, was := range before {
		if odd := differences(w.tree(plan.Side(side)), was); odd != "" {
			t.Errorf("%s was changed:\n%s", plan.Side(side), odd)
		}
	}
}
