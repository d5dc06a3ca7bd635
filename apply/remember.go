package apply

import (
	"context"
	"errors"
	"time"

	"treaty/apply/baseline"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
)

// remember writes the new baseline: what both sides were found or made to hold, walked anew, so that what
// a person changed while the plan was carried out is not taken for agreed. An old one that turns out to be
// damaged counts as none. What would be no tree is not written: the two trees then have no baseline.
func (r *run) remember(ctx context.Context, e *execution) error {
	old, _ := store.Recall(r.ends.readers(), r.ends.files())
	defer old.Close()
	restoration, err := r.restoration(e.Done())
	if err != nil {
		return err
	}
	err = r.agree(ctx, e, old, restoration)
	if errors.Is(err, baseline.ErrDamaged) {
		err = r.agree(ctx, e, nil, nil)
	}
	if errors.Is(err, baseline.ErrDamaged) {
		return nil
	}
	return err
}

// agree writes the new baseline, from an old one and what an undo has put back; nil where there is none.
func (r *run) agree(ctx context.Context, e *execution, old *store.Memory, back *restoration) error {
	home := plan.Local
	in := again(r.plan, nil)
	if old != nil {
		home, in.Memory = old.Home, old.Memory
	}
	out, err := r.ends[home].store.CreateBaseline(r.plan.ID)
	if err != nil {
		return err
	}
	defer out.Close()
	w, err := baseline.NewWriter(out, baseline.Header{IDs: r.ends.ids(),
		PlanID: r.plan.ID, SyncedAt: r.receipt.StartedAt})
	if err != nil {
		return err
	}
	facts := e.Learned()
	recorder := plan.Recorder{Write: w.Directory, Old: e.former.note, Forgotten: e.former.noteBelow,
		Hash: func(side plan.Side, path tree.Path, entry *tree.Entry) tree.Hash {
			traits := r.plan.Snapshot(side).Filesystem
			return facts[side][path].Hash(entry, traits.MtimeGranularity, racySince(r.reliedSince(), traits))
		}}
	recorder.Settled, recorder.Made = e.Resolved(), e.Lasting()
	if back != nil {
		recorder.Restore, recorder.Restored = back.record, back.restored
	}
	for _, side := range plan.BothSides {
		recorder.RacySince[side] = racySince(r.request.Now(), in.Trees[side].Traits)
		in.Trees[side].Reader = r.ends[side].Reader(1, nil)
	}
	// Times are kept whole, so that a baseline holds under whatever granularity it is read with.
	listing := list(ctx, r.ends.sources(), &in, true, nil)
	defer listing.close()
	in.Shift = &r.survey.shift.total
	if err := plan.Agree(ctx, in, recorder); err != nil {
		return err
	}
	if err := listing.finish(nil); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return out.Commit()
}

// reliedSince is when the first content was read on which the new baseline relies: what was planned without
// a look at it since was read for the plan.
func (r *run) reliedSince() time.Time {
	if r.plan.CreatedAt.Before(r.receipt.StartedAt) {
		return r.plan.CreatedAt
	}
	return r.receipt.StartedAt
}

// racySince is the first mtime that may hide a change made after a scan that began at the given time.
func racySince(began time.Time, traits tree.Traits) tree.Time {
	// The kernel's clock for files moves in steps of up to 10 ms.
	const tick = int64(10 * time.Millisecond)
	return tree.TimeOf(began.Add(-2 * time.Duration(max(traits.MtimeGranularity, tick))))
}
