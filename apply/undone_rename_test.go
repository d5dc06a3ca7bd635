package apply_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"treaty/apply"
	"treaty/plan"
)

// undone plans and applies the reversal of an applied plan.
func (w *world) undone(p *plan.Plan) {
	w.Helper()
	folder := w.store(plan.Local)
	defer folder.Close()
	archived, err := folder.Applied(p.ID)
	check(w, err)
	reversal, err := folder.Reversal(*archived)
	check(w, err)
	made := w.paired(func(pair *apply.Pair, ctx context.Context, how apply.Planning) (*apply.Planned, error) {
		return pair.Undo(ctx, *archived, reversal, how)
	})
	check(w, folder.SaveUndoes(made.ID, p.ID))
	if r, err := w.apply(made); err != nil {
		w.Fatalf("undo: %v\n%s%s", err, describe(made), outcomes(r))
	}
}

// A file that both sides renamed is that conflict again when what settled it is undone.
func TestAnUndoneRenameOnBothSidesIsAskedAgain(t *testing.T) {
	for _, take := range []plan.Resolution{plan.TakeLocal, plan.TakeRemote, plan.KeepBoth} {
		for _, names := range [][3]string{{"a", "b", "c"}, {"d/a", "d/b", "d/c"}, {"d/a", "e/b", "f/c"}} {
			w := newWorld(t, scratch(t))
			w.options = unshaped()
			for _, side := range plan.BothSides {
				tryParse(t, names[0]+"=1 z=9").write(t, w.at[side])
			}
			if r, err := w.apply(w.paired((*apply.Pair).Plan)); err != nil {
				t.Fatalf("%v\n%s", err, outcomes(r))
			}
			for side, name := range names[1:] {
				w.rename(plan.BothSides[side], names[0], name)
			}
			p := w.paired((*apply.Pair).Plan)
			first := describe(p)
			c := conflict(t, p, names[1])
			c.Resolution = take
			was := w.trees()
			if r, err := w.apply(p); err != nil {
				t.Fatalf("%v\n%s", err, outcomes(r))
			}
			w.undone(p)
			if now := w.trees(); !now[0].equal(was[0]) || !now[1].equal(was[1]) {
				t.Errorf("%s %v: not as it was:\n%v\n%v", take, names, now, was)
			}
			if again := describe(w.paired((*apply.Pair).Plan)); again != first {
				t.Errorf("%s %v: after the undo the plan is\n%snot\n%s", take, names, again, first)
			}
		}
	}
}

// rename renames a file, into a directory that may be new.
func (w *world) rename(side plan.Side, from, to string) {
	w.Helper()
	check(w, os.MkdirAll(filepath.Dir(w.path(side, to)), 0o755))
	check(w, os.Rename(w.path(side, from), w.path(side, to)))
}
