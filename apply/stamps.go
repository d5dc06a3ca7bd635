package apply

import (
	"treaty/plan"
	"treaty/plan/tree"
)

// stamp is the size of a file and its time, as its own volume tells them.
type stamp struct {
	size  int64
	mtime tree.Time
}

// noteStamps keeps the stamps of what the plan has to do with, on both sides, as their volumes tell them.
func (r *run) noteStamps(n *plan.Name, x *expectations) {
	if !x.concerns(n) {
		return
	}
	for _, side := range plan.BothSides {
		if e := &n.Entry[side]; e.Type == tree.File {
			r.stamps[side][n.Path[side]] = stamp{e.Size, e.Mtime.Add(r.shift.since[side])}
		}
	}
}

// unproved tells of an operation that copies a file of which the plan neither has a hash nor, since the copy's
// volume tells fewer times apart, the very time: only the stamp that the file had tells whether it is that one.
func (r *run) unproved(op *plan.Operation) bool {
	if op.Source == nil || op.After.Of() != tree.File || op.After.SHA256.Known() || trashed(op.Source.Path) {
		return false
	}
	from, to := r.plan.Snapshot(op.Source.Tree).Filesystem, r.plan.Snapshot(op.Side).Filesystem
	return from.MtimeGranularity < to.MtimeGranularity
}

// readsUnproved tells whether the plan copies such a file from a side.
func (r *run) readsUnproved(side plan.Side) bool {
	for i := range r.plan.Operations {
		op := &r.plan.Operations[i]
		if op.Decision != plan.Skip && op.Source != nil && op.Source.Tree == side && r.unproved(op) {
			return true
		}
	}
	return false
}

// sourceTimes are the times, by the index of the step and with shifts made up for, of the files that would
// otherwise be unproved where the run is taken up.
func (r *run) sourceTimes(steps []plan.Step) map[int]tree.Time {
	times := map[int]tree.Time{}
	for i := range steps {
		if step := &steps[i]; r.unproved(step.Operation) {
			from := step.Source.Tree
			if seen, ok := r.stamps[from][step.Source.Path]; ok {
				times[i] = seen.mtime.Add(-r.shift.total[from])
			}
		}
	}
	return times
}

// recallStamps takes over what sourceTimes told of the steps.
func (r *run) recallStamps(steps []plan.Step, times map[int]tree.Time) {
	r.stamps = plan.Sides[map[tree.Path]stamp]{{}, {}}
	for i := range steps {
		if mtime, ok := times[i]; ok && r.unproved(steps[i].Operation) {
			from := steps[i].Source.Tree
			r.stamps[from][steps[i].Source.Path] = stamp{steps[i].After.Size, mtime.Add(r.shift.total[from])}
		}
	}
}

// known is a file whose content the run has seen or written when it had that stamp.
type known struct {
	stamp
	hash tree.Hash
}

// learned is what the executed tasks tell of the content of files, by side and path. A stamp is only ever
// that of the file's own side: the other side's copy may be of the same granule as two versions here. A
// source has the one with which it was read, and none where an earlier run read it.
func (e *executor) learned() plan.Sides[map[tree.Path]known] {
	facts := plan.Sides[map[tree.Path]known]{{}, {}}
	for _, t := range e.tasks.all {
		sum := t.result.SHA256
		if !t.done() || t.After.Of() != tree.File || !sum.Known() {
			continue
		}
		other := t.Side.Other()
		if e.equalByStat(t) {
			continue
		}
		facts[t.Side][t.Path] = known{stamp{t.left.Size, t.left.Mtime}, sum}
		switch {
		case t.Source != nil:
			if _, moved := e.tasks.moved[t.Source.Tree][t.Source.Path]; !moved {
				facts[t.Source.Tree][t.Source.Path] = known{t.read, sum}
			}
		case t.Action == plan.Touch && t.Reason != plan.AlignTimes && e.run.fits[other]:
			// Its content is what the other side's was when the plan was made, or it would not get that time.
			if seen, ok := e.run.stamps[other][t.Path]; ok {
				facts[other][t.Path] = known{seen, sum}
			}
		}
	}
	return facts
}

// equalByStat tells of a task that aligns the time of a file of which a first sync only knows that size and time
// are those of the other side's: the hash of the one is none of both.
func (e *executor) equalByStat(t *task) bool {
	return t.Reason == plan.AlignTimes && e.run.plan.Baseline == nil && e.tasks.at[t.Side.Other()][t.Path] == nil
}

// knows is the hash of a file that has the stamp with which its content was known, zero where nothing is
// known, or where the time is too near the reading to show a later change. since is the first such time.
func (k known) knows(e *tree.Entry, granularity int64, since tree.Time) tree.Hash {
	if e.Size != k.size || e.Mtime.Cut(granularity) != k.mtime.Cut(granularity) || !e.Mtime.Before(since) {
		return tree.Hash{}
	}
	return k.hash
}
