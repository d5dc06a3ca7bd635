package apply_test

import (
	"crypto/sha256"
	"fmt"

	"treaty/plan"
	"treaty/plan/tree"
)

// trash is what lies in the trashes of a side.
func (w *world) trash(side plan.Side) nodes {
	w.Helper()
	return w.place(side).read(w, ".treaty/trash", "")
}

// keepsEverything is invariant 1: every content that was on a side is on a side or in a trash.
func (w *world) keepsEverything(was plan.Sides[nodes]) {
	w.Helper()
	kept := map[string]bool{}
	for _, side := range plan.BothSides {
		for _, m := range []nodes{w.tree(side), w.trash(side)} {
			for _, n := range m {
				kept[contentOf(n)] = true
			}
		}
	}
	for _, side := range plan.BothSides {
		for path, n := range was[side] {
			if n.kind != tree.Directory && n.kind != tree.Special && !kept[contentOf(n)] {
				w.Errorf("%s: the content of %s is lost: %v", side, path, n)
			}
		}
	}
}

func hashOf(text []byte) tree.Hash { return sha256.Sum256(text) }

func contentOf(n node) string { return fmt.Sprint(n.kind, n.content, n.target) }
