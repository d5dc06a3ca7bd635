package apply_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/disk"
	"treaty/plan"
	"treaty/plan/tree"
)

// Here directories let their owner not write in them, and treaty is run by the owner, who is not root.

// closedWorld changes something of every kind in directories without write bits, in nested ones too.
func closedWorld(t *testing.T, fat plan.Sides[bool]) (*world, *plan.Plan) {
	t.Helper()
	w := newWorld(t, scratch(t))
	w.fat = fat
	w.base = tryParse(t, "a/!555 a/update=1 a/delete=2 a/chmod=3 a/touch=4 a/b/!500 a/b/from=55 a/b/c/!555 a/b/c/x=6 "+
		"gone/!555 gone/y=7 gone/sub/!500 gone/sub/z=8 tight/!555 tight/t=9 wide/!555 wide/u=11 into/ into/v=12 link/!555 "+
		"link/l->a "+
		"type/!555 type/f=13 kept/!555 kept/w=14")
	w.base.write(t, w.at[plan.Remote])
	tryParse(t, "a/!555 a/update=10 a/chmod=3!755 a/touch=4@50 a/new=15 a/b/!500 a/b/c/!555 a/b/c/x=16 a/b/c/made/!555 "+
		"a/b/c/made/m=17 "+
		"tight/!500 tight/t=18 wide/ wide/u=19 into/ into/from=55 into/v=12 link/!555 link/l->b "+
		"type/!555 type/f/!555 type/f/g=20 kept/!555 kept/w=14 kept/new=21").
		write(t, w.at[plan.Local])
	return w, w.compare()
}

func TestWorkInDirectoriesWithoutAWriteBitIsDoneByTheirOwner(t *testing.T) {
	if !asUser(t) {
		return
	}
	for _, fat := range fats {
		t.Run(fatNames(fat), func(t *testing.T) {
			w, p := closedWorld(t, fat)
			receipt, err := w.apply(p)
			if err != nil {
				t.Fatalf("%v\n%s\n%s", err, describe(p), outcomes(receipt))
			}
			w.settled()
			w.honest(p, receipt, w.was)
			w.keepsEverything(w.was)
			w.touchesOnly(p, w.was)
		})
	}
}

// What treaty made without a write bit, it can change by the next plan.
func TestADirectoryMadeWithoutAWriteBitIsChangedByTheNextPlan(t *testing.T) {
	if !asUser(t) {
		return
	}
	w := newWorld(t, scratch(t))
	tryParse(t, "d/!555 d/e/!555 d/e/a=1").write(t, w.at[plan.Local])
	if receipt, err := w.apply(w.compare()); err != nil {
		t.Fatalf("%v\n%s", err, outcomes(receipt))
	}
	w.base = w.tree(plan.Local)
	for _, dir := range []string{"d", "d/e"} {
		check(t, os.Chmod(w.path(plan.Local, dir), 0o755))
	}
	check(t, os.Remove(w.path(plan.Local, "d/e/a")))
	writeFile(t, w.path(plan.Local, "d/b"), node{kind: tree.File, content: "2", mtime: epoch, mode: tree.Perm(0o644)})
	for _, dir := range []string{"d/e", "d"} {
		check(t, os.Chmod(w.path(plan.Local, dir), 0o555))
	}
	if receipt, err := w.apply(w.compare()); err != nil {
		t.Fatalf("%v\n%s", err, outcomes(receipt))
	}
	w.settled()
	if got, want := w.tree(plan.Remote), tryParse(t, "d/!555 d/b=2@0 d/e/!555"); !got.equal(want) {
		t.Errorf("remote:\n%v, want\n%v", got, want)
	}
}

// The root of a tree that was synced before is such a directory too.
func TestTheRootItselfMayHaveNoWriteBit(t *testing.T) {
	if !asUser(t) {
		return
	}
	w := newWorld(t, scratch(t))
	tryParse(t, "a=1").write(t, w.at[plan.Local])
	_, err := w.apply(w.compare())
	check(t, err)
	w.base = w.tree(plan.Local)
	writeFile(t, w.path(plan.Local, "a"), node{kind: tree.File, content: "22", mtime: epoch, mode: tree.Perm(0o644)})
	check(t, os.Chmod(w.at[plan.Remote], 0o555))
	if receipt, err := w.apply(w.compare()); err != nil {
		t.Fatalf("%v\n%s", err, outcomes(receipt))
	}
	info, err := os.Stat(w.at[plan.Remote])
	check(t, err)
	if got := w.tree(plan.Remote)["a"].content; got != "22" || info.Mode().Perm() != 0o555 {
		t.Errorf("%q in a root with mode %o", got, info.Mode().Perm())
	}
}

// The root of a tree that nothing was ever synced with may be one as well, on either side.
func TestTheRootMayHaveNoWriteBitBeforeTheFirstSync(t *testing.T) {
	if !asUser(t) {
		return
	}
	for _, closed := range plan.BothSides {
		w := newWorld(t, scratch(t))
		tryParse(t, "a=1").write(t, w.at[plan.Local])
		tryParse(t, "b=2").write(t, w.at[plan.Remote])
		check(t, os.Chmod(w.at[closed], 0o555))
		if receipt, err := w.apply(w.compare()); err != nil {
			t.Fatalf("%v\n%s", err, outcomes(receipt))
		}
		w.settled()
		info, err := os.Stat(w.at[closed])
		check(t, err)
		if info.Mode().Perm() != 0o555 {
			t.Errorf("%s has mode %o", closed, info.Mode().Perm())
		}
	}
}

// owesNothing: every directory that was there has the mode that it had or the one that it is to have.
func (w *world) owesNothing(was, will plan.Sides[nodes]) {
	w.Helper()
	for _, side := range plan.BothSides {
		for path, n := range w.tree(side) {
			before, there := was[side][path]
			after, comes := will[side][path]
			if n.kind == tree.Directory && (!there || n.mode != before.mode) && (!comes || n.mode != after.mode) &&
				(there && before.kind == tree.Directory) {
				w.Errorf("%s: %s has mode %v, and had %v", side, path, n.mode, before.mode)
			}
		}
	}
}

func closedWill(t *testing.T) plan.Sides[nodes] {
	t.Helper()
	w, p := closedWorld(t, plan.Sides[bool]{})
	if receipt, err := w.apply(p); err != nil {
		t.Fatalf("%v\n%s", err, outcomes(receipt))
	}
	return w.trees()
}

// Every other broken run is settled back, and every other taken up.
func TestABrokenApplyGivesDirectoriesTheirModesBack(t *testing.T) {
	if !asUser(t) {
		return
	}
	will := closedWill(t)
	var tries atomic.Int64
	sweepOn(t, plan.Sides[bool]{}, 6, ways[:2], func(t *testing.T, fat plan.Sides[bool], b *breaker) bool {
		w, p := closedWorld(t, fat)
		switch settle := tries.Add(1)%2 == 0; {
		case !w.broken(p, b, will):
			return false
		case !w.open(plan.Local):
		case settle:
			if _, err := w.recover(nil, plan.Local, plan.Remote); err != nil {
				t.Errorf("settled: %v", err)
				return true
			}
			w.owesNothing(w.was, will)
			w.settledBack(p, will)
		default:
			w.takenUp(p, will)
		}
		return true
	})
}

// A directory got the mode that it is to have, and something in it was not done: that is done the next time,
// and the mode is the same in the end. Nothing is left that an undo takes for treaty's own.
func TestADirectoryIsOpenedAgainForWhatIsLeft(t *testing.T) {
	if !asUser(t) {
		return
	}
	for _, c := range []struct{ name, base, local, remote string }{
		{"made", "", "", "d/!555 d/a=1"},
		{"with another mode", "d/ d/x=5", "d/ d/x=5", "d/!555 d/x=5 d/a=1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, scratch(t))
			if c.base != "" {
				w.base = tryParse(t, c.base)
			}
			tryParse(t, c.local).write(t, w.at[plan.Local])
			tryParse(t, c.remote).write(t, w.at[plan.Remote])
			p := w.compare()
			request := w.request(p)
			request.SetHook(func(_ plan.Side, call disk.Call) error {
				if call.Path == "d/a" {
					return syscall.EPERM
				}
				return nil
			})
			if _, err := apply.Apply(context.Background(), request); !errors.Is(err, apply.ErrPartial) {
				t.Fatal(err)
			}
			if got := w.tree(plan.Local)["d"].mode.Bits(); got != 0o555 {
				t.Fatalf("the directory has mode %o", got)
			}
			var calls []string
			request = w.request(p)
			request.SetHook(func(_ plan.Side, call disk.Call) error {
				if call.Path == "d" || call.Path == "d/a" {
					calls = append(calls, string(call.Kind))
				}
				return nil
			})
			if _, err := apply.Apply(context.Background(), request); err != nil {
				t.Fatal(err)
			}
			if want := []string{"rename", "chmod", "rename", "chmod"}; !slices.Equal(calls, want) {
				t.Errorf("calls: %q, want %q", calls, want)
			}
			if got, want := w.tree(plan.Local), tryParse(t, c.remote); !got.equal(want) {
				t.Errorf("local:\n%v, want\n%v", got, want)
			}
		})
	}
}
