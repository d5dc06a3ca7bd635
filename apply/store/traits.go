package store

import (
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// Traits are those that a plan of this tree is made with: of the profile that a person declares, if any; else of
// the one that was declared last; else as the tree's volume was probed; else as its mount lets one think. Errors
// are those of Identity, or wrap scan.ErrVanished.
func (s *identity) Traits(declared *tree.Profile) (tree.Traits, error) {
	file, err := s.Identity()
	if err != nil {
		return tree.Traits{}, err
	}
	return file.TraitsOn(s.source, declared)
}

// TraitsOn are the traits of a tree on a volume; t may be nil, of a tree that nothing is recorded of.
func (t *TreeFile) TraitsOn(v volume.Source, declared *tree.Profile) (tree.Traits, error) {
	var probed *tree.Traits
	if t != nil {
		probed = &t.Traits
	}
	switch {
	case declared != nil:
		return v.Traits(*declared, probed)
	case t != nil && t.Declared != nil:
		traits, err := v.Traits(*t.Declared, probed)
		traits.Source = tree.Recorded
		return traits, err
	}
	return v.Traits("", probed)
}
