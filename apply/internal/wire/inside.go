package wire

import "strings"

// Inside refuses a call about what does not lie in the tree, or in the folder, that is asked: whoever calls is no more
// to be believed than whoever answers. Errors wrap ErrBroken.
func (a *Ask) Inside() error {
	names := []Text{a.Path, a.To, a.Place}
	if a.Call != StageLink { // whose name is the target of a link, which may lead anywhere
		names = append(names, a.Name)
	}
	for _, s := range append([]*Staged{a.Staged}, a.Stageds...) {
		if s != nil {
			names = append(names, s.Name)
		}
	}
	for _, list := range [][]Loan{a.Loans, a.Granted} {
		for _, l := range list {
			names = append(names, l.Path)
		}
	}
	for _, l := range a.Looks {
		names = append(names, l.Name)
	}
	for _, name := range names {
		if err := inside(string(name)); err != nil {
			return err
		}
	}
	return nil
}

// IsName tells whether a name is one in a directory.
func IsName(name string) bool { return component(name) }

// inside refuses a name that is not made of plain components; "" is the folder itself.
func inside(name string) error {
	if name == "" {
		return nil
	}
	for part := range strings.SplitSeq(name, "/") {
		if !component(part) {
			return broken("%q does not lie in the tree", name)
		}
	}
	return nil
}
