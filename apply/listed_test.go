package apply_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/disk"
	"treaty/apply/internal/local"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// walks is a volume that counts how often it is listed.
type walks struct {
	volume.Volume
	times *int
}

func (l walks) Walk(ctx context.Context, options scan.Options) volume.Walk {
	*l.times++
	return l.Volume.Walk(ctx, options)
}

// A tree is listed before the first write, and again only where much was done to it, or where there was no file before
// by which it is known whether files have numbers that last: what is recorded otherwise was seen already, but for the
// names that something was done to.
func TestATreeThatLittleIsDoneToIsListedOnce(t *testing.T) {
	many := strings.Join(manyFiles(65), " ")
	for _, c := range []struct {
		name, base, local, remote string
		times                     plan.Sides[int]
	}{
		{"nothing", "", "a=1 d/b=2", "a=1 d/b=2", plan.Sides[int]{1, 1}},
		{"a first copy", "", "a=1 d/b=2", "", plan.Sides[int]{1, 2}},
		{"a first copy back", "", "", "a=1 d/b=2", plan.Sides[int]{2, 1}},
		{"some on both sides", "", "a=1 e/c=1", "d/b=2", plan.Sides[int]{1, 1}},
		{"an update", "a=1 d/b=2", "a=1 d/b=3", "a=1 d/b=2", plan.Sides[int]{1, 1}},
		{"an update each way", "a=1 d/b=2", "a=1 d/b=3", "a=5 d/b=2", plan.Sides[int]{1, 1}},
		{"a move and a delete", "a=1 c=9 d/b=2", "e/a=1 d/b=2", "a=1 c=9 d/b=2", plan.Sides[int]{1, 1}},
		{"rules", "a=1 d/b=2", "a=1 d/b=2 d/.treatyignore=x", "a=1 d/b=2", plan.Sides[int]{1, 2}},
		{"many files", "a=1 d/b=2", "a=1 d/b=2 " + many, "a=1 d/b=2", plan.Sides[int]{1, 2}},
		{"few of many files", "d/b=2 " + many, "d/b=3 " + many, "d/b=2 " + many, plan.Sides[int]{1, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, scratch(t))
			if c.base != "" {
				w.agreeOn(c.base)
				w.remembers = true
				w.replaceBy(plan.Local, c.local)
				w.replaceBy(plan.Remote, c.remote)
			} else {
				w.place(plan.Local).write(t, tryParse(t, c.local))
				w.place(plan.Remote).write(t, tryParse(t, c.remote))
			}
			request := w.request(w.compare())
			var times plan.Sides[int]
			request.Open = func(root string) (volume.Volume, error) {
				v, err := local.Open(root)
				if root == w.at[plan.Local] {
					return walks{v, &times[plan.Local]}, err
				}
				return walks{v, &times[plan.Remote]}, err
			}
			_, err := apply.Apply(context.Background(), request)
			check(t, err)
			if times != c.times {
				t.Errorf("they are listed %v times, not %v", times, c.times)
			}
			if again := w.compare(); len(again.Operations)+len(again.Conflicts) > 0 || w.recorded("d/b") == nil {
				t.Errorf("not all is done and recorded: %+v", again.Summary)
			}
		})
	}
}

// manyFiles are so many files, each in its own words.
func manyFiles(n int) (files []string) {
	for i := range n {
		files = append(files, fmt.Sprintf("m/%d=%d", i, i))
	}
	return files
}

// Whoever saves, makes or deletes something beside what an apply changes, at any moment of it, finds that in the next
// plan as a change of that side, and nothing else.
func TestAChangeBesideWhatAnApplyDoesIsFoundByTheNextPlan(t *testing.T) {
	needPosix(t, "files that can be replaced while they are read")
	const base = "d/a=1 d/b=2 d/c/e=3 z=9"
	const calls = 120 // as many as such an apply makes at least
	for n, c := range []struct {
		path, content string
		action        plan.Action
	}{
		{"d/b", "7", plan.Update},
		{"d/b", "", plan.Delete},
		{"d/c/e", "33", plan.Update},
		{"d/n", "4", plan.Create},
	} {
		for m, nth := range effort.Samples(calls) {
			side := plan.BothSides[(n+m)%2]
			t.Run(fmt.Sprintf("%s of %s on %s before call %d", c.action, c.path, side, nth), func(t *testing.T) {
				w := newWorld(t, scratch(t))
				w.agreeOn(base)
				w.remembers = true
				w.replaceBy(plan.Local, strings.Replace(base, "d/a=1", "d/a=11 d/f/g=5", 1))
				request := w.request(w.compare())
				var made atomic.Int64
				request.SetHook(func(plan.Side, disk.Call) error {
					if made.Add(1) == int64(nth) {
						w.setTo(side, c.path, c.content)
					}
					return nil
				})
				_, err := apply.Apply(context.Background(), request)
				check(t, err)
				if made.Load() < int64(nth) {
					t.Fatalf("there are %d calls", made.Load())
				}
				next := w.compare()
				if len(next.Operations) != 1 || len(next.Conflicts) > 0 {
					t.Fatalf("the next plan has %d operations and %d conflicts", len(next.Operations), len(next.Conflicts))
				}
				if op := next.Operations[0]; op.Action != c.action || op.Side != side.Other() || op.Path != tree.Path(c.path) {
					t.Errorf("the next plan has %s of %s on %s", op.Action, op.Path, op.Side)
				}
			})
		}
	}
}
