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

// stamps are what is known, before the first write, of the files that a plan has to do with.
type stamps struct {
	plan  *plan.Plan
	shift *shift
	// of are the stamps of files that the plan reads, writes or names in a conflict.
	of plan.Sides[map[tree.Path]stamp]
	// fits tells which trees were found to be what was planned as a whole: only then are stamps known to be those
	// that the plan was made with, and not times that the other side cannot tell from them.
	fits plan.Sides[bool]
}

func newStamps(p *plan.Plan, shift *shift) *stamps {
	return &stamps{plan: p, shift: shift, of: plan.Sides[map[tree.Path]stamp]{{}, {}}}
}

// note keeps the stamps of a name that the plan has to do with, on both sides, as their volumes tell them.
func (s *stamps) note(n *plan.Name) {
	for _, side := range plan.BothSides {
		if e := &n.Entry[side]; e.Type == tree.File {
			s.of[side][n.Path[side]] = stamp{e.Size, e.Mtime.Add(s.shift.since[side])}
		}
	}
}

// unproved tells of an operation that copies a file of which the plan neither has a hash nor, since the copy's
// volume tells fewer times apart, the very time: only the stamp that the file had tells whether it is that one.
func (s *stamps) unproved(op *plan.Operation) bool {
	if op.Source == nil || op.After.Of() != tree.File || op.After.SHA256.Known() || trashed(op.Source.Path) {
		return false
	}
	from, to := s.plan.Snapshot(op.Source.Tree).Filesystem, s.plan.Snapshot(op.Side).Filesystem
	return from.MtimeGranularity < to.MtimeGranularity
}

// readUnproved tells whether the plan copies such a file from a side.
func (s *stamps) readUnproved(side plan.Side) bool {
	for i := range s.plan.Operations {
		op := &s.plan.Operations[i]
		if op.Decision != plan.Skip && op.Source != nil && op.Source.Tree == side && s.unproved(op) {
			return true
		}
	}
	return false
}

// times are, by the index of the step and with shifts made up for, those of the files that would otherwise be unproved
// where the run is taken up.
func (s *stamps) times(steps []plan.Step) map[int]tree.Time {
	times := map[int]tree.Time{}
	for i := range steps {
		if step := &steps[i]; s.unproved(step.Operation) {
			from := step.Source.Tree
			if seen, ok := s.of[from][step.Source.Path]; ok {
				times[i] = seen.mtime.Add(-s.shift.total[from])
			}
		}
	}
	return times
}

// recall takes over what times told of the steps.
func (s *stamps) recall(steps []plan.Step, times map[int]tree.Time) {
	for i := range steps {
		if mtime, ok := times[i]; ok && s.unproved(steps[i].Operation) {
			from := steps[i].Source.Tree
			s.of[from][steps[i].Source.Path] = stamp{steps[i].After.Size, mtime.Add(s.shift.total[from])}
		}
	}
}

// unchanged tells whether the source of an operation has the stat that it had when the trees were compared with the
// plan, or, where an earlier run did that, or this one moved it, the one that the plan gives to its copy: as far as the
// other side can tell.
func (s *stamps) unchanged(op *plan.Operation, now stamp, moved bool) bool {
	from := op.Source.Tree
	granularity := s.plan.Snapshot(from).Filesystem.MtimeGranularity
	was, seen := s.of[from][op.Source.Path]
	switch {
	case moved:
	case seen && (now.size != was.size || now.mtime.Cut(granularity) != was.mtime.Cut(granularity)),
		!seen && s.unproved(op):
		return false
	}
	mtime := now.mtime.Cut(granularity).Add(-s.shift.total[from])
	copied := s.plan.Snapshot(op.Side).Filesystem.Keep(mtime)
	return now.size == op.After.Size && (copied == op.After.Mtime || timeless(op))
}

// known is a file whose content the run has seen or written when it had that stamp.
type known struct {
	stamp
	hash tree.Hash
}

// learned is what the executed tasks tell of the content of files, by side and path. A stamp is only ever
// that of the file's own side: the other side's copy may be of the same granule as two versions here. A
// source has the one with which it was read, and none where an earlier run read it.
func (ts *tasks) learned(s *stamps) plan.Sides[map[tree.Path]known] {
	facts := plan.Sides[map[tree.Path]known]{{}, {}}
	for _, t := range ts.all {
		sum := t.result.SHA256
		if !t.done() || t.After.Of() != tree.File || !sum.Known() {
			continue
		}
		other := t.Side.Other()
		if ts.equalByStat(t, s.plan) {
			continue
		}
		facts[t.Side][t.Path] = known{stamp{t.left.Size, t.left.Mtime}, sum}
		switch {
		case t.Source != nil:
			if _, moved := ts.moved[t.Source.Tree][t.Source.Path]; !moved {
				facts[t.Source.Tree][t.Source.Path] = known{t.read, sum}
			}
		case t.Action == plan.Touch && t.Reason != plan.AlignTimes && s.fits[other]:
			// Its content is what the other side's was when the plan was made, or it would not get that time.
			if seen, ok := s.of[other][t.Path]; ok {
				facts[other][t.Path] = known{seen, sum}
			}
		}
	}
	return facts
}

// equalByStat tells of a task that aligns the time of a file of which a first sync only knows that size and time
// are those of the other side's: the hash of the one is none of both.
func (ts *tasks) equalByStat(t *task, p *plan.Plan) bool {
	return t.Reason == plan.AlignTimes && p.Baseline == nil && ts.at[t.Side.Other()][t.Path] == nil
}

// knows is the hash of a file that has the stamp with which its content was known, zero where nothing is
// known, or where the time is too near the reading to show a later change. since is the first such time.
func (k known) knows(e *tree.Entry, granularity int64, since tree.Time) tree.Hash {
	if e.Size != k.size || e.Mtime.Cut(granularity) != k.mtime.Cut(granularity) || !e.Mtime.Before(since) {
		return tree.Hash{}
	}
	return k.hash
}
