package execute

import (
	"treaty/plan"
	"treaty/plan/tree"
)

// lasting is what an execution has brought about, for the baseline where that is not what both sides hold any more:
// somebody has saved or deleted something since. On record it is what that change is a change of, so that it is one
// of a single side.
type lasting struct {
	plan  *plan.Plan
	tasks *tasks
	// was is what was there before the first write, as far as it was looked at.
	was     plan.Sides[*stamped]
	learned *Learned
}

// Lasting tells the record of a name that the tasks have made alike on both sides, nil where nothing has it; false
// where they did nothing to it, or not all that they were to do, or do not know what was there.
func (e *Execution) Lasting(learned *Learned) func(path plan.Sides[tree.Path]) (*tree.Agreed, bool) {
	return (&lasting{e.Plan, e.tasks, e.stamps.of, learned}).record
}

func (l *lasting) record(path plan.Sides[tree.Path]) (*tree.Agreed, bool) {
	puts, takes, stays := false, false, false
	for _, side := range plan.BothSides {
		t, from := l.tasks.at(side, path[side]), l.tasks.leaving(side, path[side])
		if vacated(t, from) {
			other := side.Other()
			untouched := l.tasks.at(other, path[other]) == nil && l.tasks.leaving(other, path[other]) == nil
			return nil, untouched
		}
		if t != nil && !t.done() || from != nil && !from.done() {
			return nil, false
		}
		puts = puts || t != nil && t.After != nil
		goes := from != nil || t != nil && t.After == nil
		_, had := l.was[side].stamp(path[side])
		takes, stays = takes || goes, stays || had && !goes
	}
	if puts {
		return l.file(path)
	}
	return nil, takes && !stays
}

// vacated tells of a name that a file was moved away from, and that what is to have it has not taken yet: the record
// went with the file.
func vacated(at, leaving *task) bool {
	return leaving != nil && leaving.done() && at != nil && !at.done()
}

// file is the record of a file whose content both sides had, as far as both stamps are known. These are too near
// to what somebody does now to prove anything, so that the content is read next time.
func (l *lasting) file(path plan.Sides[tree.Path]) (*tree.Agreed, bool) {
	had := plan.Sides[Proof]{l.learned.Of(plan.Local, path[plan.Local]), l.learned.Of(plan.Remote, path[plan.Remote])}
	here, there := had[plan.Local], had[plan.Remote]
	if !here.hash.Known() || here.hash != there.hash || here.size != there.size {
		return nil, false
	}
	record := &tree.Agreed{Key: tree.CollisionKey(path[plan.Local].Base()), Type: tree.File, Size: here.size,
		SHA256: here.hash, Mtime: here.mtime}
	if l.plan.Remote.Filesystem.MtimeGranularity < l.plan.Local.Filesystem.MtimeGranularity {
		record.Mtime = there.mtime
	}
	for _, side := range plan.BothSides {
		record.On[side] = tree.Kept{Mtime: had[side].mtime, Racy: true, Mode: l.mode(side, path)}
	}
	return record, true
}

// mode is the one that a side's file got, or, where both sides have modes, the one that it gave; 0 where it is unknown.
func (l *lasting) mode(side plan.Side, path plan.Sides[tree.Path]) tree.Mode {
	if t := l.tasks.at(side, path[side]); t != nil {
		if t.left == nil {
			return 0
		}
		return t.left.Mode
	}
	if t := l.tasks.at(side.Other(), path[side.Other()]); t != nil && l.plan.Snapshot(side).Filesystem.Modes {
		return t.After.Mode
	}
	return 0
}
