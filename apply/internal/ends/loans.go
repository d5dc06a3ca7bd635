package ends

import (
	"treaty/apply/internal/journal"
	"treaty/apply/volume"
	"treaty/plan"
)

// Lend writes down that a directory of a side is about to be made workable for the while. An interrupted run
// that is settled has no journal open for writing until it needs one.
func (j *Journals) Lend(side plan.Side) func(volume.Loan) error {
	return func(loan volume.Loan) error {
		if err := j.open(); err != nil {
			return err
		}
		return j.Write(true, journal.Record{Loan: &journal.Loan{Side: side, Path: loan.Path, Mode: loan.Mode}})
	}
}

// GiveBack gives the directories that were made workable their modes back, and notes that once it is durable.
func (j *Journals) GiveBack() error {
	for _, e := range j.Ends.There() {
		paid, err := e.Disk.GiveBack()
		if len(paid) > 0 && e.Disk.Stopped() == nil {
			if err := j.returned(e, paid); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (j *Journals) returned(e *End, loans []volume.Loan) error {
	if err := e.Disk.Barrier(); err != nil {
		return err
	}
	if err := j.open(); err != nil {
		return err
	}
	var records []journal.Record
	for _, loan := range loans {
		records = append(records, journal.Record{Loan: &journal.Loan{Side: e.Side, Path: loan.Path,
			Mode: loan.Mode, Returned: true}})
	}
	return j.Write(false, records...)
}
