package apply_test

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/disk"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// linkedWorld gives files times and modes that have other names, in the tree and outside of it, on both sides.
func linkedWorld(t *testing.T, fat plan.Sides[bool]) (*world, *plan.Plan) {
	t.Helper()
	w := newWorld(t, scratch(t))
	w.fat = fat
	w.base = native(tryParse(t, "mode=canary time=2@10 both=2@10 same=2@10 from=55 beside=55 alone=6@10 mine=7@10 "+
		"mine2=7@10"))
	w.base.write(t, w.at[plan.Remote])
	native(tryParse(t, "mode=canary!755 time=2@30 both=2@40!755 same=2@10 to=55@60!755 beside=55 alone=6@20!755 "+
		"mine=7@10 mine2=7@10")).
		write(t, w.at[plan.Local])
	check(t, os.Chmod(w.path(plan.Remote, "mine"), 0o755))
	w.link(plan.Remote, []string{"mode", "../outside"})
	w.link(plan.Remote, []string{"time", "both", "same"})
	w.link(plan.Remote, []string{"from", "beside"})
	w.link(plan.Local, []string{"mine", "mine2"})
	return w, w.compare()
}

func linkedWill(t *testing.T) plan.Sides[nodes] {
	t.Helper()
	w, p := linkedWorld(t, plan.Sides[bool]{})
	receipt, err := w.apply(p)
	if err != nil {
		t.Fatalf("%v\n%s", err, outcomes(receipt))
	}
	w.settled()
	w.honest(p, receipt, w.was)
	return w.trees()
}

// dressed: every file has the time and the mode that it had, or those that it is to have.
func (w *world) dressed(was, will plan.Sides[nodes]) {
	w.Helper()
	for _, side := range plan.BothSides {
		for path, n := range w.tree(side) {
			if n != was[side][path] && n != will[side][path] {
				w.Errorf("%s: %s is %v, neither %v nor %v", side, path, n, was[side][path], will[side][path])
			}
		}
	}
}

func TestABrokenApplyLeavesOtherNamesOfAFileAsTheyAre(t *testing.T) {
	needPosix(t, "modes")
	will := linkedWill(t)
	for name, c := range map[string]struct {
		can volume.Capabilities
		fat plan.Sides[bool]
	}{
		"exchange": {volume.Capabilities{Exchange: true, NoReplace: true, Link: true}, plan.Sides[bool]{}},
		"aside":    {volume.Capabilities{NoReplace: true}, plan.Sides[bool]{}},
		"links":    {volume.Capabilities{Link: true}, plan.Sides[bool]{false, true}},
	} {
		t.Run(name, func(t *testing.T) {
			var tries atomic.Int64
			sweepOn(t, c.fat, 6, ways[:3], func(t *testing.T, fat plan.Sides[bool], b *breaker) bool {
				w, p := linkedWorld(t, fat)
				w.can = &c.can
				switch settle := tries.Add(1)%2 == 0; {
				case !w.broken(p, b, will):
					return false
				case !w.open(plan.Local):
				case settle:
					if kept, err := w.recover(nil, plan.Local, plan.Remote); err != nil || len(kept) > 0 && len(kept[0].Kept) > 0 {
						t.Errorf("settled: %v, %+v", err, kept)
						return true
					}
					w.dressed(w.was, will)
					w.settledBack(p, will)
				default:
					if w.takenUp(p, will) {
						w.settled()
					}
				}
				return true
			})
		})
	}
}

// A link may be made at any moment of an apply: before each of its calls in turn. What is done to the file
// before that is done to the link too; nothing that comes after it is.
func TestALinkMadeWhileApplyingStaysAsItWasMade(t *testing.T) {
	needPosix(t, "modes")
	for n := 1; ; n += effort.Stride(15, 5) * slowness {
		w := newWorld(t, scratch(t))
		w.base = tryParse(t, "a=1@10 b=2@10")
		tryParse(t, "a=1@30!755 b=2@10!700").write(t, w.at[plan.Local])
		w.base.write(t, w.at[plan.Remote])
		p := w.compare()
		r := w.request(p)
		made, calls := plan.Sides[node]{}, 0
		r.SetHook(func(_ plan.Side, _ disk.Call) error {
			if calls++; calls == n {
				for i, name := range []string{"a", "b"} {
					check(w, os.Link(w.path(plan.Remote, name), w.path(plan.Remote, "made-"+name)))
					at, err := readNode(w.path(plan.Remote, "made-"+name))
					check(w, err)
					made[i] = at
				}
			}
			return nil
		})
		receipt, err := apply.Apply(context.Background(), r)
		if calls < n {
			return
		}
		if err != nil && !errors.Is(err, apply.ErrPartial) || receipt == nil {
			t.Fatalf("%d: %v", n, err)
		}
		for i, name := range []string{"made-a", "made-b"} {
			if got := w.tree(plan.Remote)[tree.Path(name)]; got != made[i] {
				t.Errorf("before call %d: %s was made as %v, and is %v", n, name, made[i], got)
			}
		}
		if got, want := w.tree(plan.Remote), tryParse(t, "a=1@30!755 b=2@10!700"); err == nil &&
			(got["a"] != want["a"] || got["b"] != want["b"]) {
			t.Errorf("before call %d: %v", n, got)
		}
	}
}
