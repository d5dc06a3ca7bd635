package apply

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"treaty/apply/internal/execute"
	"treaty/apply/internal/journal"
	"treaty/apply/internal/local"
	"treaty/apply/internal/settle"
	"treaty/apply/paper"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
)

// Recovery is which trees to settle, and who does it.
type Recovery struct {
	Dirs []string
	By   plan.Author
	// Now is the clock, time.Now where nil.
	Now func() time.Time

	seams seams
}

// Recovered is an interrupted apply that was settled.
type Recovered struct {
	Plan string // its id
	// Roots are the trees on which it was settled, "" where one was not there.
	Roots plan.Sides[string]
	// Kept says, in words, what could not be brought back because somebody else was there.
	Kept []string
	// Mended says, in words, what a power cut had done to a volume, and what was done about it.
	Mended []string
	// Receipt is what the history has; nil where the local tree was not there, or no copy of the plan was.
	Receipt *Receipt
}

// Settled is what Recover did.
type Settled struct {
	// SetAside says, in words, what lay in treaty's own folders and was not what treaty wrote, and where it is now.
	SetAside []string
	// Applies are those that were open.
	Applies []Recovered
}

// Recover settles what interrupted applies left open on trees: what is open goes back to what was there
// before, what is done stays, and the plan is closed as applied in part. It needs neither the plan's file
// nor both trees; the other one, if it is at hand and open too, is settled with it. Before that, what lies in
// treaty's own folders and is not what treaty wrote goes to the trash, so that nothing is in the way of what
// comes. Errors are those of scan.Open, or wrap ErrLocked.
func Recover(ctx context.Context, request Recovery) (Settled, error) {
	var out Settled
	if request.Now == nil {
		request.Now = local.Now
	}
	var stores []*store.Store
	defer func() {
		for _, s := range stores {
			s.Close()
		}
	}()
	add := func(dir string) error {
		s, err := store.Open(dir)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(stores, func(other *store.Store) bool { return other.Root() == s.Root() }) {
			return s.Close()
		}
		stores = append(stores, s)
		return nil
	}
	for _, dir := range request.Dirs {
		if err := add(dir); err != nil {
			return out, err
		}
	}
	for _, partner := range partners(stores) {
		if err := add(partner); err != nil {
			return out, err
		}
	}
	for _, s := range stores {
		words, err := s.FreeLock()
		if out.SetAside = append(out.SetAside, words...); err != nil {
			return out, err
		}
	}
	unlock, err := store.HoldWhere(stores, (*store.Store).Unsound)
	if err != nil {
		return out, err
	}
	defer unlock()
	var ids []string
	for _, s := range stores {
		words, err := s.Tidy()
		if out.SetAside = append(out.SetAside, words...); err != nil {
			return out, err
		}
		open, err := s.OpenJournals()
		if err != nil {
			return out, err
		}
		ids = append(ids, open...)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		settled, err := request.settle(ctx, id, stores)
		if err != nil {
			return out, fmt.Errorf("plan %s cannot be settled: %w", id, err)
		}
		out.Applies = append(out.Applies, *settled)
	}
	return out, nil
}

// partners are where the other trees of open plans were, if the same plan is open there.
func partners(stores []*store.Store) []string {
	var dirs []string
	for _, s := range stores {
		ids, _ := s.OpenJournals()
		for _, id := range ids {
			text, err := s.Kept(id, store.ItsPlan)
			if err != nil {
				continue
			}
			p, err := plan.Read(text)
			if err != nil || !filepath.IsAbs(p.Remote.Root) {
				continue
			}
			other, err := store.Open(p.Remote.Root)
			if err != nil {
				continue
			}
			if open, err := other.OpenJournals(); err == nil && slices.Contains(open, id) {
				dirs = append(dirs, p.Remote.Root)
			}
			other.Close()
		}
	}
	return dirs
}

// settle settles one plan on all trees on which it is open.
func (request *Recovery) settle(ctx context.Context, id string, stores []*store.Store) (*Recovered, error) {
	r := &run{request: Request{By: request.By, Now: request.Now, seams: request.seams}, papers: papers{plan: &plan.Plan{ID: id}}}
	r.journals = journals{id: id, ends: &r.ends}
	defer func() {
		_ = r.journals.giveBack() // nothing, unless something failed: then what is owed still is in the journal
		r.journals.close()
	}()
	out := &Recovered{Plan: id}
	var idle []*store.Store
	for _, s := range stores {
		j, err := s.Journal(id)
		if err != nil {
			return nil, err
		}
		switch {
		case j == nil:
			idle = append(idle, s)
			continue
		case j.Header == nil:
			// Nothing was begun.
			if err := s.CloseJournal(id); err != nil {
				return nil, err
			}
			continue
		case r.ends[j.Header.Side] != nil:
			return nil, fmt.Errorf("%s and %s both say that they are its %s tree", s.Root(), r.ends[j.Header.Side].Root(), j.Header.Side)
		}
		e := r.request.seams.newEnd(j.Header.Side, s)
		if err := r.opening().asInterrupted(e, j); err != nil {
			return nil, err
		}
		r.ends[e.side], out.Roots[e.side] = e, s.Root()
	}
	j := cmp.Or(r.ends.left(plan.Local), r.ends.left(plan.Remote))
	if j == nil {
		return out, nil
	}
	for side, id := range j.Header.Trees {
		// A tree that was settled by itself before may have the copies that this one needs.
		for _, s := range idle {
			if identity, err := s.Identity(); err == nil && identity != nil && identity.ID == id && r.ends[side] == nil {
				r.idle[side] = s.Volume()
			}
		}
	}
	mended, err := settle.Mend(ctx, r.settling(), j)
	if err != nil {
		return nil, err
	}
	if len(mended.Missing) > 0 {
		return nil, r.partnerNeeded(j, mended)
	}
	out.Mended = mended.Words
	wrong, err := settle.RollBack(r.settling(), append(j.ClosedOf(mended.Undone), j.Open...))
	if err != nil {
		return nil, err
	}
	for _, step := range sortedKeys(wrong) {
		why := wrong[step].Error()
		if wrong[step].Trash != "" {
			why += "; what was there before is " + wrong[step].Trash
		}
		out.Kept = append(out.Kept, why)
	}
	if r.ends.resumed() == nil {
		if err := settle.Release(settle.CopiesIn(j), r.settling()); err != nil {
			return nil, err
		}
		return out, r.closeJournals()
	}
	text, err := r.ends[plan.Local].store.Kept(id, store.ItsPlan)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !store.Foreign(err) {
		return nil, err
	}
	// Without the very plan that the journal is of, nothing can be said of it but that it is closed.
	p, err := plan.Read(text)
	if err != nil || j.Header.SHA256 != sha256.Sum256(text) {
		return out, r.closeJournals()
	}
	out.Receipt, err = r.closePartly(ctx, p, text, wrong, mended.Undone)
	return out, err
}

// partnerNeeded is the refusal to settle one tree alone, where only the other one has what it needs.
func (r *run) partnerNeeded(j *journal.Journal, mended *settle.Mended) error {
	refusal := refusal.Because(refusal.CausePartner, "a power cut has damaged what only the other tree has whole; %s, on %s, has it",
		j.Header.By.User, j.Header.By.Host).At(r.ends[j.Header.Side].Root())
	refusal.Plan, refusal.Details = j.Header.Plan, slices.Concat(mended.Words, mended.Missing)
	return refusal
}

// closePartly archives what became of a plan of which the open rest was rolled back, and closes it.
func (r *run) closePartly(ctx context.Context, p *plan.Plan, text []byte, wrong map[int]*volume.Drift, undone map[int]bool) (*Receipt, error) {
	j := r.ends.left(plan.Local)
	r.papers = papers{plan: p, text: text, ref: paper.RefTo(p, text)}
	for _, e := range r.ends.there() {
		p.Snapshot(e.side).Filesystem.IgnoresTimes = e.file.IgnoresTimes
	}
	approval, err := r.ends[plan.Local].store.Kept(p.ID, store.ItsApproval)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !store.Foreign(err) {
		return nil, err
	}
	// One that cannot be read says nothing; that the plan was approved was found out when it was begun.
	if r.approval, err = paper.ReadApproval(approval); err == nil {
		r.approvalText = approval
	}
	r.receipt = &Receipt{Format: "treaty.receipt", FormatVersion: plan.FormatVersion, Plan: r.ref, By: r.request.By,
		StartedAt: j.Header.StartedAt, TimeShiftSeconds: p.Summary.TimeShiftSeconds}
	r.survey.stamps = execute.NewStamps(p, r.survey.shift.since, r.survey.shift.total)
	e, err := r.newExecution(recorded(p, j.Steps))
	if err != nil {
		return nil, err
	}
	if !e.Abandon(j, wrong, undone) {
		return nil, r.closeJournals()
	}
	r.receipt.Results = e.Results()
	r.receipt.Totals.Bytes = e.Bytes()
	r.receipt.Count()
	return r.receipt, r.conclude(context.WithoutCancel(ctx), e)
}
