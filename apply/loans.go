package apply

import (
	"treaty/apply/internal/journal"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// lend writes down that a directory of a side is about to be made workable for the while. An interrupted run
// that is settled has no journal open for writing until it needs one.
func (r *run) lend(side plan.Side) func(volume.Loan) error {
	return func(loan volume.Loan) error {
		if err := r.openLogs(); err != nil {
			return err
		}
		return r.write(true, journal.Record{Loan: &journal.Loan{Side: side, Path: loan.Path, Mode: loan.Mode}})
	}
}

func (r *run) openLogs() error {
	for _, e := range r.ends.there() {
		if e.log != nil {
			continue
		}
		log, err := e.store.OpenLog(r.plan.ID)
		if err != nil {
			return err
		}
		e.log = log
	}
	return nil
}

// owe takes over what an earlier run has made workable on a side, as far as its steps did not give it that
// very mode in the end.
func owe(d volume.Changer, side plan.Side, j *journal.Journal) {
	for _, loan := range j.Loans {
		if loan.Side == side {
			d.Owe(volume.Loan{Path: loan.Path, Mode: loan.Mode})
		}
	}
	for _, in := range j.Closed {
		if in.Side == side && in.Kind == journal.Chmod && in.After.Of() == tree.Directory {
			d.Decided(in.Path, in.After.Mode)
		}
	}
}

// giveBack gives the directories that were made workable their modes back, and notes that once it is durable.
func (r *run) giveBack() error {
	for _, e := range r.ends.there() {
		paid, err := e.disk.GiveBack()
		if len(paid) > 0 && e.disk.Stopped() == nil {
			if err := r.returned(e, paid); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *run) returned(e *end, loans []volume.Loan) error {
	if err := e.disk.Barrier(); err != nil {
		return err
	}
	if err := r.openLogs(); err != nil {
		return err
	}
	var records []journal.Record
	for _, loan := range loans {
		records = append(records, journal.Record{Loan: &journal.Loan{Side: e.side, Path: loan.Path, Mode: loan.Mode, Returned: true}})
	}
	return r.write(false, records...)
}
