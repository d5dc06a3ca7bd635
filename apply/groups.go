package apply

import (
	"slices"

	"treaty/apply/internal/journal"
	"treaty/plan"
)

// groupSize is how many tasks are announced, carried out and made durable together.
func (e *executor) groupSize(on sides) int {
	for _, side := range plan.BothSides {
		if on[side] && e.run.fat[side] {
			return groupFilesFAT
		}
	}
	return groupFiles
}

// batch carries out tasks group by group. Nothing is done to a tree before the journal durably says that
// it is about to be, and a group is durable and written down before the next is begun.
func (e *executor) batch(on sides, list []*task, do func(*task)) {
	for group := range slices.Chunk(list, e.groupSize(on)) {
		if !e.announce(group...) {
			return
		}
		e.perform(group, do)
	}
}

// perform does what was announced.
func (e *executor) perform(group []*task, do func(*task)) {
	for _, t := range group {
		if e.halted() != nil {
			break
		}
		if !t.noted() {
			do(t)
		}
	}
	e.barrier()
	e.redress()
}

// announce writes down what tasks are about to do, and where what they displace will be. It tells
// whether they may be carried out.
func (e *executor) announce(group ...*task) bool {
	if e.halted() != nil {
		return false
	}
	var records []journal.Record
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
	return e.record(records)
}

// record writes down what is about to be done, and tells whether it may be.
func (e *executor) record(records []journal.Record) bool {
	// The folders in the trash are there for good too before anything is moved into them.
	for _, side := range plan.BothSides {
		if e.run.fat[side] && len(records) > 0 && e.run.disks[side].Barrier() != nil {
			return false
		}
	}
	return e.run.write(true, records...) == nil
}

// barrier makes durable what was done on both sides, and writes down what became of it. An error stops the disk
// that it happened on; of what it was to make durable nothing is written down then.
func (e *executor) barrier() {
	whole := true
	for _, d := range e.run.disks {
		if d.Stopped() != nil || d.Barrier() != nil {
			whole = false
		}
	}
	if whole {
		e.writeDown()
	}
}

// writeDown tells the journals what was noted since the last time. That needs no sync: what is lost in a
// crash is examined again. What failed is not over.
func (e *executor) writeDown() {
	var records []journal.Record
	for _, t := range e.tasks.fresh {
		if t.result.Outcome != Failed {
			records = append(records, journal.Record{Done: t.outcome()})
		}
	}
	e.tasks.fresh = e.tasks.fresh[:0]
	_ = e.run.write(false, records...) // the error halts the run
}
