package apply_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"treaty/apply"
	"treaty/apply/internal/disk"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/testdata/effort"
)

// forgetful is a world in which one side's volume gives files the time of their writing, whatever they are told.
type forgetful struct {
	*world
	side plan.Side
	said []apply.Notice
}

// asked is a request to such a world, which dies at a call with n; 0 is never.
func (f *forgetful) asked(p *plan.Plan, n int) apply.Request {
	f.Helper()
	b := &breaker{n: n, with: errDead}
	f.fat[f.side] = true
	request := f.request(p)
	request.SetProbed(func(side plan.Side, probed *volume.Probed) { probed.Traits.IgnoresTimes = side == f.side })
	request.SetHook(func(side plan.Side, call disk.Call) error {
		if n > 0 {
			if err := b.hook(side, call); err != nil {
				return err
			}
		}
		if side == f.side && call.Kind == disk.SetTime {
			return syscall.EPERM
		}
		return nil
	})
	request.Tell = func(n apply.Notice) { f.said = append(f.said, n) }
	return request
}

// planned is a plan that has no conflicts, and gives nobody a time.
func (f *forgetful) planned() *plan.Plan {
	f.Helper()
	p := f.paired((*apply.Pair).Plan)
	if len(p.Conflicts) > 0 || strings.Contains(describe(p), "touch") || p.Summary.Problems.Blocked > 0 {
		f.Fatalf("what one side did is not what the other gets:\n%s", describe(p))
	}
	return p
}

// settles carries a plan out, and finds nothing to do then.
func (f *forgetful) settles(p *plan.Plan, dies int) {
	f.Helper()
	if dies > 0 {
		if _, err := apply.Apply(context.Background(), f.asked(p, dies)); err == nil {
			dies = 0
		}
	}
	if _, err := apply.Apply(context.Background(), f.asked(p, 0)); err != nil &&
		!strings.Contains(err.Error(), "applied already") {
		f.Fatalf("%v\n%s", err, describe(p))
	}
	if p := f.paired((*apply.Pair).Plan); len(p.Operations)+len(p.Conflicts) > 0 {
		f.Fatalf("just synced, the next plan is\n%s", describe(p))
	}
}

// become makes a side hold what a person made of it.
func (f *forgetful) become(side plan.Side, m nodes) {
	f.Helper()
	entries, err := os.ReadDir(f.at[side])
	check(f, err)
	for _, e := range entries {
		if e.Name() != ".treaty" {
			check(f, os.RemoveAll(filepath.Join(f.at[side], e.Name())))
		}
	}
	m.write(f, f.at[side])
}

func newForgetful(t tester, dir string, side plan.Side) *forgetful {
	return &forgetful{world: newWorld(t, dir), side: side}
}

// What one side did since the last sync travels, on whichever side the volume is that keeps no times; nothing is
// touched for ever, and nothing is a conflict for its time alone.
func TestAnyHistoryOnAVolumeThatIgnoresTimes(t *testing.T) {
	needPosix(t, "modes")
	dir := scratch(t)
	effort.Check(t, 3, 20, func(r *rapid.T) {
		at, err := os.MkdirTemp(dir, "")
		check(r, err)
		defer os.RemoveAll(at)
		defer openUp(at)
		f := newForgetful(r, at, plan.BothSides[rapid.IntRange(0, 1).Draw(r, "ignores times")])
		first := plan.BothSides[rapid.IntRange(0, 1).Draw(r, "has files")]
		anyTree(r, "first").write(r, f.at[first])
		f.settles(f.planned(), 0)
		for range rapid.IntRange(1, 3).Draw(r, "rounds") {
			side := plan.BothSides[rapid.IntRange(0, 1).Draw(r, "edited")]
			f.become(side, edited(r, f.tree(side), "edit"))
			f.settles(f.planned(), rapid.SampledFrom([]int{0, 0, 3, 20, 60}).Draw(r, "dies"))
			f.sameContent()
		}
		if len(f.said) != 1 || f.said[0] != (apply.Notice{TimesIgnored: true, Side: f.side}) {
			r.Errorf("said of the volume: %v", f.said)
		}
	})
}

// sameContent: both sides have the same files with the same content.
func (f *forgetful) sameContent() {
	f.Helper()
	local, remote := f.tree(plan.Local), f.tree(plan.Remote)
	if !slices.Equal(sorted(local), sorted(remote)) {
		f.Errorf("local has %v, remote %v", local, remote)
	}
	for path, n := range local {
		if remote[path].content != n.content {
			f.Errorf("%s: %q on local, %q on remote", path, n.content, remote[path].content)
		}
	}
}

// The first plan does not know yet what the volume is like; what it asks for is done as far as that can be.
func TestTheFirstApplyFindsThatAVolumeIgnoresTimes(t *testing.T) {
	needPosix(t, "modes")
	f := newForgetful(t, scratch(t), plan.Remote)
	tryParse(t, "newer=1@30 new=2@20 same=3@10 older=4@10").write(t, f.at[plan.Local])
	tryParse(t, "newer=1@10 same=3@10 older=4@40").write(t, f.at[plan.Remote])
	f.settles(f.paired((*apply.Pair).Plan), 0)
	f.become(plan.Local, tryParse(t, "newer=7@50 new=2@20 same=3@10 older=4@40"))
	p := f.planned()
	if got := describe(p); len(p.Operations) != 1 || !strings.Contains(got, "update remote newer") {
		t.Errorf("an edit travels as\n%s", got)
	}
	f.settles(p, 0)
}
