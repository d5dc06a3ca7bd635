package apply

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"

	"treaty/apply/internal/conclude"
	"treaty/apply/internal/ends"
	"treaty/apply/internal/execute"
	"treaty/apply/internal/journal"
	"treaty/apply/internal/mandate"
	"treaty/apply/internal/settle"
	"treaty/apply/internal/survey"
	"treaty/apply/paper"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
)

// settling settles the apply of one plan on all trees on which it is open.
type settling struct {
	*Recovery
	id   string
	ends ends.Ends
	// idle are volumes that are there and not settled, of which copies can be read still.
	idle     plan.Sides[volume.Volume]
	journals ends.Journals
	// beside is a tree that was found where the plan had it, and is not settled; nil for none. seen is what is seen
	// on it, by the number of the step.
	beside *store.Store
	seen   map[int]settle.Sighting
	// undone are the steps, by number, that a power cut has undone, and wrong those that could not be rolled back
	// because somebody else was there.
	undone map[int]bool
	wrong  map[int]*volume.Drift
}

// settle settles one plan on all trees on which it is open.
func (request *Recovery) settle(ctx context.Context, id string, stores []*store.Store) (*Recovered, error) {
	s := &settling{Recovery: request, id: id}
	s.journals = ends.Journals{ID: id, Ends: &s.ends}
	defer func() {
		_ = s.journals.GiveBack() // nothing, unless something failed: then what is owed still is in the journal
		s.journals.Leave()
		if s.beside != nil {
			s.beside.Close()
		}
	}()
	out := &Recovered{Plan: id}
	idle, err := s.open(stores)
	if err != nil {
		return nil, err
	}
	for _, e := range s.ends.There() {
		out.Roots[e.Side] = e.Root()
	}
	j := cmp.Or(s.ends.Left(plan.Local), s.ends.Left(plan.Remote))
	if j == nil {
		return out, nil
	}
	out.Away, out.Why = s.findIdle(idle, j)
	if err := s.sight(j); err != nil {
		return nil, err
	}
	if out.Mended, err = s.rollBack(ctx, j); err != nil {
		return nil, err
	}
	if err := s.clearStages(); err != nil {
		return nil, err
	}
	out.Kept = s.kept()
	out.Receipt, err = s.close(ctx, j)
	return out, err
}

// open opens the trees on which the apply is open, and returns the others.
func (s *settling) open(stores []*store.Store) (idle []*store.Store, err error) {
	o := ends.Opening{ID: s.id, Seams: &s.seams, Lend: s.journals.Lend}
	for _, one := range stores {
		j, err := one.Journal(s.id)
		if err != nil {
			return nil, err
		}
		switch {
		case j == nil:
			idle = append(idle, one)
			continue
		case j.Header == nil:
			// Nothing was begun.
			if err := one.CloseJournal(s.id); err != nil {
				return nil, err
			}
			continue
		case s.ends[j.Header.Side] != nil:
			return nil, fmt.Errorf("%s and %s both say that they are its %s tree",
				one.Root(), s.ends[j.Header.Side].Root(), j.Header.Side)
		}
		e := s.seams.NewEnd(j.Header.Side, one)
		if err := o.AsInterrupted(e, j); err != nil {
			return nil, err
		}
		s.ends[e.Side] = e
	}
	return idle, nil
}

// findIdle finds a tree that was settled by itself before, also where the plan had it: it may have the copies that the
// other one needs, and it alone shows what was left of the steps there. Where the plan had one that cannot be opened
// now, it returns where that was, and the reason.
func (s *settling) findIdle(stores []*store.Store, j *journal.Journal) (away string, why error) {
	if s.ends[plan.Remote] == nil && s.ends[plan.Local] != nil {
		if root := s.remote(s.ends[plan.Local].Store, s.id); root != "" {
			if s.beside, why = s.Open.Store(root); why == nil {
				stores = append(stores, s.beside)
			} else {
				away = root
			}
		}
	}
	for side, id := range j.Header.Trees {
		for _, one := range stores {
			identity, err := one.Identity()
			if err == nil && identity != nil && identity.ID == id && s.ends[side] == nil {
				s.idle[side] = one.Volume()
			}
		}
	}
	if s.idle[plan.Remote] != nil {
		return "", nil
	}
	return away, why
}

// sight looks how far the steps are on a tree that was settled by itself.
func (s *settling) sight(j *journal.Journal) error {
	for _, side := range plan.BothSides {
		if s.idle[side] == nil {
			continue
		}
		intents := slices.DeleteFunc(slices.Concat(j.Closed, j.Open), func(in journal.Intent) bool { return in.Side != side })
		var err error
		if s.seen, err = settle.Sight(s.idle[side], intents, j.Header.Traits[side].MtimeGranularity); err != nil {
			return err
		}
	}
	return nil
}

// volumes are the ends as package settle needs them. By how much their times are off, nobody has measured.
func (s *settling) volumes() *settle.Ends {
	return s.ends.InHand(plan.Sides[time.Duration]{}, s.idle)
}

// rollBack mends what a power cut did, and brings back what was there before what is open. It returns, in words, what
// it mended.
func (s *settling) rollBack(ctx context.Context, j *journal.Journal) ([]string, error) {
	mended, err := settle.Mend(ctx, s.volumes(), j)
	if err != nil {
		return nil, err
	}
	if len(mended.Missing) > 0 {
		return nil, partnerNeeded(s.ends[j.Header.Side].Root(), j, mended)
	}
	s.undone = mended.Undone
	s.wrong, err = settle.RollBack(s.volumes(), append(j.ClosedOf(s.undone), j.Open...))
	return mended.Words, err
}

// clearStages removes what was staged, all of it copies once everything is back: on a full volume that makes the room
// for what concludes the apply.
func (s *settling) clearStages() error {
	for _, e := range s.ends.There() {
		if err := e.Disk.ClearStage(s.id); err != nil {
			return err
		}
	}
	return nil
}

// partnerNeeded is the refusal to settle one tree alone, where only the other one has what it needs.
func partnerNeeded(root string, j *journal.Journal, mended *settle.Mended) error {
	refusal := refusal.Because(refusal.CausePartner,
		"a power cut has damaged what only the other tree has whole; %s, on %s, has it",
		j.Header.By.User, j.Header.By.Host).At(root)
	refusal.Plan, refusal.Details = j.Header.Plan, slices.Concat(mended.Words, mended.Missing)
	return refusal
}

// kept says, in words, what could not be rolled back.
func (s *settling) kept() []string {
	var words []string
	for _, step := range slices.Sorted(maps.Keys(s.wrong)) {
		why := s.wrong[step].Error()
		if s.wrong[step].Trash != "" {
			why += "; what was there before is " + s.wrong[step].Trash
		}
		words = append(words, why)
	}
	return words
}

// close archives what became of the plan, if the local tree is there and has a copy of it, and closes the journals. The
// receipt is nil where it has not: without the very plan that the journal is of, nothing can be said of it but that it
// is closed.
func (s *settling) close(ctx context.Context, j *journal.Journal) (*Receipt, error) {
	if s.ends.Resumed() == nil {
		return nil, s.closeAlone(j)
	}
	text, err := s.copyOf(store.ItsPlan)
	if err != nil {
		return nil, err
	}
	p, err := plan.Read(text)
	if err != nil || j.Header.SHA256 != sha256.Sum256(text) {
		return nil, s.journals.Close()
	}
	approval, err := s.copyOf(store.ItsApproval)
	if err != nil {
		return nil, err
	}
	all := &mandate.Mandate{Plan: p, Text: text, Ref: paper.RefTo(p, text)}
	// One that cannot be read says nothing; that the plan was approved was found out when it was begun.
	if all.Approval, err = paper.ReadApproval(approval); err == nil {
		all.ApprovalText = approval
	}
	return s.closeAs(ctx, j, all)
}

// closeAlone closes the journals where that of the local tree, which has everything, is not there. A remote tree keeps
// the id that the interrupted apply gave it: by that the local tree's history knows it, so that what was finished there
// can be undone.
func (s *settling) closeAlone(j *journal.Journal) error {
	if remote := s.ends[plan.Remote]; remote != nil && s.ends[plan.Local] == nil {
		if err := remote.Store.SaveIdentity(remote.File); err != nil {
			return err
		}
	}
	if err := settle.Release(settle.CopiesIn(j), s.volumes()); err != nil {
		return err
	}
	return s.journals.Close()
}

// copyOf is what the interrupted run has kept beside its journal; nothing where it is not there, or not what treaty
// wrote.
func (s *settling) copyOf(what store.Beside) ([]byte, error) {
	text, err := s.ends[plan.Local].Store.Kept(s.id, what)
	if errors.Is(err, fs.ErrNotExist) || store.Foreign(err) {
		return text, nil
	}
	return text, err
}

// closeAs archives what became of a plan of which the open rest was rolled back, and closes it. Where the journal is of
// other steps there is no receipt.
func (s *settling) closeAs(ctx context.Context, j *journal.Journal, of *mandate.Mandate) (*Receipt, error) {
	for _, e := range s.ends.There() {
		of.Plan.Snapshot(e.Side).Filesystem.IgnoresTimes = e.File.IgnoresTimes
	}
	var shift plan.Sides[time.Duration]
	e := execute.New(&execute.Site{Plan: of.Plan, Ends: s.volumes(), Write: s.journals.Write, Now: s.Now},
		survey.Recorded(of.Plan, j.Steps), execute.Before{Stamps: execute.NewStamps(of.Plan, shift, shift)}, execute.Counts{})
	if !e.Abandon(j, s.wrong, s.undone, s.seen) {
		return nil, s.journals.Close()
	}
	receipt := paper.NewReceipt(of.Ref, s.By, j.Header.StartedAt, of.Plan.Summary.TimeShiftSeconds)
	c := &conclude.Conclusion{Mandate: of, Ends: &s.ends, Journals: &s.journals, Receipt: receipt, Execution: e,
		Now: s.Now}
	c.Count()
	defer receipt.Hold()
	return receipt, c.Conclude(context.WithoutCancel(ctx))
}
