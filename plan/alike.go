package plan

import "treaty/plan/tree"

// Alike are the paths of a plan that look like another one in it, as tree.Alike has them.
func Alike(p *Plan) map[tree.Path]bool {
	return tree.Alike(func(yield func(tree.Path) bool) {
		for i := range p.Operations {
			if !yield(p.Operations[i].Path) || !yield(p.Operations[i].From()) {
				return
			}
		}
		for i := range p.Conflicts {
			if !yield(p.Conflicts[i].Path) || !yield(p.Conflicts[i].RemotePath) {
				return
			}
		}
		for i := range p.Problems {
			if path := p.Problems[i].Path; path != nil && !yield(*path) {
				return
			}
		}
	})
}
