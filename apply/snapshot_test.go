package apply_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"treaty/apply"
	"treaty/apply/internal/memory"
	"treaty/apply/snapshot"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/testdata/effort"
)

// taken is the snapshot of a side as it is.
func (w *world) taken(side plan.Side) *snapshot.File {
	w.Helper()
	from := w.store(side)
	defer from.Close()
	var out bytes.Buffer
	_, err := snapshot.Take(context.Background(), from.Reader,
		snapshot.Taking{DefaultIgnores: w.options.DefaultIgnores, By: ann, Began: time.Now()}, &out)
	check(w, err)
	file, err := snapshot.Open(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		w.Fatalf("%v:\n%s", err, out.Bytes())
	}
	return file
}

// plannedFrom is a plan of the local tree and a source.
func (w *world) plannedFrom(remote *store.Reader) *plan.Plan {
	w.Helper()
	pair, err := apply.PairOf(w.store(plan.Local), remote)
	check(w, err)
	defer pair.Close()
	made, err := pair.Plan(context.Background(), apply.Planning{Options: w.options, By: ann})
	check(w, err)
	check(w, pair.SaveBeside(made))
	w.was = w.trees()
	return made.Plan
}

// likeLive is the text of a plan that was made with a snapshot, or could have been: but for what such plans have
// otherwise, and what none have alike.
func likeLive(t tester, p plan.Plan) string {
	t.Helper()
	p.ID, p.CreatedAt, p.FormatVersion, p.Options.Merge = "x", time.Time{}, "", nil
	p.Remote.Root, p.Remote.Host, p.Remote.From = "", "", nil
	p.Operations, p.Conflicts = append([]plan.Operation{}, p.Operations...), append([]plan.Conflict{}, p.Conflicts...)
	for i := range p.Operations {
		p.Operations[i].Amend(func(r *plan.Rare) { r.Diff = nil })
	}
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		choices := plan.Choices{}
		for choice, says := range c.Choices {
			if choice != plan.TakeMerged {
				choices[choice] = says
			}
		}
		c.Diff, c.Merge, c.Choices = nil, nil, choices
	}
	var out bytes.Buffer
	check(t, p.Write(&out))
	return out.String()
}

// snapshotWorld draws two trees in memory, never synced or synced once and edited since.
func snapshotWorld(r *rapid.T) *world {
	if rapid.Bool().Draw(r, "synced") {
		return syncedOnce(r)
	}
	w := newWorldOf(r, "", plan.Sides[*memory.Kind]{anyKind(r, "local"), anyKind(r, "remote")})
	w.fill(r)
	return w
}

func TestAPlanWithASnapshotIsThatWithTheTree(t *testing.T) {
	effort.Check(t, 60, 200, func(r *rapid.T) {
		w := snapshotWorld(r)
		hashes := []plan.HashWhat{plan.HashOperations, plan.HashConflicts, plan.HashAll}
		w.options.Hash = rapid.SampledFrom(hashes).Draw(r, "hashed")
		w.options.Diffs = rapid.SampledFrom([]plan.DiffWhat{plan.DiffConflicts, plan.DiffUpdates}).Draw(r, "diffs")
		live := w.plannedFrom(w.store(plan.Remote).Reader)
		file := w.taken(plan.Remote)
		from := w.plannedFrom(store.ReaderOf(file))
		if want, got := likeLive(r, *live), likeLive(r, *from); got != want {
			r.Fatalf("from the tree it is\n%s\nfrom the snapshot\n%s", want, got)
		}
		if from.Remote.From == nil || from.Remote.Host != "memory" || from.FormatVersion != "1.1" {
			r.Fatalf("it says of the tree %+v", from.Remote)
		}
		if from.Remote.Digest != file.Totals.Digest && from.Summary.Ignored == 0 {
			r.Fatalf("the snapshot's digest is %s, the plan's %s", file.Totals.Digest, from.Remote.Digest)
		}
		if _, err := from.Text(); err != nil {
			r.Fatal(err)
		}
	})
}

func TestAPlanWithASnapshotIsAppliedWhereTheTreeIs(t *testing.T) {
	effort.Check(t, 30, 100, func(r *rapid.T) {
		w := snapshotWorld(r)
		p := w.plannedFrom(store.ReaderOf(w.taken(plan.Remote)))
		for i := range p.Conflicts {
			p.Conflicts[i].Resolution = plan.TakeLocal
		}
		request := w.request(p)
		if _, err := apply.Apply(context.Background(), request); !errors.Is(err, apply.ErrSafety) ||
			!strings.Contains(err.Error(), "on memory") {
			r.Fatalf("nobody said where the tree is: %v", err)
		}
		request = w.request(p)
		request.Roots[plan.Remote] = w.at[plan.Remote]
		was := w.trees()
		receipt, err := apply.Apply(context.Background(), request)
		if err != nil {
			w.story(p, was, receipt, err)
			r.Fatal(err)
		}
		w.keepsEverything(was)
		w.touchesOnly(p, was)
	})
}
