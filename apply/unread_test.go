package apply_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/disk"
	"treaty/apply/internal/local"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// failingReads are volumes of which a file cannot be read to its end, from the n-th that is opened for its content on.
type failingReads struct {
	n      int32
	opened atomic.Int32
	with   error
}

// open opens a directory of this machine as such a volume.
func (f *failingReads) open(root string) (volume.Volume, error) {
	v, err := local.Open(root)
	return &failingVolume{v, f}, err
}

func (f *failingReads) content(c volume.Content, err error) (volume.Content, error) {
	if err != nil || f.opened.Add(1) < f.n {
		return c, err
	}
	if errors.Is(f.with, fs.ErrNotExist) {
		return nil, errors.Join(f.with, c.Close())
	}
	return failingContent{c, f.with}, nil
}

type failingVolume struct {
	volume.Volume
	reads *failingReads
}

// Present: a volume that says of all that it is not there was pulled out.
func (v *failingVolume) Present() error {
	if errors.Is(v.reads.with, fs.ErrNotExist) && v.reads.opened.Load() >= v.reads.n {
		return fmt.Errorf("%s: %w", v.Root(), scan.ErrVanished)
	}
	return v.Volume.Present()
}

func (v *failingVolume) Open(file tree.Path) (volume.Content, error) {
	return v.reads.content(v.Volume.Open(file))
}

func (v *failingVolume) Change(run string, options volume.Options) (volume.Changer, error) {
	c, err := v.Volume.Change(run, options)
	return &failingChanger{c, v.reads}, err
}

type failingChanger struct {
	volume.Changer
	reads *failingReads
}

func (c *failingChanger) Content(path tree.Path, before *tree.State) (volume.Content, error) {
	return c.reads.content(c.Changer.Content(path, before))
}

// Changed tells whether somebody wrote late, for which what lies in the trash is read.
func (c *failingChanger) Changed(place string, before *tree.State) (bool, error) {
	if c.reads.opened.Add(1) >= c.reads.n {
		return false, c.reads.with
	}
	return c.Changer.Changed(place, before)
}

type failingContent struct {
	volume.Content
	with error
}

func (c failingContent) Read([]byte) (int, error) { return 0, c.with }

// What cannot be read is not taken for what somebody has changed: the same apply goes on once it can be.
func TestAReadThatFailsIsNoDrift(t *testing.T) {
	for _, fat := range fats {
		for _, with := range []error{errUnplugged, errIO, io.ErrUnexpectedEOF, fs.ErrNotExist} {
			t.Run(strings.ReplaceAll(fmt.Sprint(fatNames(fat), " ", with), " ", "-"), func(t *testing.T) {
				t.Parallel()
				for n := int32(1); ; n += 1 + 4*int32(stride()) {
					w, p := richWorld(t, fat)
					was := w.trees()
					reads := failingReads{n: n, with: with}
					request := w.request(p)
					request.Open = reads.open
					receipt, err := apply.Apply(context.Background(), request)
					if reads.opened.Load() < n {
						check(t, err)
						return
					}
					if !errors.Is(err, apply.ErrPartial) || receipt.Totals.Failed == 0 || receipt.Totals.Drifted > 0 {
						t.Errorf("unread from the %d. on: %v\n%s", n, err, outcomes(receipt))
					}
					for _, side := range plan.BothSides {
						if !w.open(side) {
							t.Errorf("unread from the %d. on: no journal of %s is open", n, side)
						}
					}
					receipt, err = w.apply(p)
					if err != nil || receipt.Totals.Failed+receipt.Totals.Drifted > 0 {
						t.Fatalf("unread from the %d. on, and taken up: %v\n%s", n, err, outcomes(receipt))
					}
					w.keepsEverything(was)
					w.settled()
				}
			})
		}
	}
}

// Who pulls a stick out, and finds another folder or none where it was, has changed nothing on it: the apply says so,
// and goes on when the stick is back.
func TestATreeThatIsPulledOutIsNoDrift(t *testing.T) {
	needPosix(t, "an open directory that can be renamed")
	for nth := 1; nth < 400; nth += 5 * stride() {
		w, p := richWorld(t, plan.Sides[bool]{})
		was := w.trees()
		var mu sync.Mutex // calls are made several at a time
		calls, pulled := 0, false
		request := w.request(p)
		request.SetHook(func(plan.Side, disk.Call) error {
			mu.Lock()
			defer mu.Unlock()
			if calls++; calls == nth {
				pulled = true
				check(t, os.Rename(w.at[plan.Remote], w.at[plan.Remote]+" pulled"))
			}
			if pulled {
				return fs.ErrNotExist
			}
			return nil
		})
		receipt, err := apply.Apply(context.Background(), request)
		if !pulled {
			return
		}
		check(t, os.Rename(w.at[plan.Remote]+" pulled", w.at[plan.Remote]))
		if err == nil || receipt != nil && receipt.Totals.Drifted > 0 {
			t.Errorf("pulled out at call %d: %v\n%s", nth, err, outcomes(receipt))
		}
		receipt, err = w.apply(p)
		if err != nil && receipt == nil && !w.open(plan.Local) {
			continue // only what comes after it was left
		}
		if err != nil || receipt.Totals.Failed+receipt.Totals.Drifted > 0 {
			t.Fatalf("pulled out at call %d, and taken up: %v\n%s", nth, err, outcomes(receipt))
		}
		w.keepsEverything(was)
		w.settled()
	}
}
