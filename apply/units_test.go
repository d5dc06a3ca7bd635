package apply_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/disk"
	"treaty/apply/internal/memory"
	"treaty/plan"
	"treaty/plan/tree"
)

// What somebody saves in a directory that is taken whole, while that is carried over, leaves the rest of it as it is,
// and the next plan asks, once, about the directory.
func TestDriftInAUnitStopsTheRestOfItAndIsAskedAboutOnce(t *testing.T) {
	w := newWorld(t, scratch(t))
	w.options.Atomic = []string{"u"}
	w.base = native(tryParse(t, "u/ u/a=1 u/b=2 u/z=3 other=4"))
	w.base.write(t, w.at[plan.Remote])
	native(tryParse(t, "u/ u/a=5 u/b=6 other=7")).write(t, w.at[plan.Local])
	p := w.compare()
	r := w.request(p)
	var once sync.Once
	r.SetHook(func(_ plan.Side, call disk.Call) error {
		if !tree.Path(call.Path).Within(tree.PrivateFolder) {
			once.Do(func() { w.save(plan.Remote, "u/a", "mine") })
		}
		return nil
	})
	receipt, err := apply.Apply(context.Background(), r)
	if !errors.Is(err, apply.ErrPartial) {
		t.Fatalf("error %v\n%s", err, outcomes(receipt))
	}
	for i := range receipt.Results {
		result := &receipt.Results[i]
		want := apply.Drifted
		if result.Path == "other" {
			want = apply.Done
		}
		if result.Outcome != want {
			t.Errorf("%s, want it %s", line(result), want)
		}
	}
	next := w.compare()
	if len(next.Operations) > 0 || len(next.Conflicts) != 1 || next.Conflicts[0].Path != "u" {
		t.Errorf("the next plan is no one conflict of the directory:\n%s", describe(next))
	}
}

// What settles a conflict of a directory counts with what is deleted and replaced, file by file, whatever number of
// entries both sides have.
func TestWhatADirectoryInConflictLosesIsCounted(t *testing.T) {
	for _, c := range []struct {
		name  string
		mine  func(i int) string
		cause string
	}{
		{"all replaced", func(i int) string { return fmt.Sprintf("u/f%d=mine%d", i, i) },
			"60 updates on remote, more than half of its 61 files"},
		{"all under other names", func(i int) string { return fmt.Sprintf("u/g%d=mine%d", i, i) },
			"61 deletes on remote, more than half of its 61 files"},
		{"a few replaced", func(i int) string { return fmt.Sprintf("u/f%d=f%d", i, max(i, 10)) }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX})
			w.options.Atomic, w.options.AllowManyDeletes = []string{"u"}, false
			base, local := "u/", "u/"
			for i := range 60 {
				base += fmt.Sprintf(" u/f%d=f%d", i, i)
				local += " " + c.mine(i)
			}
			w.base = tryParse(t, base)
			w.place(plan.Remote).write(t, tryParse(t, base+" u/theirs=1"))
			w.place(plan.Local).write(t, tryParse(t, local))
			p := w.compare()
			conflict(t, p, "u").Resolution = plan.TakeLocal
			_, err := w.apply(p)
			if (err == nil) != (c.cause == "") || err != nil && !strings.Contains(err.Error(), c.cause) {
				t.Errorf("%v, want %q", err, c.cause)
			}
			p.Options.AllowManyUpdates, p.Options.AllowManyDeletes = true, true
			if _, err = w.apply(p); c.cause != "" {
				check(t, err)
			}
		})
	}
}

// What was saved in a directory that is taken whole, where it would be found last, keeps all of it as it was: nothing
// of the directory is changed before all of it was looked at again.
func TestDriftAnywhereInAUnitIsFoundBeforeItsFirstWrite(t *testing.T) {
	for name, drift := range map[string]func(w *world){
		"what is to be deleted is saved": func(w *world) { w.save(plan.Remote, "u/z", "mine") },
		"what is to be deleted is gone":  func(w *world) { check(w, os.Remove(w.path(plan.Remote, "u/z"))) },
		"a new name is taken":            func(w *world) { w.save(plan.Remote, "u/sub/new", "mine") },
		"what is to be copied is saved":  func(w *world) { w.save(plan.Local, "u/sub/new", "mine") },
		"what is to be copied is gone":   func(w *world) { check(w, os.Remove(w.path(plan.Local, "u/sub/new"))) },
		"what is to be moved is saved":   func(w *world) { w.save(plan.Remote, "u/from", "mine") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, scratch(t))
			w.options.Atomic = []string{"u"}
			w.base = native(tryParse(t, "u/ u/a=1 u/b=2 u/z=3 u/from=55 u/sub/ other=4"))
			w.base.write(t, w.at[plan.Remote])
			native(tryParse(t, "u/ u/a=5 u/b=6 u/to=55 u/new/ u/new/x=99 u/sub/ u/sub/new=77 other=7")).
				write(t, w.at[plan.Local])
			p := w.compare()
			r := w.request(p)
			var once sync.Once
			var left nodes
			r.SetHook(func(_ plan.Side, call disk.Call) error {
				if strings.HasPrefix(call.Path, ".treaty/journal/") { // both trees have been compared with the plan
					once.Do(func() { drift(w); left = w.tree(plan.Remote) })
				}
				return nil
			})
			receipt, err := apply.Apply(context.Background(), r)
			if !errors.Is(err, apply.ErrPartial) {
				t.Fatalf("error %v\n%s", err, outcomes(receipt))
			}
			now := w.tree(plan.Remote)
			for path, n := range now {
				if tree.Path(path).Within("u") && contentOf(n) != contentOf(left[path]) {
					t.Errorf("%s has become %v", path, n)
				}
			}
			for path := range left {
				if _, there := now[path]; !there {
					t.Errorf("%s is gone", path)
				}
			}
			if now["other"].content != "7" {
				t.Errorf("what does not belong to it is %v", now["other"])
			}
			w.nothingStaged()
		})
	}
}

// unitWorld has a directory that is taken whole with an operation of every kind in it, another one in conflict, and
// something beside them.
func unitWorld(t *testing.T, fat plan.Sides[bool]) (*world, *plan.Plan) {
	t.Helper()
	w := newWorld(t, scratch(t))
	w.fat = fat
	w.options.Atomic = []string{"u", "v"}
	base := "u/ u/a=1 u/b=2 u/z=3 u/from=55 u/sub/ u/sub/touch=4 u/sub/chmod=3 u/gone/ u/gone/x=6 u/type=7 " +
		"v/ v/a=8 v/b=9 v/c/ v/c/d=10 other=4"
	w.base = native(tryParse(t, base))
	w.place(plan.Remote).write(t, native(tryParse(t, strings.ReplaceAll(base, "v/a=8", "v/a=81")+" v/e=82")))
	w.place(plan.Local).write(t, native(tryParse(t, "u/ u/a=5 u/b=6 u/to=55 u/new/ u/new/x=99 u/sub/ u/sub/touch=4@50 "+
		"u/sub/chmod=3!755 u/sub/new=77 u/type/ u/type/y=7 v/ v/a=83 v/b=9 other=7")))
	p := w.compare()
	if len(p.Conflicts) != 1 || p.Conflicts[0].Path != "v" {
		t.Fatalf("v is no conflict:\n%s", describe(p))
	}
	p.Conflicts[0].Resolution = plan.TakeLocal
	w.was = w.trees()
	return w, p
}

// Wherever an apply is broken that has to do with directories that are taken whole, it is taken up, or settled back and
// then planned and applied anew, to the same end.
func TestABrokenApplyOfUnitsIsTakenUpOrSettledBack(t *testing.T) {
	w, p := unitWorld(t, plan.Sides[bool]{})
	receipt, err := w.apply(p)
	if err != nil {
		t.Fatalf("%v\n%s", err, outcomes(receipt))
	}
	will := w.trees()
	for _, fat := range []plan.Sides[bool]{{}, {false, true}} {
		t.Run(fatNames(fat), func(t *testing.T) {
			var tries atomic.Int64
			sweepOn(t, fat, 5, ways[:2], func(t *testing.T, fat plan.Sides[bool], b *breaker) bool {
				w, p := unitWorld(t, fat)
				switch settle := tries.Add(1)%2 == 0; {
				case !w.broken(p, b, will):
					return false
				case !w.open(plan.Local):
				case settle:
					if _, err := w.recover(nil, plan.Local, plan.Remote); err != nil {
						t.Errorf("settled: %v", err)
						return true
					}
					w.wholeAgain(will)
				default:
					w.takenUp(p, will)
				}
				return true
			})
		})
	}
}

// wholeAgain plans anew after an apply was settled back, and brings that to the end: what was done of a unit by then is
// asked about once.
func (w *world) wholeAgain(will plan.Sides[nodes]) {
	w.Helper()
	next := w.compare()
	for i := range next.Conflicts {
		next.Conflicts[i].Resolution = plan.TakeLocal
	}
	receipt, err := w.apply(next)
	if err != nil {
		w.Errorf("applied anew: %v\n%s", err, outcomes(receipt))
		return
	}
	for _, side := range plan.BothSides {
		if now := w.tree(side); !now.equal(will[side]) {
			w.Errorf("%s: it is   %v\nnot %v", side, now, will[side])
		}
	}
	if last := w.compare(); !last.Empty() {
		w.Errorf("the next plan is not empty:\n%s", describe(last))
	}
}
