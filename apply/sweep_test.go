package apply_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/disk"
	"treaty/apply/reach"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// Here an apply, taking it up again, and settling it back are each broken at every call that changes or
// syncs something, or in a sample of them, by an error or by the end of the process.

// richWorld has an operation of every kind in both directions, and conflicts with directories in them.
func richWorld(t *testing.T, fat plan.Sides[bool]) (*world, *plan.Plan) {
	t.Helper()
	w := newWorld(t, scratch(t))
	w.fat = fat
	return w, w.rich()
}

// rich fills a world, and makes its plan.
func (w *world) rich() *plan.Plan {
	w.Helper()
	caseless := spelling // so that a name may be spelled otherwise
	w.options.RemoteFS = &caseless
	base := "spelled=30 update=1 delete=2 chmod=3 touch=4 from=55 into/!755 gone/ gone/x=6 type=7 kept=8 link->a away/ " +
		"away/1=11 mine=14 text=one~two~three~four"
	w.base = native(tryParse(w, base))
	w.place(plan.Remote).write(w, native(tryParse(w,
		"spelled=30 update=1 delete=2 chmod=3 touch=4 from=55 into/!755 gone/ gone/x=6 type=7 kept=8 link->a away/ "+
			"away/1=12 mine=15 text=one~two~three~FOUR@101 "+
			"odd/ odd/a=16 odd/b/ odd/b/c=17 both/ both/a=18 both/d/ both/d/e=19 new=20 newdir/!555 newdir/z=21")))
	w.place(plan.Local).write(w, native(tryParse(w,
		"Spelled=310 update=10 chmod=3!755 touch=4@50 to=55@60!755 into/ into/new=9 into/sub/ into/sub/y=9 type/ type/z=5 "+
			"kept=8 create=7 made/ made/m=3 link->b mine=14 "+
			"odd=22 both=23 text=ONE~two~three~four@102")))
	p := w.compare()
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		switch c.Path {
		case "away/1":
			c.Resolution = plan.TakeRemote
		case "text":
			c.Resolution = plan.TakeMerged
		case "both":
			c.Resolution = plan.KeepBoth
		default:
			c.Resolution = plan.TakeLocal
		}
	}
	return p
}

var errDead = errors.New("the process is dead")

// breaker breaks a run at its n-th call.
type breaker struct {
	sync.Mutex
	calls, n int
	// with is the error; with errDead, nothing is done ever after.
	with error
}

func (b *breaker) hook(plan.Side, disk.Call) error {
	b.Lock()
	defer b.Unlock()
	b.calls++
	if b.calls == b.n || b.calls > b.n && b.n > 0 && b.with == errDead {
		return b.with
	}
	return nil
}

// broke tells whether the run got that far.
func (b *breaker) broke() bool {
	b.Lock()
	defer b.Unlock()
	return b.calls >= b.n
}

var ways = []error{errDead, errIO, errNoSpace, errDenied, errUnplugged}

// deep is the call that a run makes where it makes the n-th on sound volumes, more or less.
func deep(n int, fat plan.Sides[bool]) int {
	for _, lossy := range fat {
		if lossy {
			n += n / 2
		}
	}
	return n
}

// sweep calls try with ever later calls to break at, until it tells that the run was over before.
func sweep(t *testing.T, stride int, try func(t *testing.T, fat plan.Sides[bool], b *breaker) bool) {
	t.Helper()
	for _, fat := range fats {
		t.Run(fatNames(fat), func(t *testing.T) { sweepOn(t, fat, stride, ways, try) })
	}
}

func sweepOn(t *testing.T, fat plan.Sides[bool], stride int, ways []error,
	try func(t *testing.T, fat plan.Sides[bool], b *breaker) bool) {
	t.Helper()
	if effort.Sweep() == 0 {
		ways = ways[:1] // in memory all others happen: see TestAnyAccidentIsTakenUp
	}
	var count sync.Map
	t.Cleanup(func() {
		for _, with := range ways {
			n, _ := count.Load(with)
			t.Logf("%v: broken at %v calls", with, n)
		}
	})
	for i, with := range ways {
		t.Run(strings.ReplaceAll(with.Error(), " ", "-"), func(t *testing.T) {
			t.Parallel()
			usual := stride * slowness
			if fat != (plan.Sides[bool]{}) {
				usual *= 2 // there are twice as many calls
			}
			if with != errDead {
				usual *= 4
			}
			step := effort.Stride(9*usual, 3*usual)
			if fat[plan.Local] && step < usual {
				step = usual // a local tree that is FAT's is a sample all the same
			}
			broken := 0
			for n := 1 + i; ; n += step {
				b := &breaker{n: n, with: with}
				if !try(t, fat, b) {
					break
				}
				if broken++; t.Failed() {
					t.Fatalf("broken at call %d", n)
				}
			}
			count.Store(with, broken)
		})
	}
}

// half is invariant 10: every path is as it was or as it is to be, or it is on its way from one type or
// place to another, or, where names can't be exchanged, it is absent, what it was is in the trash, and the
// journal is open.
func (w *world) half(was, will plan.Sides[nodes]) {
	w.Helper()
	for _, side := range plan.BothSides {
		now := w.tree(side)
		for path, n := range now {
			before, there := was[side][path]
			after, comes := will[side][path]
			if (!there || contentOf(n) != contentOf(before)) && (!comes || contentOf(n) != contentOf(after)) &&
				n.kind != tree.Directory {
				w.Errorf("%s: %s is %v, neither %v nor %v", side, path, n, before, after)
			}
		}
		for path, before := range was[side] {
			after, stays := will[side][path]
			aside := w.can != nil && !w.can.Exchange && w.open(plan.Local) && w.discarded(side, before)
			if _, there := now[path]; !there && stays && after.kind == before.kind && !aside {
				w.Errorf("%s: %s is absent, and was %v and will be %v", side, path, before, after)
			}
		}
	}
}

// discarded tells whether the trash of a side has a content.
func (w *world) discarded(side plan.Side, what node) bool {
	w.Helper()
	for _, n := range w.trash(side) {
		if contentOf(n) == contentOf(what) {
			return true
		}
	}
	return false
}

// will is what the rich world becomes.
func will(t *testing.T) plan.Sides[nodes] {
	t.Helper()
	w, p := richWorld(t, plan.Sides[bool]{})
	b := &breaker{}
	r := w.request(p)
	r.SetHook(b.hook)
	receipt, err := apply.Apply(context.Background(), r)
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, describe(p), outcomes(receipt))
	}
	w.settled()
	w.honest(p, receipt, w.was)
	t.Logf("%d calls, %d results", b.calls, len(receipt.Results))
	return w.trees()
}

// broken breaks an apply. It tells whether there was anything to break.
func (w *world) broken(p *plan.Plan, b *breaker, will plan.Sides[nodes]) bool {
	w.Helper()
	r := w.request(p)
	r.SetHook(b.hook)
	receipt, err := apply.Apply(context.Background(), r)
	if !b.broke() {
		return false
	}
	if err != nil && receipt != nil && !errors.Is(err, apply.ErrPartial) {
		w.Errorf("error %v with a receipt", err)
	}
	w.keepsEverything(w.was)
	w.touchesOnly(p, w.was)
	w.half(w.was, will)
	return true
}

// open tells whether a journal is open on a side.
func (w *world) open(side plan.Side) bool {
	w.Helper()
	folder := w.store(side)
	defer folder.Close()
	err := folder.Settled()
	if err != nil && !errors.Is(err, apply.ErrOpen) {
		w.Errorf("%v", err)
	}
	return err != nil
}

// over checks that nothing is open, and that nothing is done twice.
func (w *world) over(p *plan.Plan, will plan.Sides[nodes]) {
	w.Helper()
	for _, side := range plan.BothSides {
		if w.open(side) {
			w.Errorf("%s: the journal is open", side)
		}
		if now := w.tree(side); !now.equal(will[side]) {
			w.Errorf("%s: it is   %v\nnot %v", side, now, will[side])
		}
	}
	w.keepsEverything(w.was)
	w.touchesOnly(p, w.was)
	w.archived(p)
	w.nothingStaged()
	w.noCopies(p)
	if _, err := w.apply(p); !errors.Is(err, apply.ErrStale) {
		w.Errorf("applied again: %v", err)
	}
}

func TestABrokenApplyIsTakenUp(t *testing.T) {
	will := will(t)
	sweep(t, 60, func(t *testing.T, fat plan.Sides[bool], b *breaker) bool {
		w, p := richWorld(t, fat)
		if !w.broken(p, b, will) {
			return false
		}
		folder, err := reach.Store(w.at[plan.Local])
		check(t, err)
		defer folder.Close()
		if a, err := folder.Applied(p.ID); err == nil && a != nil && !w.open(plan.Local) {
			return true // it was broken in what does not matter
		}
		if w.takenUp(p, will) {
			w.settled()
		}
		return true
	})
}

// takenUp takes a broken apply up, which is then to have come to what it was to come to; false where it is not done.
func (w *world) takenUp(p *plan.Plan, will plan.Sides[nodes]) bool {
	w.Helper()
	receipt, err := w.apply(p)
	if err != nil {
		w.Errorf("taken up: %v\n%s", err, outcomes(receipt))
		return false
	}
	w.over(p, will)
	return true
}

// Taking it up may be broken as well, any number of times.
func TestTakingUpMayBreakToo(t *testing.T) {
	will := will(t)
	sweep(t, 180, func(t *testing.T, fat plan.Sides[bool], b *breaker) bool {
		w, p := richWorld(t, fat)
		r := w.request(p)
		first := &breaker{n: deep(150, fat), with: errDead}
		r.SetHook(first.hook)
		if _, err := apply.Apply(context.Background(), r); err == nil {
			t.Fatal("not broken")
		}
		if !w.broken(p, b, will) {
			return false
		}
		if !w.open(plan.Local) {
			return true
		}
		w.takenUp(p, will)
		return true
	})
}

// The weakest volumes can neither exchange names, nor refuse to replace one, nor link. All that are so lose what
// is renamed. Every other run is settled back, and every other taken up.
func TestABrokenApplyIsTakenUpOrSettledWhereVolumesCanDoLittle(t *testing.T) {
	will := will(t)
	for name, can := range map[string]volume.Capabilities{"links": {Link: true}, "nothing": {}} {
		t.Run(name, func(t *testing.T) {
			var tries atomic.Int64
			sweepOn(t, plan.Sides[bool]{false, true}, 30, ways[:2], func(t *testing.T, fat plan.Sides[bool], b *breaker) bool {
				w, p := richWorld(t, fat)
				w.can = &can
				switch settle := tries.Add(1)%2 == 0; {
				case !w.broken(p, b, will):
					return false
				case !w.open(plan.Local):
				case settle:
					if _, err := w.recover(nil, plan.Local, plan.Remote); err != nil {
						t.Errorf("settled: %v", err)
						return true
					}
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

// recover settles what is open on some sides.
func (w *world) recover(b *breaker, sides ...plan.Side) ([]apply.Recovered, error) {
	w.Helper()
	r := apply.Recovery{By: ann, Open: w.opener()}
	r.SetFAT(w.fat)
	r.SetProbed(w.limit)
	if b != nil {
		r.SetHook(b.hook)
	}
	for _, side := range sides {
		r.Dirs = append(r.Dirs, w.at[side])
	}
	settled, err := apply.Recover(context.Background(), r)
	return settled.Applies, err
}

// settledBack checks what holds once everything was settled, and that a new sync then comes to the end.
func (w *world) settledBack(p *plan.Plan, will plan.Sides[nodes]) {
	w.Helper()
	for _, side := range plan.BothSides {
		if w.open(side) {
			w.Errorf("%s: the journal is open", side)
		}
	}
	w.keepsEverything(w.was)
	w.touchesOnly(p, w.was)
	w.half(w.was, will)
	w.nothingStaged()
	before := w.snapshot()
	if again, err := w.recover(nil, plan.Local, plan.Remote); err != nil || len(again) > 0 {
		w.Errorf("settled twice: %v, %v", again, err)
	}
	if !w.snapshot().equal(before) {
		w.Errorf("settling twice is not settling once")
	}
}

func TestABrokenApplyIsSettledBack(t *testing.T) {
	will := will(t)
	for name, sides := range map[string][]plan.Side{"both": {plan.Local, plan.Remote}, "remote-first": {plan.Remote}} {
		t.Run(name, func(t *testing.T) {
			sweep(t, 60, func(t *testing.T, fat plan.Sides[bool], b *breaker) bool {
				w, p := richWorld(t, fat)
				if !w.broken(p, b, will) {
					return false
				}
				was := w.open(plan.Local)
				if _, err := w.recover(nil, sides...); err != nil {
					t.Errorf("settled: %v", err)
					return true
				}
				if len(sides) == 1 && was {
					// The stick was settled alone, elsewhere; then the apply goes on at home.
					w.takenUp(p, will)
					return true
				}
				w.settledBack(p, will)
				return true
			})
		})
	}
}

// TestWhatIsSettledApartIsToldAsItIs: an apply dies at each write of a journal, and then each tree is settled by
// itself, the stick first. The receipt has as done what is there, and as not done what is not.
func TestWhatIsSettledApartIsToldAsItIs(t *testing.T) {
	will := will(t)
	for n := 1; ; n += effort.Stride(15, 4) {
		w, p := richWorld(t, plan.Sides[bool]{})
		b := &breaker{n: n, with: errDead}
		r := w.request(p)
		r.SetHook(func(side plan.Side, call disk.Call) error {
			if !strings.Contains(call.Path, ".treaty/journal") && !b.broke() {
				return nil
			}
			return b.hook(side, call)
		})
		if _, err := apply.Apply(context.Background(), r); !b.broke() {
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("broken at %d calls", n)
			return
		}
		if w.settledApart(will); t.Failed() {
			t.Fatalf("broken at write %d", n)
		}
	}
}

// settledApart settles the remote tree by itself, then the local one, and holds the receipt to what is there.
func (w *world) settledApart(will plan.Sides[nodes]) {
	w.Helper()
	_, err := w.recover(nil, plan.Remote)
	check(w, err)
	settled, err := w.recover(nil, plan.Local)
	check(w, err)
	for _, s := range settled {
		if s.Receipt != nil {
			w.told(s.Receipt, will)
		}
	}
}

// told holds a receipt to what is on the disk where that is either as it was or as it was to be.
func (w *world) told(r *apply.Receipt, will plan.Sides[nodes]) {
	w.Helper()
	now := w.trees()
	for i := range r.Results {
		result := &r.Results[i]
		if result.Side == nil {
			continue
		}
		was, is := w.was[*result.Side][result.Path], now[*result.Side][result.Path]
		switch to := will[*result.Side][result.Path]; {
		case was == to:
		case is == was && result.Outcome == apply.Done:
			w.Errorf("%s: it is as it was", line(result))
		case is == to && result.Outcome == apply.Failed && *result.Side == plan.Remote:
			w.Errorf("%s: it is as it was to be", line(result))
		}
	}
}

func TestSettlingBackMayBreakToo(t *testing.T) {
	will := will(t)
	for name, capable := range map[string]bool{"exchange": true, "no-exchange": false} {
		t.Run(name, func(t *testing.T) {
			sweep(t, 40, func(t *testing.T, fat plan.Sides[bool], b *breaker) bool {
				w, p := richWorld(t, fat)
				r := w.request(p)
				// Broken while contents are swapped, so that much is open.
				first := &breaker{n: deep(120, fat), with: errDead}
				r.SetHook(first.hook)
				less := func(_ plan.Side, p *volume.Probed) { p.Can.Exchange = p.Can.Exchange && capable }
				r.SetProbed(less)
				if _, err := apply.Apply(context.Background(), r); err == nil {
					t.Fatal("not broken")
				}
				second := apply.Recovery{By: ann, Dirs: []string{w.at[plan.Local], w.at[plan.Remote]}}
				second.SetHook(b.hook)
				second.SetFAT(w.fat)
				second.SetProbed(less)
				_, err := apply.Recover(context.Background(), second)
				if !b.broke() {
					return false
				}
				if left := w.open(plan.Local) && w.open(plan.Remote); left && !errors.Is(err, apply.ErrOpen) {
					t.Errorf("the journals are open, and that is not told: %v", err)
				}
				w.keepsEverything(w.was)
				w.touchesOnly(p, w.was)
				if _, err := w.recover(nil, plan.Local, plan.Remote); err != nil {
					t.Errorf("settled: %v", err)
					return true
				}
				w.settledBack(p, will)
				return true
			})
		})
	}
}
