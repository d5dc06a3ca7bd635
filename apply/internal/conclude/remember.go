package conclude

import (
	"context"
	"errors"
	"time"

	"treaty/apply/baseline"
	"treaty/apply/internal/execute"
	"treaty/apply/internal/sources"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// remember writes the new baseline: what both sides were found or made to hold. Of a side of which little was changed,
// the names that steps changed are looked at after the last write, and all others are recorded as they were seen before
// the first; one of which much was, or of which it is not known what it was before, is walked anew. Either way what a
// person saved meanwhile is not taken for agreed: the next plan finds another state than is on record. An old baseline
// that turns out to be damaged counts as none. What would be no tree is not written: the two trees then have none.
func (c *Conclusion) remember(ctx context.Context) error {
	old, _ := store.Recall(c.Ends.Readers(), c.Ends.Files())
	defer old.Close()
	restoration, err := c.restoration()
	if err != nil {
		return err
	}
	err = c.agree(ctx, old, restoration)
	if errors.Is(err, baseline.ErrDamaged) {
		err = c.agree(ctx, nil, nil)
	}
	if errors.Is(err, baseline.ErrDamaged) {
		return nil
	}
	return err
}

// agree writes the new baseline, from an old one and what an undo has put back; nil where there is none.
func (c *Conclusion) agree(ctx context.Context, old *store.Memory, back *restoration) error {
	c.Texts.home = plan.Local
	in := sources.Again(c.Plan, nil)
	if old != nil {
		c.Texts.home, in.Memory = old.Home, old.Memory
	}
	c.Texts.changed, c.Texts.first = c.compareTexts(old), nil
	first := c.firstTexts()
	out, err := c.Ends[c.Texts.home].Store.CreateBaseline(c.Plan.ID)
	if err != nil {
		return err
	}
	defer out.Close()
	w, err := baseline.NewWriter(out, baseline.Header{IDs: c.Ends.IDs(),
		PlanID: c.Plan.ID, SyncedAt: c.Receipt.StartedAt})
	if err != nil {
		return err
	}
	write := w.Directory
	switch {
	case c.Texts.changed != nil:
		in.Memory, write = comparedMemory{old, c.Texts.changed}, c.Texts.changed.writing(w.Directory)
	case first != nil:
		write = first.writing(w.Directory)
	}
	records := 0
	r := recording{c, old, back}
	recorder := r.recorder()
	recorder.Write = counting(write, &records)
	from := r.sources(&in, &recorder)
	// Times are kept whole, so that a baseline holds under whatever granularity it is read with.
	listing := sources.List(ctx, from, &in, true, nil)
	defer listing.Close()
	in.Shift = &c.Shift
	if err := plan.Agree(ctx, in, recorder); err != nil {
		return err
	}
	if err := listing.Finish(nil); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := out.Commit(); err != nil {
		return err
	}
	c.Texts.records = &records
	if c.Texts.changed == nil && first != nil && first.enough(c.Plan.Options.Keep(), c.Texts.Later != nil) {
		first.tally.Records, c.Texts.first = records, first
	}
	return nil
}

// recording is how the new baseline is made, from an old one and what an undo has put back; nil where there is none.
type recording struct {
	*Conclusion
	old  *store.Memory
	back *restoration
}

// recorder says what is recorded of each name, but not where.
func (r *recording) recorder() plan.Recorder {
	learned := r.Execution.Learned()
	says := plan.Recorder{Old: r.former.note, Forgotten: r.former.noteBelow, Hash: r.hashes(learned),
		Resolved: r.Execution.Resolved(), Made: r.Execution.Lasting(learned), Unfinished: r.Execution.Unfinished()}
	if r.old != nil && r.back == nil && says.Unfinished == nil && len(r.former.renamed.files) == 0 {
		says.Untouched = r.Execution.Untouched()
	}
	if r.back != nil {
		says.Restore, says.Restored, says.Lost = r.back.record, r.back.restored, r.back.lost
	}
	return says
}

// sources are both trees as they are listed for the record: as they were seen before the first write, but for what was
// touched since, or anew. Since when their times prove something it tells the recorder, and how they are read, in.
func (r *recording) sources(in *plan.Input, recorder *plan.Recorder) plan.Sides[volume.Source] {
	from := r.Ends.Sources()
	for _, side := range plan.BothSides {
		began := r.Now().Add(r.Ends[side].Ahead())
		if seen := r.Listed[side]; seen != nil {
			from[side], began = seen.Of(r.Ends[side].Volume, in.Trees[side].Traits, r.Execution.Touched(side), began)
		}
		recorder.RacySince[side] = volume.RacySince(began, in.Trees[side].Traits)
		in.Trees[side].Reader = r.Ends[side].Reader(1, nil)
	}
	return from
}

// counting is write, with the files counted that it writes with a hash.
func counting(write func(tree.Path, []tree.Agreed) error, records *int) func(tree.Path, []tree.Agreed) error {
	return func(dir tree.Path, entries []tree.Agreed) error {
		for i := range entries {
			if entries[i].Type == tree.File && entries[i].SHA256.Known() {
				*records++
			}
		}
		return write(dir, entries)
	}
}

// hashes tell the hash of a file as far as the execution has learned it, zero of all others, and whether that must be
// read again.
func (r *recording) hashes(learned *execute.Learned) func(side plan.Side, path tree.Path,
	e *tree.Entry) (tree.Hash, bool) {
	return func(side plan.Side, path tree.Path, e *tree.Entry) (tree.Hash, bool) {
		since := r.reliedSince(side)
		traits := r.Plan.Snapshot(side).Filesystem
		return learned.Of(side, path).Hash(e, traits.MtimeGranularity, volume.RacySince(since, traits))
	}
}

// reliedSince is when, by the clock of its machine, the first content of a side was read on which the new baseline
// relies: what was planned without a look at it since was read for the plan.
func (r *recording) reliedSince(side plan.Side) time.Time {
	ahead := r.Ends[side].Ahead()
	started := r.Receipt.StartedAt.Add(ahead)
	if read := r.Plan.Snapshot(side).ReadSince(r.Plan.CreatedAt.Add(ahead)); read.Before(started) {
		return read
	}
	return started
}
