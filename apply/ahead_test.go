package apply_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"treaty/apply"
	"treaty/apply/internal/disk"
	"treaty/plan"
	"treaty/testdata/effort"
)

// twoGroups is a world in which more files are created on remote than are put in place together. The last of the first
// group replaces one.
func twoGroups(t *testing.T, fat plan.Sides[bool]) (*world, *plan.Plan) {
	t.Helper()
	w := newWorld(t, scratch(t))
	w.fat = fat
	w.base = native(tryParse(t, "old=1"))
	var files strings.Builder
	for n := range 1050 {
		fmt.Fprintf(&files, " f%04d=%d", n, n)
	}
	tryParse(t, "old=1"+files.String()).write(t, w.at[plan.Local])
	tryParse(t, "old=1 f1023=99999").write(t, w.at[plan.Remote])
	p := w.compare()
	for i := range p.Conflicts {
		p.Conflicts[i].Resolution = plan.TakeLocal
	}
	return w, p
}

// inStage tells of a call that begins to stage a file.
func inStage(call disk.Call) bool {
	return call.Kind == disk.MakeFile && strings.Contains(call.Path, "/stage/")
}

func TestWhileOneGroupIsPutInPlaceTheNextIsStaged(t *testing.T) {
	w, p := twoGroups(t, plan.Sides[bool]{})
	staged, meanwhile := make(chan bool, 2000), false
	request := w.request(p)
	request.SetHook(func(side plan.Side, call disk.Call) error {
		switch {
		case side == plan.Local:
		case inStage(call):
			staged <- true
		case call.Kind == disk.Rename && call.Path == "f0000":
			for range 1025 {
				select {
				case <-staged:
				case <-time.After(time.Minute):
					return errors.New("nothing of the next group is staged")
				}
			}
			meanwhile = true
		}
		return nil
	})
	receipt, err := apply.Apply(context.Background(), request)
	if err != nil || !meanwhile {
		t.Fatalf("%v, staged meanwhile: %v\n%+v", err, meanwhile, receipt.Totals)
	}
	w.keepsEverything(w.was)
	w.settled()
}

func TestWhereRenamesMayBeLostNothingIsStagedMeanwhile(t *testing.T) {
	w, p := twoGroups(t, plan.Sides[bool]{plan.Remote: true})
	var staged atomic.Int64
	before := int64(0)
	request := w.request(p)
	request.SetHook(func(side plan.Side, call disk.Call) error {
		switch {
		case side == plan.Local:
		case inStage(call):
			staged.Add(1)
		case call.Kind == disk.Rename && call.Path == "f0000":
			before = staged.Load()
		case call.Kind == disk.Rename && call.Path == "f0063" && staged.Load() != before:
			t.Errorf("%d files were staged while others were put in place", staged.Load()-before)
		}
		return nil
	})
	if _, err := apply.Apply(context.Background(), request); err != nil || before == 0 {
		t.Fatalf("%v; %d were staged before the first was put in place", err, before)
	}
	w.settled()
}

func TestAnApplyThatBreaksWhileItStagesAheadIsTakenUp(t *testing.T) {
	if testing.Short() {
		t.Skip("it copies thousands of files")
	}
	counted := &breaker{}
	w, p := twoGroups(t, plan.Sides[bool]{})
	request := w.request(p)
	request.SetHook(counted.hook)
	if _, err := apply.Apply(context.Background(), request); err != nil {
		t.Fatal(err)
	}
	will, tries := w.trees(), effort.Tries(0, 1)
	for n := range min(tries, counted.calls) {
		at, with := counted.calls*(n+1)/(tries+1), ways[n%3]
		t.Run(fmt.Sprintf("%v at %d", with, at), func(t *testing.T) {
			w, p := twoGroups(t, plan.Sides[bool]{})
			if b := (&breaker{n: at, with: with}); !w.broken(p, b, will) || !w.open(plan.Local) {
				return // it was broken in what does not matter
			}
			w.takenUp(p, will)
		})
	}
}

// The driver of a FAT volume chooses where a file lies while it is written: two at a time end in pieces.
func TestWhereRenamesMayBeLostOneContentIsStagedAtATime(t *testing.T) {
	for _, fat := range []bool{false, true} {
		w := newWorld(t, scratch(t))
		w.fat = plan.Sides[bool]{plan.Remote: fat}
		tryParse(t, "a=1 b=2 c=3 d=4").write(t, w.at[plan.Local])
		request := w.request(w.compare())
		var mu sync.Mutex
		begun, together := map[string]bool{}, 0
		second := make(chan bool)
		met := sync.OnceFunc(func() { close(second) })
		request.SetHook(func(side plan.Side, call disk.Call) error {
			if side == plan.Local || !strings.Contains(call.Path, "/stage/") {
				return nil
			}
			mu.Lock()
			switch call.Kind {
			case disk.MakeFile:
				begun[call.Path] = true
				if together = max(together, len(begun)); len(begun) == 2 {
					met()
				}
			case disk.SetTime:
				delete(begun, call.Path)
			}
			first := call.Kind == disk.MakeFile && together == 1
			mu.Unlock()
			if first && !fat {
				select {
				case <-second:
				case <-time.After(time.Minute):
				}
			}
			return nil
		})
		if _, err := apply.Apply(context.Background(), request); err != nil {
			t.Fatal(err)
		}
		if want := map[bool]int{false: 2, true: 1}[fat]; together != want {
			t.Errorf("FAT-class %v: %d contents were staged at a time, and not %d", fat, together, want)
		}
		w.settled()
	}
}
