package plan

import (
	"context"

	"treaty/plan/tree"
)

// Name is one name as both trees and the baseline have it.
type Name struct {
	// Path is how each side spells it, or would.
	Path Sides[tree.Path]
	// Entry is of type Absent on a side that has nothing there.
	Entry Sides[tree.Entry]
	// Base is nil where the baseline does not know the name.
	Base *tree.Agreed
}

// Survey walks both trees and the baseline in step, as Compare does, and decides nothing. It tells
// visit of everything in scope, directories before what is in them, and returns the digests of the
// roots. An error of visit ends it.
func Survey(ctx context.Context, in Input, visit func(*Name) error) (Sides[tree.Hash], error) {
	traits := Sides[tree.Traits]{in.Trees[Local].Traits, in.Trees[Remote].Traits}
	w := &walk{
		ctx:     ctx,
		policy:  newPolicy(traits, in.Memory != nil, in.Options),
		streams: Sides[tree.Stream]{in.Trees[Local].Stream, in.Trees[Remote].Stream},
		memory:  in.Memory,
		observe: in.Observe,
		visit:   visit,
	}
	f, err := w.directory(&place{on: Sides[bool]{true, true}, fate: surveyed, known: w.memory != nil})
	return f.digest, err
}
