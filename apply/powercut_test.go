package apply_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"treaty/apply"
	"treaty/apply/internal/disk"
	"treaty/apply/reach"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// power is a model of what a volume loses in a power cut that has no journal: of every name that changed
// since it was last synced, by the file's own sync or by the volume's, nobody can tell what it holds. It is
// as it is, or as it was; or it is gone, or empty, or cut short, as vfat was found to leave it. Private folders are as
// much at its mercy as the tree. The journal is only appended to, and what was synced of it stays.
type power struct {
	*breaker
	w  *world
	mu sync.Mutex
	// lasting is what the volumes hold whatever happens.
	lasting plan.Sides[nodes]
	dead    bool
	id      string // the plan's
}

func newPower(w *world, b *breaker) *power {
	p := &power{breaker: b, w: w}
	for _, side := range plan.BothSides {
		p.lasting[side] = read(w, w.at[side], "")
	}
	return p
}

func (p *power) hook(side plan.Side, call disk.Call) error {
	err := p.breaker.hook(side, call)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead = p.dead || err != nil; p.dead || !p.w.fat[side] {
		return err
	}
	switch at := p.w.path(side, call.Path); call.Kind {
	case disk.SyncVolume:
		p.lasting[side] = read(p.w, p.w.at[side], "")
	case disk.SyncFile:
		if n, err := readNode(at); err == nil {
			p.lasting[side][tree.Path(call.Path)] = n
		}
	}
	return nil
}

// cut is what the power cut leaves.
func (p *power) cut(side plan.Side, dice *rand.Rand) {
	p.w.Helper()
	now, lasting := read(p.w, p.w.at[side], ""), p.lasting[side]
	worst := dice.IntN(2) == 0 // nothing stays that could go
	names := map[tree.Path]bool{}
	for _, m := range []nodes{now, lasting} {
		for name := range m {
			names[name] = true
		}
	}
	for _, name := range slices.SortedFunc(maps.Keys(names), tree.Compare) {
		is, was := now[name], lasting[name]
		if is == was || is.kind != tree.File && was.kind != tree.File || is.kind == tree.Directory ||
			was.kind == tree.Directory ||
			name.Within(".treaty/journal") {
			continue
		}
		if name == ".treaty/lock" {
			// What boots again is another process, some time later.
			torn := node{kind: tree.File, mode: tree.Perm(0o600), mtime: tree.TimeOf(time.Now().Add(-time.Hour))}
			if _, open := now[tree.Path(".treaty/journal/"+p.id+".log")]; !open {
				torn = node{} // nobody would come to take it away
			}
			p.put(side, name, []node{{}, torn}[dice.IntN(2)])
			continue
		}
		if is.kind == tree.Absent {
			is = was
		}
		if is.content == was.content && was.kind == is.kind && is.kind == now[name].kind {
			p.put(side, name, []node{is, was}[dice.IntN(2)]) // a time or a mode: no name changed
			continue
		}
		short := is
		short.content = strings.Repeat("\x00", len(is.content)/2)
		empty := is
		empty.content = ""
		ends := []node{{}, empty, short, now[name], was}
		if worst {
			ends = ends[:3]
		}
		p.put(side, name, ends[dice.IntN(len(ends))])
	}
}

// put makes a name hold something.
func (p *power) put(side plan.Side, name tree.Path, n node) {
	p.w.Helper()
	at := p.w.path(side, string(name))
	dir, err := os.Lstat(filepath.Dir(at))
	if err != nil {
		return // its directory is not there
	}
	check(p.w, os.Chmod(filepath.Dir(at), 0o700))
	if err := os.Remove(at); err != nil && !errors.Is(err, os.ErrNotExist) {
		p.w.Fatalf("%v", err)
	}
	switch n.kind {
	case tree.File:
		writeFile(p.w, at, n)
	case tree.Symlink:
		check(p.w, os.Symlink(n.target, at))
	}
	check(p.w, os.Chmod(filepath.Dir(at), dir.Mode().Perm()))
}

// cutOff applies a plan until the power fails. It tells whether that was before the end.
func (w *world) cutOff(p *plan.Plan, n int, dice *rand.Rand) bool {
	w.Helper()
	power := newPower(w, &breaker{n: n, with: errDead})
	power.id = p.ID
	r := w.request(p)
	r.SetHook(power.hook)
	_, _ = apply.Apply(context.Background(), r)
	if !power.broke() {
		return false
	}
	for _, side := range plan.BothSides {
		if w.fat[side] {
			power.cut(side, dice)
		}
	}
	w.keepsEverything(w.was)
	return true
}

// cuts tries all moments for a power cut, each with some throws of the dice.
func cuts(t *testing.T, try func(t *testing.T, fat plan.Sides[bool], n int, dice *rand.Rand) bool) {
	t.Helper()
	stride, throws := effort.Stride(307, 97), 1
	if stride == 1 {
		throws = 4
	}
	for _, fat := range fats[1:] {
		t.Run(fatNames(fat), func(t *testing.T) {
			t.Parallel()
			for n := 1; ; n += stride {
				for throw := range throws {
					if !try(t, fat, n, rand.New(rand.NewPCG(uint64(n), uint64(throw)))) {
						t.Logf("%d calls", n)
						return
					}
					if t.Failed() {
						t.Fatalf("cut off at call %d, throw %d", n, throw)
					}
				}
			}
		})
	}
}

func TestAPowerCutLosesNothing(t *testing.T) {
	will := will(t)
	cuts(t, func(t *testing.T, fat plan.Sides[bool], n int, dice *rand.Rand) bool {
		w, p := richWorld(t, fat)
		if !w.cutOff(p, n, dice) {
			return false
		}
		if store, err := reach.Store(w.at[plan.Local]); err == nil {
			defer store.Close()
			if a, err := store.Applied(p.ID); err == nil && a != nil && !w.open(plan.Local) {
				return true // only the end was cut off
			}
		}
		r := w.request(p)
		var told []string
		r.Tell = func(n apply.Notice) { told = append(told, n.Words) }
		receipt, err := apply.Apply(context.Background(), r)
		if err != nil {
			t.Errorf("taken up: %v\n%s\n%q", err, outcomes(receipt), told)
			return true
		}
		w.over(p, will)
		w.settled()
		if t.Failed() {
			t.Logf("%q", told)
		}
		return true
	})
}

func TestAPowerCutIsSettledBack(t *testing.T) {
	will := will(t)
	cuts(t, func(t *testing.T, fat plan.Sides[bool], n int, dice *rand.Rand) bool {
		w, p := richWorld(t, fat)
		if !w.cutOff(p, n, dice) {
			return false
		}
		recovered, err := w.recover(nil, plan.Local, plan.Remote)
		if err != nil {
			t.Errorf("settled: %v", err)
			return true
		}
		w.settledBack(p, will)
		if t.Failed() {
			t.Logf("%+v", recovered)
		}
		return true
	})
}

// noCopies holds a finished apply to have removed the copies that it made.
func (w *world) noCopies(p *plan.Plan) {
	w.Helper()
	for _, side := range plan.BothSides {
		if left, err := os.ReadDir(w.path(side, fmt.Sprintf(".treaty/trash/%s/.treaty", p.ID))); err == nil {
			w.Errorf("%s: %d copies are left", side, len(left))
		}
	}
}

// Whatever the trees and the plan, and whatever the volumes can do: a power cut loses no content, and
// afterwards the apply comes to its end, or is settled back. What it did not do it says.
func TestAPowerCutInAnyPlan(t *testing.T) {
	needPosix(t, "links and modes")
	dir := scratch(t)
	effort.Check(t, 2, 15, func(r *rapid.T) {
		w := anyWorld(r, dir)
		defer os.RemoveAll(w.dir)
		w.fat = rapid.SampledFrom(fats[1:]).Draw(r, "fat")
		p := w.compare()
		decide(r, p)
		was := w.trees()
		can := rapid.SampledFrom([]volume.Capabilities{{Exchange: true, NoReplace: true, Link: true}, {NoReplace: true},
			{Link: true}, {}}).Draw(r, "can")
		less := func(_ plan.Side, p *volume.Probed) {
			p.Can.Exchange, p.Can.NoReplace, p.Can.Link = p.Can.Exchange && can.Exchange,
				p.Can.NoReplace && can.NoReplace, p.Can.Link && can.Link
		}
		power := newPower(w, &breaker{n: rapid.IntRange(20, 150).Draw(r, "at"), with: errDead})
		power.id = p.ID
		request := w.request(p)
		request.SetProbed(less)
		request.SetHook(power.hook)
		receipt, err := apply.Apply(context.Background(), request)
		if !power.broke() {
			return
		}
		dice := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "dice"), 0))
		for _, side := range plan.BothSides {
			if w.fat[side] {
				power.cut(side, dice)
			}
		}
		w.keepsEverything(was)
		var told []string
		defer func() {
			if r.Failed() {
				w.story(p, was, receipt, err)
				w.Logf("cut off at call %d, able to %+v, fat %v; %q", power.n, can, w.fat, told)
			}
		}()
		if rapid.Bool().Draw(r, "settled back") {
			recovery := apply.Recovery{By: ann, Dirs: []string{w.at[plan.Local], w.at[plan.Remote]}}
			recovery.SetFAT(w.fat)
			recovery.SetProbed(less)
			_, err = apply.Recover(context.Background(), recovery)
			if err != nil {
				r.Errorf("settled back: %v", err)
			}
		} else if w.open(plan.Local) {
			request.SetHook(nil)
			request.Tell = func(n apply.Notice) { told = append(told, n.Words) }
			receipt, err = apply.Apply(context.Background(), request)
			if receipt == nil || receipt.Totals.Failed > 0 {
				r.Errorf("taken up: %v", err)
			}
		}
		w.keepsEverything(was)
		w.touchesOnly(p, was)
		for _, side := range plan.BothSides {
			if w.open(side) {
				r.Errorf("%s is open", side)
			}
		}
	})
}
