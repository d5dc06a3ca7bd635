package apply

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"treaty/apply/internal/disk"
	"treaty/apply/internal/journal"
	"treaty/plan"
	"treaty/plan/tree"
)

// journalFolder holds the journals of plans that are being carried out. A journal is open as long as its
// log is there: on LOCAL, with copies of the plan and its approval, it has everything; on the other side
// it has what is done there, so that a stick can be settled without the machine that it was last in.
const (
	journalFolder = "journal"
	logSuffix     = ".log"
	// approvalSuffix is also how approvals beside plans end.
	approvalSuffix = ".approval.json"
)

func journalName(id, suffix string) string { return journalFolder + "/" + id + suffix }

// open are the ids of the plans whose journals are open, sorted.
func (s *Store) open() ([]string, error) {
	names, err := s.names(journalFolder)
	var ids []string
	for _, name := range names {
		if id, found := strings.CutSuffix(name, logSuffix); found {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, err
}

// Settled refuses with ErrOpen where an apply was interrupted.
func (s *Store) Settled() error {
	ids, err := s.open()
	if err != nil || len(ids) == 0 {
		return err
	}
	return s.unsettled(ids[0])
}

func (s *Store) unsettled(id string) error {
	refusal := refuse(CauseInterrupted, "%s: an apply of plan %s was interrupted here", s.Root(), id).at(s.Root())
	refusal.Plan = id
	return refusal
}

// journal reads the journal of a plan, nil where there is none.
func (s *Store) journal(id string) (*journal.Journal, error) {
	data, err := s.read(journalName(id, logSuffix))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, s.unfit(journalName(id, logSuffix), err)
	}
	return journal.Read(data), nil
}

// unopened refuses with ErrOpen where the journal of another plan is open, or of this one as it was before
// somebody edited it. A journal of this very plan is what the run takes up.
func (r *run) unopened() error {
	for _, side := range plan.BothSides {
		if r.roots[side] == nil {
			continue
		}
		s, err := storeOf(r.roots[side])
		if err != nil {
			return err
		}
		ids, err := s.open()
		if err != nil {
			return err
		}
		for _, id := range ids {
			if id != r.plan.ID {
				return s.unsettled(id)
			}
			j, err := s.journal(id)
			if err != nil {
				return err
			}
			if j.Header != nil && j.Header.SHA256 != r.ref.SHA256 {
				return refuse(CauseEdited, "the plan was edited after an apply of it was interrupted").at(s.Root())
			}
			r.left[side] = j
		}
	}
	return nil
}

// resumed is the journal that is taken up, nil where there is none. LOCAL's has everything; without one,
// nothing was begun.
func (r *run) resumed() *journal.Journal {
	if j := r.left[plan.Local]; j != nil && j.Header != nil && j.Steps != nil {
		return j
	}
	return nil
}

// ignoreFile keeps treaty's folder out of the repository that a tree may be.
const ignoreFile = ".gitignore"

// hide writes the ignore file where there is none.
func hide(d *disk.Tree) error {
	at, err := d.At(tree.PrivateFolder + "/" + ignoreFile)
	if err != nil || at.Type != tree.Absent {
		return err
	}
	return d.WritePrivate(ignoreFile, []byte("*\n"))
}

// begin opens the journals, before anything else is written.
func (r *run) begin(steps []plan.Step) error {
	if err := hide(r.disks[plan.Local]); err != nil {
		return err
	}
	for suffix, text := range map[string][]byte{planSuffix: r.request.Plan, approvalSuffix: r.request.Approval} {
		if text == nil || r.resumed() != nil {
			continue
		}
		if err := r.disks[plan.Local].WritePrivate(journalName(r.plan.ID, suffix), text); err != nil {
			return err
		}
	}
	if err := r.store.settled(); err != nil {
		return err
	}
	for _, side := range plan.BothSides {
		log, err := r.disks[side].OpenLog(journalName(r.plan.ID, logSuffix))
		if err != nil {
			return err
		}
		r.logs[side] = log
		r.torn[side] = r.left[side] != nil && r.left[side].Torn
		var records []journal.Record
		if r.left[side] == nil || r.left[side].Header == nil {
			records = append(records, journal.Record{Header: &journal.Header{Plan: r.plan.ID, SHA256: r.ref.SHA256,
				Trees: plan.Sides[string]{r.files[plan.Local].ID, r.files[plan.Remote].ID}, Side: side,
				Traits:    plan.Sides[tree.Traits]{r.plan.Local.Filesystem, r.plan.Remote.Filesystem},
				StartedAt: r.receipt.StartedAt, By: r.request.By}})
		}
		if side == plan.Local && r.resumed() == nil {
			records = append(records, journal.Record{Steps: r.stepsRecord(steps)})
		}
		if err := r.append(side, true, records); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) stepsRecord(steps []plan.Step) *journal.Steps {
	out := &journal.Steps{Settling: []journal.Settling{}, Skipped: map[int]string{}, Sources: r.stamps.times(steps),
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

// write adds records to the journals: all to LOCAL's, and to the other side's what concerns it. An error
// ends the run, since nothing may be done that is not written down.
func (r *run) write(sync bool, records ...journal.Record) error {
	if r.broken != nil || len(records) == 0 {
		return r.broken
	}
	theirs := slices.DeleteFunc(slices.Clone(records), func(record journal.Record) bool {
		return record.Intent != nil && record.Intent.Side != plan.Remote || record.Done != nil && record.Done.Side != plan.Remote ||
			record.Loan != nil && record.Loan.Side != plan.Remote
	})
	if r.broken = r.append(plan.Local, sync, records); r.broken == nil {
		r.broken = r.append(plan.Remote, sync, theirs)
	}
	return r.broken
}

func (r *run) append(side plan.Side, sync bool, records []journal.Record) error {
	if len(records) == 0 || r.disks[side] == nil {
		return nil
	}
	text, err := journal.Encode(r.torn[side], records...)
	if err != nil {
		return err
	}
	// Should the write fail half-way, then the run ends, and the next one finds the tail torn.
	r.torn[side] = false
	return r.logs[side].Append(text, sync)
}

// postpone leaves the journal open, with a receipt of what is done so far.
func (r *run) postpone() {
	_ = r.giveBack() // what is owed still is in the journal
	r.finished()
	// It is for people; all that counts is in the journal.
	if text, err := r.receipt.Text(); err == nil {
		_ = r.disks[plan.Local].WritePrivate(journalName(r.plan.ID, ".receipt.json"), text)
	}
}

// settle closes the journals: LOCAL's last, so that as long as any is open, the plan can be taken up.
func (r *run) settle() error {
	if err := r.giveBack(); err != nil {
		return err
	}
	present := [2]plan.Side{plan.Remote, plan.Local}
	for _, side := range present {
		if r.disks[side] == nil {
			continue
		}
		if err := r.disks[side].ClearStage(r.plan.ID); err != nil {
			return err
		}
	}
	for _, side := range present {
		if r.disks[side] == nil {
			continue
		}
		if err := r.disks[side].RemovePrivate(journalName(r.plan.ID, logSuffix)); err != nil {
			return err
		}
	}
	if r.disks[plan.Local] == nil {
		return nil
	}
	return removeCopies(r.disks[plan.Local], r.plan.ID)
}

// removeCopies removes what lies beside a journal that is closed.
func removeCopies(d *disk.Tree, id string) error {
	for _, suffix := range []string{planSuffix, approvalSuffix, ".receipt.json"} {
		if at, err := d.At(tree.PrivateFolder + "/" + journalName(id, suffix)); err != nil || at.Type == tree.Absent {
			continue
		}
		if err := d.RemovePrivate(journalName(id, suffix)); err != nil {
			return err
		}
	}
	return nil
}
