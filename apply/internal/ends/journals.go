package ends

import (
	"slices"

	"treaty/apply/internal/journal"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
)

// Journals are those of one plan, on the ends that are there, being written.
type Journals struct {
	ID   string
	Ends *Ends
	// broken is why nothing more can be written down.
	broken error
	// texts are the buffers of what is written.
	texts plan.Sides[[]byte]
	// late is what became of steps and is not written yet.
	late late
}

// Begin opens the journals to be written. One that an earlier run has begun goes on; a new one gets a header, and
// LOCAL's the steps.
func (j *Journals) Begin(header journal.Header, steps *journal.Steps) error {
	for _, e := range j.Ends {
		log, err := e.Store.OpenLog(j.ID)
		if err != nil {
			return err
		}
		e.log, e.torn = log, e.Left != nil && e.Left.Torn
		var records []journal.Record
		if e.Left == nil || e.Left.Header == nil {
			own := header
			own.Side = e.Side
			records = append(records, journal.Record{Header: &own})
		}
		if e.Side == plan.Local && j.Ends.Resumed() == nil {
			records = append(records, journal.Record{Steps: steps})
		}
		if err := j.encode(records, e.Side); err != nil {
			return err
		}
		if err := j.append(e.Side, j.texts[e.Side], true); err != nil {
			return err
		}
	}
	return nil
}

// Write adds records to the journals: all to LOCAL's, and to the other side's what concerns it. An error
// ends the run, since nothing may be done that is not written down. What is done may be written later, by Flush at the
// latest.
func (j *Journals) Write(sync bool, records ...journal.Record) error {
	if j.broken != nil || len(records) == 0 {
		return j.broken
	}
	j.broken = j.write(sync, records)
	return j.broken
}

// write is Write as long as nothing has ended the run. What only tells what is done may be written late, where another
// machine would be waited for.
func (j *Journals) write(sync bool, records []journal.Record) error {
	if j.late.tells(records) {
		if err := j.flush(); err != nil {
			return err
		}
	}
	if err := j.encode(records, plan.Local, plan.Remote); err != nil {
		return err
	}
	if !sync && j.waits() && onlyDone(records) {
		j.late.add(records, j.texts)
		return nil
	}
	announced := j.texts[plan.Remote]
	if len(announced) > 0 {
		j.texts[plan.Remote] = j.late.take(plan.Remote, announced)
	}
	if err := j.appendBoth(sync, onlyDone(records)); err != nil || len(announced) == 0 {
		return err
	}
	return j.append(plan.Local, j.late.take(plan.Local, nil), false)
}

// WriteAhead adds records of what is about to be done, for good. Where those of a tree that is far away can cross
// together with the first of that, it returns what adds them; nil where all is written. Nothing is done on that side
// before.
func (j *Journals) WriteAhead(records ...journal.Record) (crossing func(as volume.Changer) error, err error) {
	log := j.crosses()
	if j.broken != nil || len(records) == 0 || log == nil {
		return nil, j.Write(true, records...)
	}
	if j.late.tells(records) {
		if j.broken = j.flush(); j.broken != nil {
			return nil, j.broken
		}
	}
	if j.broken = j.encode(records, plan.Local, plan.Remote); j.broken != nil {
		return nil, j.broken
	}
	if j.broken = j.append(plan.Local, j.texts[plan.Local], true); j.broken != nil || len(j.texts[plan.Remote]) == 0 {
		return nil, j.broken
	}
	text := j.late.take(plan.Remote, j.texts[plan.Remote])
	j.texts[plan.Remote] = nil // it is on its way, and others may be written meanwhile
	return func(as volume.Changer) error {
		if j.broken = log.AppendThrough(as, text, true); j.broken == nil {
			j.broken = j.append(plan.Local, j.late.take(plan.Local, nil), false)
		}
		return j.broken
	}, nil
}

// crosses is REMOTE's journal, where what is announced in it can cross together with what is done: nil where not.
func (j *Journals) crosses() volume.CrossingLog {
	e := j.Ends[plan.Remote]
	if !j.Ends.Both() || j.fat() || !volume.Follows(e.Disk) || e.torn {
		return nil
	}
	log, _ := e.log.(volume.CrossingLog)
	return log
}

// fat tells whether a volume may lose what was renamed: nothing else is begun there before what was done is written.
func (j *Journals) fat() bool { return j.Ends[plan.Local].fat || j.Ends[plan.Remote].fat }

// appendBoth adds the texts of both sides, each in its turn. What is announced, LOCAL's has first: it has everything.
// What is done, the other side's has first: a crash between the two leaves none that rolls back by itself what LOCAL's
// calls done.
func (j *Journals) appendBoth(sync, done bool) error {
	first := plan.Local
	if done {
		first = plan.Remote
	}
	for _, side := range []plan.Side{first, first.Other()} {
		if err := j.append(side, j.texts[side], sync); err != nil {
			return err
		}
	}
	return nil
}

// encode makes the texts of records for some journals. What both have is put into words once.
func (j *Journals) encode(records []journal.Record, sides ...plan.Side) (err error) {
	var line []byte
	for _, side := range plan.BothSides {
		j.texts[side] = j.texts[side][:0]
	}
	for i := range records {
		if line, err = records[i].AppendLine(line[:0]); err != nil {
			return err
		}
		for _, side := range sides {
			if side == plan.Local || concernsRemote(&records[i]) {
				j.texts[side] = append(j.texts[side], line...)
			}
		}
	}
	return nil
}

// concernsRemote tells of what is not about LOCAL alone.
func concernsRemote(r *journal.Record) bool {
	switch {
	case r.Intent != nil:
		return r.Intent.Side == plan.Remote
	case r.Done != nil:
		return r.Done.Side == plan.Remote
	case r.Loan != nil:
		return r.Loan.Side == plan.Remote
	}
	return true
}

// onlyDone tells of records that announce nothing.
func onlyDone(records []journal.Record) bool {
	return !slices.ContainsFunc(records, func(r journal.Record) bool { return r.Done == nil })
}

// append adds a text to the journal of a side, if there is any and that side is there.
func (j *Journals) append(side plan.Side, text []byte, sync bool) error {
	e := j.Ends[side]
	if len(text) == 0 || e == nil {
		return nil
	}
	if e.torn {
		text = append([]byte{'\n'}, text...)
	}
	// Should the write fail half-way, then the run ends, and the next one finds the tail torn.
	e.torn = false
	return e.log.Append(text, sync)
}

// open opens those that are not.
func (j *Journals) open() error {
	for _, e := range j.Ends.There() {
		if e.log != nil {
			continue
		}
		log, err := e.Store.OpenLog(j.ID)
		if err != nil {
			return err
		}
		e.log = log
	}
	return nil
}

// Close closes the journals for good, after which the apply is over: LOCAL's last, so that as long as any is open, the
// plan can be taken up.
func (j *Journals) Close() error {
	if err := j.GiveBack(); err != nil {
		return err
	}
	if err := j.Flush(); err != nil {
		return err
	}
	there := j.Ends.There()
	for _, e := range slices.Backward(there) {
		if err := j.ClearStage(e); err != nil {
			return err
		}
	}
	for _, e := range slices.Backward(there) {
		if err := j.CloseOn(e, e.Store); err != nil {
			return err
		}
	}
	if j.Ends[plan.Local] == nil {
		return nil
	}
	return j.Ends[plan.Local].Store.RemoveKept(j.ID)
}

// CloseOn closes the journal of an end for good, once, by a store of its tree. REMOTE's may be closed before Close,
// where all that Close does first is done.
func (j *Journals) CloseOn(e *End, by *store.Store) error {
	if e.closed {
		return nil
	}
	err := by.CloseJournal(j.ID)
	e.closed = err == nil
	return err
}

// ClearStage drops what an end has staged still, once: nothing more is carried out.
func (j *Journals) ClearStage(e *End) error {
	if e.cleared {
		return nil
	}
	err := e.Disk.ClearStage(j.ID)
	e.cleared = err == nil
	return err
}

// Leave writes no more. Journals that were not closed stay open, for somebody to take the apply up.
func (j *Journals) Leave() {
	_ = j.Flush() // what is not written down is examined again
	for _, e := range j.Ends.There() {
		if e.log != nil {
			e.log.Close()
		}
		e.log = nil
	}
}
