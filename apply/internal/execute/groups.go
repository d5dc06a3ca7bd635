package execute

import (
	"context"
	"slices"

	"treaty/apply/internal/journal"
	"treaty/apply/paper"
	"treaty/apply/volume"
	"treaty/plan"
)

// The size of a group: large enough for its two barriers to cost little, small enough for a crash to leave little to
// settle, and for what waits for a line to take little memory. On volumes that may lose what was renamed, nothing else
// is to be pending.
const (
	groupFiles    = 1024
	groupBytes    = 256 << 20
	groupFilesFAT = 64
)

// groups carries tasks out a group at a time. Nothing is done to a tree before the journals durably say that it is
// about to be (announce), and what is done is durable and its outcome written down (seal) before the next group is
// begun.
type groups struct {
	*Site
	notes *notes
	first *firstLook
	// before is what comes before all else that is done next on a side that is far away: it crosses with that. Its errors
	// halt the run.
	before plan.Sides[[]func(as volume.Changer)]
	// doneRecords have memory for those of a group, which are written down and forgotten.
	doneRecords []doneRecord
}

// size is how many tasks on some sides are announced, carried out and made durable together.
func (g *groups) size(on sides) int {
	if g.careful(on) {
		return groupFilesFAT
	}
	return groupFiles
}

// careful tells whether one of some sides may lose what is renamed while something else is pending.
func (g *groups) careful(on sides) bool {
	fat := g.fat()
	return on[plan.Local] && fat[plan.Local] || on[plan.Remote] && fat[plan.Remote]
}

// batch carries out tasks on some sides that do not depend on each other, a group at a time.
func (g *groups) batch(ctx context.Context, on sides, list []*task, do func(*task)) {
	for group := range slices.Chunk(list, g.size(on)) {
		if !g.announceWith(ctx, nothingStaged, group...) {
			return
		}
		g.performTogether(ctx, group, do)
	}
}

// performing is how a group that was announced is carried out.
type performing = func(ctx context.Context, group []*task, do func(*task))

// perform does what was announced, one after the other.
func (g *groups) perform(ctx context.Context, group []*task, do func(*task)) {
	g.precede()
	for _, t := range group {
		g.one(ctx, t, do)
	}
	g.seal()
}

// performTogether does what was announced, and does not depend on each other. What is under way far away is ended, also
// after an interrupt.
func (g *groups) performTogether(ctx context.Context, group []*task, do func(*task)) {
	g.sealRest(g.inRuns(ctx, group, do))
}

// performInOrder is performTogether of tasks of one side that is far away and follows, where none from the number first
// on is tried unless all before it came to no error: it is left to be done.
func (g *groups) performInOrder(ctx context.Context, group []*task, first int, do func(*task)) {
	var durable sides
	side := group[0].Side
	durable[side] = g.cross(context.WithoutCancel(ctx), side, group, first, true, func(t *task) { g.one(ctx, t, do) })
	g.precede()
	g.sealRest(durable)
}

// inRuns is performTogether of what is made durable later. It tells on which sides it is already.
func (g *groups) inRuns(ctx context.Context, group []*task, do func(*task)) (durable sides) {
	runs, ending := g.runs(group), context.WithoutCancel(ctx)
	for n, run := range runs {
		side, one := run[0].Side, func(t *task) { g.one(ctx, t, do) }
		if last := n == len(runs)-1; g.far(only(side)) && (last || len(g.before[side]) > 0) {
			durable[side] = g.cross(ending, side, run, 0, last, one)
		} else {
			g.together(ending, run, one)
		}
	}
	g.precede()
	return durable
}

// one does what was announced of a task.
func (g *groups) one(ctx context.Context, t *task, do func(*task)) {
	if g.halted(ctx) != nil {
		return
	}
	if !t.noted() {
		g.first.at(t)
	}
	switch {
	case t.noted():
		if t.staged().Name != "" && !t.done() {
			g.installed(ctx, t) // the first look at its unit has found that it drifted
		}
	case t.notes.stops(t):
		t.unpark()
		if t.waiting != nil {
			g.installed(ctx, t)
		}
	default:
		do(t)
	}
}

// announce writes down what tasks are about to do, and where what they displace will be. It tells
// whether they may be carried out.
func (g *groups) announce(ctx context.Context, group ...*task) bool {
	return g.halted(ctx) == nil && g.record(g.intend(ctx, group))
}

// nothingStaged is what waits on no side.
var nothingStaged plan.Sides[[]volume.Staged]

// announceWith is announce where what is left of that far away crosses with the first that tasks do there, and so does
// what makes durable what they have staged.
func (g *groups) announceWith(ctx context.Context, staged plan.Sides[[]volume.Staged], group ...*task) bool {
	if g.halted(ctx) != nil {
		return false
	}
	g.precede()
	records := g.intend(ctx, group)
	if !g.foldersLast(records) {
		return false
	}
	crossing, err := g.Announce(records...)
	if err != nil {
		return false
	}
	for _, side := range plan.BothSides {
		if list := staged[side]; len(list) > 0 {
			g.before[side] = append(g.before[side], func(as volume.Changer) { _ = as.Barrier(list...) })
		}
	}
	if crossing != nil {
		g.before[plan.Remote] = append(g.before[plan.Remote], func(as volume.Changer) { _ = crossing(as) })
	}
	return true
}

// precede does what comes before all else that is done next, where it has not crossed with anything.
func (g *groups) precede() {
	for side := range g.before {
		for _, do := range g.before[side] {
			do(g.Ends[side].Disk)
		}
		g.before[side] = nil
	}
}

// intend chooses what tasks are about to do that was not announced, as it is written down.
func (g *groups) intend(ctx context.Context, group []*task) []journal.Record {
	group = slices.DeleteFunc(slices.Clone(group), func(t *task) bool { return t.noted() || t.announced })
	intended := make([][]journal.Intent, len(group))
	g.togetherBy(ctx, group, func(n int, t *task) {
		t.announced = true
		intents, err := t.intents()
		if err != nil {
			t.noteError(err)
			return
		}
		intended[n] = intents
	})
	records := make([]journal.Record, 0, len(group))
	for n := range intended {
		for i := range intended[n] {
			records = append(records, journal.Record{Intent: &intended[n][i]})
		}
	}
	return records
}

// record writes down what is about to be done, and tells whether it may be.
func (g *groups) record(records []journal.Record) bool {
	return g.foldersLast(records) && g.Write(true, records...) == nil
}

// foldersLast makes the folders in the trash be there for good too before anything is moved into them, where a volume
// does not see to that. It tells whether they are.
func (g *groups) foldersLast(records []journal.Record) bool {
	for _, side := range plan.BothSides {
		if g.Ends[side].FAT && len(records) > 0 && g.Ends[side].Disk.Barrier() != nil {
			return false
		}
	}
	return true
}

// seal makes a group durable, and writes down what became of it: nothing where it may not last.
func (g *groups) seal() { g.sealRest(sides{}) }

// sealRest is seal where what was done on some sides is durable already.
func (g *groups) sealRest(durable sides) {
	if g.barrier(durable) {
		g.writeDown()
	}
}

// writeDown tells the journals what was noted since the last time. That needs no sync: what is lost in a
// crash is examined again. What failed is not over.
func (g *groups) writeDown() {
	records := make([]journal.Record, 0, len(g.notes.fresh))
	g.doneRecords = slices.Grow(g.doneRecords[:0], len(g.notes.fresh))[:len(g.notes.fresh)]
	for n, t := range g.notes.fresh {
		if t.ending().outcome != paper.Failed {
			records = append(records, journal.Record{Done: g.doneRecords[n].of(t)})
		}
	}
	g.notes.fresh = g.notes.fresh[:0]
	_ = g.Write(false, records...) // the error halts the run
}

// installed counts what a task has put in place, or drops what it could not. What was not tried waits still.
func (g *groups) installed(ctx context.Context, t *task) {
	if !t.noted() {
		return
	}
	staged := t.staged()
	t.waiting = nil
	if t.done() {
		t.noteHash(staged.Hash, t.After)
		g.notes.bytes += staged.Size
	} else if err := t.disk().Discard(staged); err != nil && g.halted(ctx) == nil {
		failed := t.ending()
		failed.why += "; what was staged stays: " + err.Error()
		t.end(failed)
	}
}
