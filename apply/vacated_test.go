package apply_test

import (
	"context"
	"os"
	"testing"

	"treaty/apply"
	"treaty/plan"
	"treaty/testdata/effort"
)

// A file was renamed, and another one made under the old name. Whoever settles back what has done the one and not the
// other is asked nothing: the record of the old name went with the file.
func TestANameThatWasLeftAndIsNotTakenYetIsNoConflict(t *testing.T) {
	left := 0
	for n := 1; ; n += effort.Stride(5, 2) {
		w := newWorld(t, scratch(t))
		native(tryParse(t, "old=1 other=3")).write(t, w.at[plan.Local])
		if _, err := w.apply(w.plannedFrom(w.store(plan.Remote).Reader)); err != nil {
			t.Fatal(err)
		}
		check(t, os.Rename(w.path(plan.Local, "old"), w.path(plan.Local, "new")))
		native(tryParse(t, "old=22")).write(t, w.at[plan.Local])
		b := &breaker{n: n, with: errDead}
		request := w.request(w.plannedFrom(w.store(plan.Remote).Reader))
		request.SetHook(b.hook)
		_, _ = apply.Apply(context.Background(), request) // it dies
		if !b.broke() {
			break
		}
		if _, err := w.recover(nil, plan.Local, plan.Remote); err != nil {
			t.Fatalf("broken at call %d: %v", n, err)
		}
		if _, err := os.Lstat(w.path(plan.Remote, "old")); err != nil {
			left++
		}
		if next := w.plannedFrom(w.store(plan.Remote).Reader); len(next.Conflicts) > 0 {
			t.Errorf("broken at call %d: %s", n, next.Conflicts[0].Kind)
		}
	}
	if left == 0 {
		t.Error("it never died between the two")
	}
}
