package scan

import (
	"slices"

	"treaty/plan/tree"
)

// mostTrees is how many trees a lister remembers: a tree may be anybody's.
const mostTrees = 64

// noteTree remembers a directory that has a folder of treaty's own, as the root of another tree has.
func (l *lister) noteTree(dir tree.Path) {
	if dir != tree.Root && len(l.trees) < mostTrees && !slices.Contains(l.trees, dir) {
		l.trees = append(l.trees, dir)
	}
}

// Trees are the first directories below the root that were met and have a folder of treaty's own, once Finish was
// called; none where there are none.
func (w *Walk) Trees() []tree.Path { return slices.Concat(w.lister.trees, w.aside.trees) }
