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
	var probed *tree.Traits
	if t != nil {
		probed = &t.Traits
	}
	switch {
	case declared != nil:
		return root.Traits(*declared, probed)
	case t != nil && t.Declared != nil:
		traits, err := root.Traits(*t.Declared, probed)
		traits.Source = tree.Recorded
		return traits, err
	}
	return root.Traits("", probed)
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

// TimesIgnored is what a person should know of a side whose volume ignores times, once.
func TimesIgnored(side plan.Side) string {
	return "files on the " + side.String() + " volume keep the time of their writing, whatever time they are given; " +
		"what differs there is told by the content, and times are not carried over"
}
