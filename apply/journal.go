package apply

import (
	"slices"

	"treaty/apply/internal/journal"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
)

// begin opens the journals, before anything else is written.
func (r *run) begin(steps []plan.Step) error {
	local := r.ends[plan.Local].store
	if err := local.Hide(); err != nil {
		return err
	}
	if r.ends.resumed() == nil {
		if err := r.papers.keep(local); err != nil {
			return err
		}
	}
	if err := local.Durable(); err != nil {
		return err
	}
	for _, e := range r.ends {
		log, err := e.store.OpenLog(r.plan.ID)
		if err != nil {
			return err
		}
		e.log = log
		e.torn = e.left != nil && e.left.Torn
		var records []journal.Record
		if e.left == nil || e.left.Header == nil {
			records = append(records, journal.Record{Header: &journal.Header{Plan: r.plan.ID, SHA256: r.ref.SHA256,
				Trees: r.ends.ids(), Side: e.side,
				Traits:    plan.Sides[tree.Traits]{r.plan.Local.Filesystem, r.plan.Remote.Filesystem},
				StartedAt: r.receipt.StartedAt, By: r.request.By}})
		}
		if e.side == plan.Local && r.ends.resumed() == nil {
			records = append(records, journal.Record{Steps: r.stepsRecord(steps)})
		}
		if err := r.journals.append(e.side, true, records); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) stepsRecord(steps []plan.Step) *journal.Steps {
	out := &journal.Steps{Settling: []journal.Settling{}, Skipped: map[int]string{}, Sources: r.survey.stamps.Times(steps),
		Spelled: map[int]tree.Path{}}
	for i := range steps {
		if steps[i].Action == plan.Update && steps[i].From != "" {
			out.Spelled[i] = steps[i].From
		}
		if steps[i].Skipped != "" {
			out.Skipped[i] = string(steps[i].Skipped)
		}
		if steps[i].Conflict != 0 {
			out.Settling = append(out.Settling, journal.Settling{Conflict: steps[i].Conflict, Operation: steps[i].Operation})
		}
	}
	return out
}

// recorded are the steps as the journal has them.
func recorded(p *plan.Plan, from *journal.Steps) []plan.Step {
	var steps []plan.Step
	for i := range p.Operations {
		steps = append(steps, plan.Step{Operation: &p.Operations[i]})
	}
	for _, s := range from.Settling {
		steps = append(steps, plan.Step{Operation: s.Operation, Conflict: s.Conflict})
	}
	for i := range steps {
		steps[i].Skipped = plan.Why(from.Skipped[i])
		if present, respelled := from.Spelled[i]; respelled {
			respell(&steps[i], present)
		}
	}
	return steps
}

// postpone leaves the journal open, with a receipt of what is done so far.
func (r *run) postpone() {
	_ = r.journals.giveBack() // what is owed still is in the journal
	r.complete()
	// It is for people; all that counts is in the journal.
	if text, err := r.receipt.Text(); err == nil {
		_ = r.ends[plan.Local].store.Keep(r.plan.ID, store.ItsReceipt, text)
	}
}

// closeJournals closes the journals: LOCAL's last, so that as long as any is open, the plan can be taken up.
func (r *run) closeJournals() error {
	if err := r.journals.giveBack(); err != nil {
		return err
	}
	there := r.ends.there()
	for _, e := range slices.Backward(there) {
		if err := e.disk.ClearStage(r.plan.ID); err != nil {
			return err
		}
	}
	for _, e := range slices.Backward(there) {
		if err := e.store.CloseJournal(r.plan.ID); err != nil {
			return err
		}
	}
	if r.ends[plan.Local] == nil {
		return nil
	}
	return r.ends[plan.Local].store.RemoveKept(r.plan.ID)
}
