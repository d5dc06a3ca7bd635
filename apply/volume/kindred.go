package volume

import "treaty/plan/scan"

// Kindred is a source that can be told from all others, wherever they are open: a tree may be reached in two ways.
type Kindred interface {
	Source
	// Kin is what tells it from the others.
	Kin() (scan.Kin, error)
}

// Relate tells how a source lies to another one, by what tells each from all others; apart, where one of them has
// nothing that does.
func Relate(one Kindred, to Source) (scan.Relation, error) {
	other, told := to.(Kindred)
	if !told {
		return scan.Apart, nil
	}
	a, err := one.Kin()
	if err != nil {
		return scan.Apart, err
	}
	b, err := other.Kin()
	return a.Relate(b), err
}
