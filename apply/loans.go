package apply

import (
	"treaty/apply/internal/journal"
	"treaty/apply/volume"
	"treaty/plan"
)

// lend writes down that a directory of a side is about to be made workable for the while. An interrupted run
// that is settled has no journal open for writing until it needs one.
func (j *journals) lend(side plan.Side) func(volume.Loan) error {
	return func(loan volume.Loan) error {
		if err := j.open(); err != nil {
			return err
		}
		return j.write(true, journal.Record{Loan: &journal.Loan{Side: side, Path: loan.Path, Mode: loan.Mode}})
	}
}

// giveBack gives the directories that were made workable their modes back, and notes that once it is durable.
func (j *journals) giveBack() error {
	for _, e := range j.ends.there() {
		paid, err := e.disk.GiveBack()
		if len(paid) > 0 && e.disk.Stopped() == nil {
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

func (j *journals) returned(e *end, loans []volume.Loan) error {
	if err := e.disk.Barrier(); err != nil {
		return err
	}
	if err := j.open(); err != nil {
		return err
	}
	var records []journal.Record
	for _, loan := range loans {
		records = append(records, journal.Record{Loan: &journal.Loan{Side: e.side, Path: loan.Path, Mode: loan.Mode, Returned: true}})
	}
	return j.write(false, records...)
}
