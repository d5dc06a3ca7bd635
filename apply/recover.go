package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"treaty/apply/internal/ends"
	"treaty/apply/reach"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/plan"
)

// Recovery is which trees to settle, and who does it.
type Recovery struct {
	// Dirs are the roots of the trees.
	Dirs []string
	// Open opens what is there. Where it is nil, roots are directories of this machine.
	Open reach.Opener
	By   plan.Author
	// Now is the clock, time.Now where nil.
	Now func() time.Time

	seams ends.Seams
}

// Recovered is an interrupted apply that was settled.
type Recovered struct {
	Plan string // its id
	// Roots are the trees on which it was settled, "" where one was not there.
	Roots plan.Sides[string]
	// Away is where the plan had its remote tree, which could not be looked at because of Why and may have it open still;
	// "" where it was looked at, or nobody knows where it is.
	Away string
	Why  error
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
// comes. Errors are those of scan.Open, or wrap ErrLocked, or, where something is open still, ErrOpen.
func Recover(ctx context.Context, request Recovery) (Settled, error) {
	var out Settled
	if request.Now == nil {
		request.Now = reach.Now
	}
	stores, err := request.stores()
	defer func() {
		for _, s := range stores {
			s.Close()
		}
	}()
	if err != nil {
		return out, err
	}
	for _, s := range stores {
		words, err := s.FreeLock()
		if out.SetAside = append(out.SetAside, words...); err != nil {
			return out, err
		}
	}
	unlock, err := store.HoldBy((*store.Store).LockUnsound, stores...)
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
			return out, unsettled(id, err)
		}
		out.Applies = append(out.Applies, *settled)
	}
	return out, nil
}

// unsettled is an error of settling a plan: that is open still, whatever else the error is.
func unsettled(id string, err error) error {
	err = fmt.Errorf("plan %s cannot be settled: %w", id, err)
	var refused *Refusal
	if errors.As(err, &refused) || errors.Is(err, context.Canceled) {
		return err
	}
	left := refusal.Because(refusal.CauseUnsettled, "%v", err)
	left.Plan, left.Err = id, err
	return left
}

// stores opens the trees, each once, and those that are open with them; those that it returns are open, also with an
// error.
func (request *Recovery) stores() (stores []*store.Store, err error) {
	add := func(root string) error {
		s, err := request.Open.Store(root)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(stores, func(other *store.Store) bool { return other.Root() == s.Root() }) {
			return s.Close()
		}
		stores = append(stores, s)
		return nil
	}
	for _, root := range request.Dirs {
		if err := add(root); err != nil {
			return stores, err
		}
	}
	for _, root := range request.partners(stores) {
		if err := add(root); err != nil {
			return stores, err
		}
	}
	return stores, nil
}

// partners are where the other trees of open plans were, if the same plan is open there.
func (request *Recovery) partners(stores []*store.Store) []string {
	var roots []string
	for _, s := range stores {
		ids, _ := s.OpenJournals()
		for _, id := range ids {
			if root := request.partner(s, id); root != "" {
				roots = append(roots, root)
			}
		}
	}
	return roots
}

// partner is where the other tree of a plan that is open on one was, "" unless the plan is open there too.
func (request *Recovery) partner(s *store.Store, id string) string {
	other, err := request.Open.Store(request.remote(s, id))
	if err != nil {
		return ""
	}
	defer other.Close()
	if open, err := other.OpenJournals(); err != nil || !slices.Contains(open, id) {
		return ""
	}
	return other.Root()
}

// remote is where a plan that is open on a tree had its remote tree; "" where nobody can tell.
func (request *Recovery) remote(s *store.Store, id string) string {
	text, err := s.Kept(id, store.ItsPlan)
	if err != nil {
		return ""
	}
	p, err := plan.Read(text)
	if err != nil || request.Open == nil && !reach.Lasting(p.Remote.Root) {
		return ""
	}
	return p.Remote.Root
}
