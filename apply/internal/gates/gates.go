package gates

import (
	"errors"
	"time"

	"treaty/apply/internal/ends"
	"treaty/apply/internal/journal"
	"treaty/apply/internal/mandate"
	"treaty/apply/internal/sources"
	"treaty/apply/policy"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
)

// Gates are what a plan is held to before its trees are read.
type Gates struct {
	*mandate.Mandate
	Ends *ends.Ends
	// Config says what the config of a tree demands and gives; nil where nobody asks.
	Config func(*store.Store) (policy.Config, error)
	// Now is the clock.
	Now func() time.Time
}

// Pass holds a plan to each gate, in the order of the exit codes that they stand for. The first that it does not pass
// is the refusal. missing is why not both trees are open, nil if they are: it comes behind what can be told without
// them.
func (g *Gates) Pass(missing error) error {
	for _, gate := range []func() error{
		func() error { return g.Ends.Each((*store.Store).Sound) },
		func() error { return g.Ends.Each((*store.Store).Locked) },
		g.unapplied, g.unopened, g.resolved, g.approved,
		func() error { return missing },
		g.sameTrees, g.fewChanged,
	} {
		if err := gate(); err != nil {
			return err
		}
	}
	return nil
}

// unapplied refuses a plan that was applied: that the history has, or that either tree remembers, whatever is left
// of the history.
func (g *Gates) unapplied() error {
	local := g.Ends[plan.Local]
	if local == nil {
		return nil
	}
	var closing *store.Closing
	err := g.Ends.Each(func(s *store.Store) (err error) {
		if closing == nil {
			closing, err = s.Closing(g.Plan.ID)
		}
		return err
	})
	if err != nil || closing == nil {
		return err
	}
	j, err := local.Store.Journal(g.Plan.ID)
	if err != nil {
		return err
	}
	if j != nil && j.Header != nil && j.Header.SHA256 == g.Ref.SHA256 {
		return nil // only its conclusion is missing
	}
	return closing.Refusal()
}

// unopened refuses where the journal of another plan is open, or of this one as it was before somebody edited it. A
// journal of this very plan is what the run takes up.
func (g *Gates) unopened() error {
	for _, e := range g.Ends.There() {
		ids, err := e.Store.OpenJournals()
		if err != nil {
			return err
		}
		for _, id := range ids {
			if id != g.Plan.ID {
				return e.Store.Interrupted(id)
			}
			if e.Left, err = g.itsJournal(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// itsJournal is the journal of this plan that is open at an end.
func (g *Gates) itsJournal(e *ends.End) (*journal.Journal, error) {
	j, err := e.Store.Journal(g.Plan.ID)
	if err == nil && j.Header != nil && j.Header.SHA256 != g.Ref.SHA256 {
		return nil, refusal.Because(refusal.CauseEdited, "the plan was edited after an apply of it was interrupted").
			At(e.Root())
	}
	return j, err
}

func (g *Gates) resolved() error {
	if n := g.Plan.Unresolved(); n > 0 {
		noun := map[bool]string{true: "conflict", false: "conflicts"}[len(g.Plan.Conflicts) == 1]
		return refusal.Because(refusal.CauseConflicts, "%d of %d %s not resolved", n, len(g.Plan.Conflicts), noun)
	}
	return nil
}

// approved holds the plan to an approval of its exact bytes, and to the policies of both trees. A plan with nothing
// to do needs none, if nobody shaped it.
func (g *Gates) approved() error {
	configs, err := policy.ConfigsOf(g.Ends.Stores(), g.Config)
	if err != nil {
		return err
	}
	needed, err := policy.Wanted(g.Plan, g.Ends.Stores(), configs)
	if err != nil || !needed {
		return err
	}
	switch {
	case g.Approval == nil && g.Plan.Empty():
		return refusal.Because(refusal.CauseUnapproved,
			"the plan changes nothing, but it was made with options that the config does not give, and is not approved")
	case g.Approval == nil:
		return refusal.Because(refusal.CauseUnapproved, "the plan is not approved")
	case !g.Approval.Of(g.Ref):
		return refusal.Because(refusal.CauseUnapproved, "the approval is of another text: the plan was edited since")
	case len(g.Approval.Approvals) == 0:
		return refusal.Because(refusal.CauseUnapproved, "the approval file holds nobody's approval")
	}
	for _, side := range plan.BothSides {
		if err := g.signed(configs[side].Policy); err != nil {
			return err
		}
	}
	return nil
}

// signed holds the approval to the signatures that a policy asks for. Only these need the plan's text.
func (g *Gates) signed(by policy.Policy) error {
	if by.Required == 0 {
		return nil
	}
	text, err := g.Whole()
	if err != nil {
		return err
	}
	return by.Satisfied(g.Approval, text, g.Now())
}

// sameTrees holds the roots to the identities that were planned, and apart from each other.
func (g *Gates) sameTrees() error {
	for _, e := range g.Ends {
		if err := g.sameTree(e); err != nil {
			return err
		}
	}
	roots := plan.Sides[string]{g.Ends[plan.Local].Root(), g.Ends[plan.Remote].Root()}
	if err := store.OneEach(g.Ends.Files(), roots); err != nil {
		return err
	}
	return sources.Apart(g.Ends.Sources())
}

// sameTree is sameTrees of one end, and finds the tree's own file.
func (g *Gates) sameTree(e *ends.End) error {
	planned, root := g.Plan.Snapshot(e.Side), e.Root()
	file, err := e.Store.Identity()
	if errors.Is(err, refusal.ErrInvalid) && planned.ID == nil {
		err = nil // it was planned as a new tree all the same, and gets a file of its own
	}
	if err != nil {
		return err
	}
	e.File, e.Baselines = file, e.Store.HasBaselines()
	var given string // out by the run that was interrupted
	if j := g.Ends.Resumed(); j != nil && planned.ID == nil {
		given = j.Header.Trees[e.Side]
	}
	other := g.Plan.Snapshot(e.Side.Other()).ID
	switch {
	case given == "" && file != nil && planned.ID == nil && other != nil && file.ID == *other:
		e.Store.Disown() // it was planned as a new tree, being a copy of the other one
		e.File = nil
	case given != "" && file == nil:
		e.File = store.NewTreeFile()
		e.File.ID = given
		return nil
	case given != "" && file.ID == given:
		return nil
	case file == nil && planned.ID != nil:
		return e.Refuse(refusal.CauseOther, "%s is not the %s tree that was planned: it has no .treaty/tree.json",
			root, e.Side)
	case file != nil && planned.ID == nil:
		return e.Refuse(refusal.CauseNewTree, "%s became a tree of its own after the plan was made", root)
	case file != nil && file.ID != *planned.ID:
		return e.Refuse(refusal.CauseOther, "%s is not the %s tree that was planned, but another one",
			root, e.Side)
	}
	return notEmptied(e, planned)
}

// notEmptied refuses a root that lost everything: the folder that an unmounted volume leaves behind.
func notEmptied(e *ends.End, planned *plan.Snapshot) error {
	if planned.Files+planned.Directories == 0 || e.File != nil {
		return nil
	}
	names, err := e.Names(tree.Root)
	if err != nil {
		return err
	}
	for _, name := range names {
		if !tree.Reserved(name) {
			return nil
		}
	}
	return e.Refuse(refusal.CauseEmptied, "%s is empty, and was not when the plan was made", e.Root())
}

// fewChanged refuses to delete or to replace more of a side than is likely meant, by the directories that are kept
// beside the plan.
func (g *Gates) fewChanged() error {
	return FewChanged(g.Plan, g.Ends, g.Ends[plan.Local].Store.Digests(g.Plan.ID))
}

// FewChanged refuses to delete or to replace more of a side than is likely meant, if it has these directories.
func FewChanged(p *plan.Plan, in *ends.Ends, directories *store.Digests) error {
	plan.CountDirectories(p, directories.Below())
	mass := p.TooMuch()
	if mass == nil {
		return nil
	}
	return in[mass.Side].Refuse(refusal.CauseTooMuch, "%s", mass.Why)
}
