package apply

import (
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Traits are those that a plan of this tree is made with: of the profile that a person declares, if any; else of
// the one that was declared last; else as the tree's volume was probed; else as its mount lets one think. Errors
// are those of Identity, or wrap scan.ErrVanished.
func (s *Store) Traits(declared *tree.Profile) (tree.Traits, error) {
	file, err := s.Identity()
	if err != nil {
		return tree.Traits{}, err
	}
	return file.traitsOn(s.root, declared)
}

// traitsOn are the traits of a tree at root; t may be nil, of a tree that nothing is recorded of.
func (t *TreeFile) traitsOn(root *scan.Root, declared *tree.Profile) (tree.Traits, error) {
	switch {
	case declared != nil:
		return root.Traits(*declared, nil)
	case t == nil:
		return root.Traits("", nil)
	case t.Declared != nil:
		traits, err := root.Traits(*t.Declared, nil)
		traits.Source = tree.Recorded
		return traits, err
	}
	return root.Traits("", &t.Traits)
}

// truthful refuses a plan that says other things of a filesystem than are on record of it, or than treaty would say
// itself: by coarser times, different files pass for the same. What an interrupted run began with it goes on with.
func (r *run) truthful(side plan.Side, planned tree.Traits) error {
	if r.resumed() != nil {
		return nil
	}
	own, err := r.files[side].traitsOn(r.roots[side], r.plan.Options.Declared(side))
	if err != nil {
		return err
	}
	if what := own.Differs(planned); what != "" {
		return refuse(CauseUnfit, "the plan takes the filesystem of %s for another than it is: %s", side, what).on(side, r.roots[side].Path())
	}
	return nil
}

// recordDeclared notes what the plan was told that a tree's filesystem is.
func (r *run) recordDeclared(side plan.Side) {
	if declared := r.plan.Options.Declared(side); declared != nil {
		r.files[side].Declared = declared
	}
}
