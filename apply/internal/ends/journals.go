package ends

import (
	"slices"

	"treaty/apply/internal/journal"
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
		if err := j.append(e.Side, true); err != nil {
			return err
		}
	}
	return nil
}

// Write adds records to the journals: all to LOCAL's, and to the other side's what concerns it. An error
// ends the run, since nothing may be done that is not written down.
func (j *Journals) Write(sync bool, records ...journal.Record) error {
	if j.broken != nil || len(records) == 0 {
		return j.broken
	}
	if j.broken = j.encode(records, plan.Local, plan.Remote); j.broken != nil {
		return j.broken
	}
	for _, side := range order(records) {
		if j.broken = j.append(side, sync); j.broken != nil {
			break
		}
	}
	return j.broken
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

// order is in which order the journals are written. What is announced, LOCAL's has first: it has everything. What is
// done, the other side's has first: a crash between the two leaves none that rolls back by itself what LOCAL's calls
// done.
func order(records []journal.Record) []plan.Side {
	if slices.ContainsFunc(records, func(r journal.Record) bool { return r.Done == nil }) {
		return []plan.Side{plan.Local, plan.Remote}
	}
	return []plan.Side{plan.Remote, plan.Local}
}

// append adds the text of a side to its journal, if there is any and that side is there.
func (j *Journals) append(side plan.Side, sync bool) error {
	e, text := j.Ends[side], j.texts[side]
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
	there := j.Ends.There()
	for _, e := range slices.Backward(there) {
		if err := e.Disk.ClearStage(j.ID); err != nil {
			return err
		}
	}
	for _, e := range slices.Backward(there) {
		if err := e.Store.CloseJournal(j.ID); err != nil {
			return err
		}
	}
	if j.Ends[plan.Local] == nil {
		return nil
	}
	return j.Ends[plan.Local].Store.RemoveKept(j.ID)
}

// Leave writes no more. Journals that were not closed stay open, for somebody to take the apply up.
func (j *Journals) Leave() {
	for _, e := range j.Ends.There() {
		if e.log != nil {
			e.log.Close()
		}
		e.log = nil
	}
}
