package execute

import (
	"slices"

	"treaty/apply/internal/journal"
	"treaty/apply/internal/settle"
	"treaty/apply/paper"
	"treaty/apply/volume"
)

// Abandon notes what became of the tasks of an interrupted run that is not taken up, after what was open is rolled
// back: by its journal, by what could not be rolled back, by what a power cut has undone, and by what is seen on a tree
// that was settled by itself, each by the number of the step. It tells whether the journal is of these steps; else
// nothing is noted.
func (e *Execution) Abandon(j *journal.Journal, wrong map[int]*volume.Drift, undone map[int]bool,
	seen map[int]settle.Sighting) bool {
	if e.tasks.fits(j) != nil {
		return false
	}
	begun := map[int]bool{}
	for _, in := range slices.Concat(j.Open, j.Closed) {
		begun[in.Step] = true
	}
	for _, t := range e.tasks.all {
		if c, copied := j.Copies[int(t.number)]; copied {
			t.ownDisplacement().copy = &c
		}
		sighting, looked := seen[int(t.number)]
		if looked && t.disk() == nil && e.tasks.sight(t, j.Done[int(t.number)], &sighting) {
			continue
		}
		if !t.noted() {
			was := j.Done[int(t.number)]
			e.tasks.abandon(t, was, wrong[int(t.number)], undone[int(t.number)], was != nil || begun[int(t.number)])
		}
	}
	return true
}

// sight notes what became of a task whose tree was settled by itself, where what is seen there tells more than the
// journal, which has was of it, nil for nothing. It tells whether it did.
func (ts *tasks) sight(t *task, was *journal.Done, seen *settle.Sighting) bool {
	done := was != nil && paper.Outcome(was.Outcome) == paper.Done
	switch {
	case t.noted():
		return false
	case done && seen.Finding == settle.Untouched:
		t.note(paper.Failed, "it was done, and its tree was settled back by itself")
		return true
	case (was == nil || was.Outcome == journal.Undone) && seen.Finding == settle.Carried:
		t.noteResult(volume.Result{Entry: seen.Entry, Trash: seen.Place}, nil)
		ts.wasDone(t)
		return true
	}
	return false
}

// abandon notes what became of one task. was is what the journal has of it and wrong what could not be rolled back,
// each nil for nothing; begun tells that the journals have that it was announced.
func (ts *tasks) abandon(t *task, was *journal.Done, wrong *volume.Drift, undone, begun bool) {
	switch {
	case undone && wrong == nil:
		t.note(paper.Failed, "it was done, a power cut undid it, and it was settled back")
	case was != nil && was.Outcome != journal.Undone && !undone:
		ts.restore(t, was)
	case wrong != nil:
		t.noteError(wrong)
	case t.disk() == nil:
		t.note(paper.Failed, "it was not done for certain, and its tree was not there to be settled")
	case !begun:
		t.note(paper.Failed, paper.NotReached)
	default:
		t.note(paper.Failed, "it was not done, or was settled back")
	}
}
