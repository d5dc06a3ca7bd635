package plan

import "treaty/plan/tree"

// keepParents drops deletes of directories in which something is blocked, or keeps its name.
func keepParents(dr *draft) {
	stays := Sides[map[tree.Path]bool]{{}, {}}
	above := func(side Side, path tree.Path) {
		for dir := path.Parent(); dir != tree.Root && !stays[side][dir]; dir = dir.Parent() {
			stays[side][dir] = true
		}
	}
	for _, p := range blocks(dr.problems) {
		above(Local, *p.Path)
		above(Remote, *p.Path)
	}
	for _, k := range dr.kept {
		above(k.side, k.path)
	}
	dr.keep(func(d *difference) bool {
		side, deletes := d.deletes()
		return !deletes || d.now(side).Type != tree.Directory || !stays[side][d.at(side)]
	})
}
