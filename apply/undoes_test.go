package apply_test

import (
	"testing"

	"treaty/apply/reach"
	"treaty/plan"
	"treaty/plan/tree"
)

// A note beside a plan that it undoes another one, which its operations do not bear out, is not believed.
func TestAPlanUndoesOnlyWhatItsOperationsUndo(t *testing.T) {
	w := newWorld(t, scratch(t))
	file := node{content: "one", mode: tree.Perm(0o644), mtime: epoch}
	writeFile(w, w.path(plan.Local, "a"), file)
	first := w.compare()
	if _, err := w.apply(first); err != nil {
		t.Fatal(err)
	}
	writeFile(w, w.path(plan.Local, "b"), file)
	second := w.compare()
	store, err := reach.Store(w.at[plan.Local])
	check(t, err)
	defer store.Close()
	check(t, store.SaveUndoes(second.ID, first.ID))
	if _, err := w.apply(second); err != nil {
		t.Fatal(err)
	}
	archived, err := store.Applied(first.ID)
	check(t, err)
	if by, err := store.UndoneBy(*archived); err != nil || by != nil {
		t.Errorf("undone by %v, %v", by, err)
	}
}
