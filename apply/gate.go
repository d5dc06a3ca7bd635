package apply

import (
	"errors"
	"fmt"

	"treaty/apply/paper"
	"treaty/apply/refusal"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
)

// gate reads and checks everything that can be checked before a tree is read. The first check that fails is the
// refusal.
func (r *run) gate() error {
	p, err := plan.Read(r.request.Plan)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	r.plan, r.ref = p, paper.RefTo(p, r.request.Plan)
	r.journals.id = p.ID
	if r.request.Approval != nil {
		if r.approval, err = paper.ReadApproval(r.request.Approval); err != nil {
			return fmt.Errorf("%w approval: %w", ErrInvalid, err)
		}
	}
	missing := r.open()
	for _, check := range []func() error{r.sound, r.unlocked, r.unapplied, r.unopened, r.resolved, r.approved} {
		if err := check(); err != nil {
			return err
		}
	}
	if missing != nil {
		return missing
	}
	if err := r.sameTrees(); err != nil {
		return err
	}
	return r.fewDeletes()
}

// open opens both roots. The error is for later: other refusals come first.
func (r *run) open() error {
	var missing error
	for _, side := range plan.BothSides {
		path := r.request.Roots[side]
		if path == "" {
			path = r.plan.Snapshot(side).Root
		}
		v, err := r.request.Open.volume(path)
		if err != nil {
			if missing == nil {
				missing = refusal.Because(refusal.CauseMissing, "the %s tree is not at %s: %v", side, path, refusal.Innermost(err)).On(side, path)
			}
			continue
		}
		r.ends[side] = r.request.seams.newEnd(side, store.Of(v))
	}
	return missing
}

// each asks the store of each tree that is there, up to the first error.
func (e *ends) each(ask func(*store.Store) error) error {
	for _, one := range e.there() {
		if err := ask(one.store); err != nil {
			return err
		}
	}
	return nil
}

// sound refuses trees in whose folders of treaty's something lies that treaty cannot have put there.
func (r *run) sound() error { return r.ends.each((*store.Store).Sound) }

// unlocked refuses trees on one of which another treaty works.
func (r *run) unlocked() error { return r.ends.each((*store.Store).Locked) }

// unapplied refuses a plan that was applied: that the history has, or that either tree remembers, whatever is left
// of the history.
func (r *run) unapplied() error {
	local := r.ends[plan.Local]
	if local == nil {
		return nil
	}
	var closing *store.Closing
	err := r.ends.each(func(s *store.Store) (err error) {
		if closing == nil {
			closing, err = s.Closing(r.plan.ID)
		}
		return err
	})
	if err != nil || closing == nil {
		return err
	}
	j, err := local.store.Journal(r.plan.ID)
	if err != nil {
		return err
	}
	if j != nil && j.Header != nil && j.Header.SHA256 == r.ref.SHA256 {
		return nil // only its conclusion is missing
	}
	return closing.Refusal()
}

func (r *run) resolved() error {
	if n := r.plan.Unresolved(); n > 0 {
		return refusal.Because(refusal.CauseConflicts, "%d of %d conflicts are not resolved", n, len(r.plan.Conflicts))
	}
	return nil
}

// sameTrees holds the roots to the identities that were planned.
func (r *run) sameTrees() error {
	for _, side := range plan.BothSides {
		planned, root := r.plan.Snapshot(side), r.ends[side].Root()
		file, err := r.ends[side].store.Identity()
		if errors.Is(err, ErrInvalid) && planned.ID == nil {
			err = nil // it was planned as a new tree all the same, and gets a file of its own
		}
		if err != nil {
			return err
		}
		r.ends[side].file = file
		var given string // out by the run that was interrupted
		if j := r.resumed(); j != nil && planned.ID == nil {
			given = j.Header.Trees[side]
		}
		switch {
		case given != "" && file == nil:
			r.ends[side].file = store.NewTreeFile()
			r.ends[side].file.ID = given
			continue
		case given != "" && file.ID == given:
			continue
		case file == nil && planned.ID != nil:
			return refusal.Because(refusal.CauseOther, "%s is not the %s tree that was planned: it has no .treaty/tree.json", root, side).On(side, root)
		case file != nil && planned.ID == nil:
			return refusal.Because(refusal.CauseNewTree, "%s became a tree of its own after the plan was made", root).On(side, root)
		case file != nil && file.ID != *planned.ID:
			return refusal.Because(refusal.CauseOther, "%s is not the %s tree that was planned, but another one", root, side).On(side, root)
		}
		if err := r.notEmptied(side, planned); err != nil {
			return err
		}
	}
	return apart(r.ends.sources())
}

// notEmptied refuses a root that lost everything: the folder that an unmounted volume leaves behind.
func (r *run) notEmptied(side plan.Side, planned *plan.Snapshot) error {
	if planned.Files+planned.Directories == 0 || r.ends[side].file != nil {
		return nil
	}
	names, err := r.ends[side].Names(tree.Root)
	if err != nil {
		return err
	}
	for _, name := range names {
		if !tree.Reserved(name) {
			return nil
		}
	}
	root := r.ends[side].Root()
	return refusal.Because(refusal.CauseEmptied, "%s is empty, and was not when the plan was made", root).On(side, root)
}

func (r *run) fewDeletes() error {
	for _, side := range plan.BothSides {
		if why := r.plan.TooManyDeletes(side); why != "" {
			return refusal.Because(refusal.CauseDeletes, "%s", why).On(side, r.ends[side].Root())
		}
	}
	return nil
}
