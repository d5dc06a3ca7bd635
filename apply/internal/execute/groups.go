package execute

import (
	"context"
	"slices"

	"treaty/apply/internal/journal"
	"treaty/apply/paper"
	"treaty/plan"
)

// The size of a group: large enough for its two barriers to cost little, small enough for a crash to
// leave little to settle. On volumes that may lose what was renamed, nothing else is to be pending.
const (
	groupFiles    = 1024
	groupBytes    = 256 << 20
	groupFilesFAT = 64
)

// groups carries tasks out a group at a time. Nothing is done to a tree before the journals durably say that it is
// about to be (announce), and what is done is durable and its outcome written down (seal) before the next group is
// begun.
type groups struct {
	*Ground
	notes *notes
	first *firstLook
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

// batch carries out tasks on some sides, a group at a time.
func (g *groups) batch(ctx context.Context, on sides, list []*task, do func(*task)) {
	for group := range slices.Chunk(list, g.size(on)) {
		if !g.announce(ctx, group...) {
			return
		}
		g.perform(ctx, group, do)
	}
}

// perform does what was announced.
func (g *groups) perform(ctx context.Context, group []*task, do func(*task)) {
	for _, t := range group {
		if g.halted(ctx) != nil {
			break
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
	g.seal()
}

// announce writes down what tasks are about to do, and where what they displace will be. It tells
// whether they may be carried out.
func (g *groups) announce(ctx context.Context, group ...*task) bool {
	if g.halted(ctx) != nil {
		return false
	}
	records := make([]journal.Record, 0, len(group))
	for _, t := range group {
		if t.noted() || t.announced {
			continue
		}
		t.announced = true
		intents, err := t.intents()
		if err != nil {
			t.noteError(err)
			continue
		}
		for n := range intents {
			records = append(records, journal.Record{Intent: &intents[n]})
		}
	}
	return g.record(records)
}

// record writes down what is about to be done, and tells whether it may be.
func (g *groups) record(records []journal.Record) bool {
	// The folders in the trash are there for good too before anything is moved into them.
	for _, side := range plan.BothSides {
		if g.Ends[side].FAT && len(records) > 0 && g.Ends[side].Disk.Barrier() != nil {
			return false
		}
	}
	return g.Write(true, records...) == nil
}

// seal makes a group durable, and writes down what became of it: nothing where it may not last.
func (g *groups) seal() {
	if g.barrier() {
		g.writeDown()
	}
}

// writeDown tells the journals what was noted since the last time. That needs no sync: what is lost in a
// crash is examined again. What failed is not over.
func (g *groups) writeDown() {
	records := make([]journal.Record, 0, len(g.notes.fresh))
	for _, t := range g.notes.fresh {
		if t.result.Outcome != paper.Failed {
			records = append(records, journal.Record{Done: t.outcome()})
		}
	}
	g.notes.fresh = g.notes.fresh[:0]
	_ = g.Write(false, records...) // the error halts the run
}

// installed counts what a task has put in place, or drops what it could not.
func (g *groups) installed(ctx context.Context, t *task) {
	staged := t.staged()
	t.waiting = nil
	if t.done() {
		t.result.SHA256 = staged.Hash
		g.notes.bytes += staged.Size
	} else if err := t.disk().Discard(staged); err != nil && g.halted(ctx) == nil {
		t.result.Error += "; what was staged stays: " + err.Error()
	}
}
