package apply

import (
	"errors"
	"time"

	"treaty/apply/internal/journal"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
)

// gates are what a plan is held to before its trees are read.
type gates struct {
	*papers
	ends *ends
	// config says what the config of a tree demands and gives; nil where nobody asks.
	config func(*store.Store) (Config, error)
	now    func() time.Time
}

// pass holds a plan to each gate, in the order of the exit codes that they stand for. The first that it does not pass
// is the refusal. missing is why not both trees are open, nil if they are: it comes behind what can be told without
// them.
func (g *gates) pass(missing error) error {
	for _, gate := range []func() error{
		func() error { return g.ends.each((*store.Store).Sound) },
		func() error { return g.ends.each((*store.Store).Locked) },
		g.unapplied, g.unopened, g.resolved, g.approved,
		func() error { return missing },
		g.sameTrees, g.fewDeletes,
	} {
		if err := gate(); err != nil {
			return err
		}
	}
	return nil
}

// unapplied refuses a plan that was applied: that the history has, or that either tree remembers, whatever is left
// of the history.
func (g *gates) unapplied() error {
	local := g.ends[plan.Local]
	if local == nil {
		return nil
	}
	var closing *store.Closing
	err := g.ends.each(func(s *store.Store) (err error) {
		if closing == nil {
			closing, err = s.Closing(g.plan.ID)
		}
		return err
	})
	if err != nil || closing == nil {
		return err
	}
	j, err := local.store.Journal(g.plan.ID)
	if err != nil {
		return err
	}
	if j != nil && j.Header != nil && j.Header.SHA256 == g.ref.SHA256 {
		return nil // only its conclusion is missing
	}
	return closing.Refusal()
}

// unopened refuses where the journal of another plan is open, or of this one as it was before somebody edited it. A
// journal of this very plan is what the run takes up.
func (g *gates) unopened() error {
	for _, e := range g.ends.there() {
		ids, err := e.store.OpenJournals()
		if err != nil {
			return err
		}
		for _, id := range ids {
			if id != g.plan.ID {
				return e.store.Interrupted(id)
			}
			if e.left, err = g.itsJournal(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// itsJournal is the journal of this plan that is open at an end.
func (g *gates) itsJournal(e *end) (*journal.Journal, error) {
	j, err := e.store.Journal(g.plan.ID)
	if err == nil && j.Header != nil && j.Header.SHA256 != g.ref.SHA256 {
		return nil, refusal.Because(refusal.CauseEdited, "the plan was edited after an apply of it was interrupted").
			At(e.Root())
	}
	return j, err
}

func (g *gates) resolved() error {
	if n := g.plan.Unresolved(); n > 0 {
		noun := map[bool]string{true: "conflict", false: "conflicts"}[len(g.plan.Conflicts) == 1]
		return refusal.Because(refusal.CauseConflicts, "%d of %d %s not resolved", n, len(g.plan.Conflicts), noun)
	}
	return nil
}

// approved holds the plan to an approval of its exact bytes, and to the policies of both trees. A plan with nothing
// to do needs none, if nobody shaped it.
func (g *gates) approved() error {
	configs, err := configsOf(g.ends.stores(), g.config)
	if err != nil {
		return err
	}
	needed, err := needsApproval(g.plan, g.ends.stores(), configs)
	if err != nil || !needed {
		return err
	}
	switch {
	case g.approval == nil && g.plan.Empty():
		return refusal.Because(refusal.CauseUnapproved,
			"the plan changes nothing, but it was made with options that the config does not give, and is not approved")
	case g.approval == nil:
		return refusal.Because(refusal.CauseUnapproved, "the plan is not approved")
	case !g.approval.Of(g.ref):
		return refusal.Because(refusal.CauseUnapproved, "the approval is of another text: the plan was edited since")
	case len(g.approval.Approvals) == 0:
		return refusal.Because(refusal.CauseUnapproved, "the approval file holds nobody's approval")
	}
	for _, side := range plan.BothSides {
		if err := configs[side].Policy.satisfied(g.approval, g.text, g.now()); err != nil {
			return err
		}
	}
	return nil
}

// sameTrees holds the roots to the identities that were planned, and apart from each other.
func (g *gates) sameTrees() error {
	for _, e := range g.ends {
		if err := g.sameTree(e); err != nil {
			return err
		}
	}
	return apart(g.ends.sources())
}

// sameTree is sameTrees of one end, and finds the tree's own file.
func (g *gates) sameTree(e *end) error {
	planned, root := g.plan.Snapshot(e.side), e.Root()
	file, err := e.store.Identity()
	if errors.Is(err, ErrInvalid) && planned.ID == nil {
		err = nil // it was planned as a new tree all the same, and gets a file of its own
	}
	if err != nil {
		return err
	}
	e.file = file
	var given string // out by the run that was interrupted
	if j := g.ends.resumed(); j != nil && planned.ID == nil {
		given = j.Header.Trees[e.side]
	}
	switch {
	case given != "" && file == nil:
		e.file = store.NewTreeFile()
		e.file.ID = given
		return nil
	case given != "" && file.ID == given:
		return nil
	case file == nil && planned.ID != nil:
		return e.refuse(refusal.CauseOther, "%s is not the %s tree that was planned: it has no .treaty/tree.json",
			root, e.side)
	case file != nil && planned.ID == nil:
		return e.refuse(refusal.CauseNewTree, "%s became a tree of its own after the plan was made", root)
	case file != nil && file.ID != *planned.ID:
		return e.refuse(refusal.CauseOther, "%s is not the %s tree that was planned, but another one",
			root, e.side)
	}
	return e.notEmptied(planned)
}

// notEmptied refuses a root that lost everything: the folder that an unmounted volume leaves behind.
func (e *end) notEmptied(planned *plan.Snapshot) error {
	if planned.Files+planned.Directories == 0 || e.file != nil {
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
	return e.refuse(refusal.CauseEmptied, "%s is empty, and was not when the plan was made", e.Root())
}

func (g *gates) fewDeletes() error {
	for _, e := range g.ends {
		if why := g.plan.TooManyDeletes(e.side); why != "" {
			return e.refuse(refusal.CauseDeletes, "%s", why)
		}
	}
	return nil
}
