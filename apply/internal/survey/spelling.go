package survey

import (
	"treaty/plan"
	"treaty/plan/tree"
)

// spellings tell how each side spells the paths of a plan's conflicts, and the directories above its operations.
// Conflicts are named as one side spells them, local's where it has something there; under the other side's own name
// the tree has to be asked for them, or a side that minds case or normalisation would get a second entry beside its
// first.
type spellings struct {
	// asked are the paths that conflicts name, and the directories above them and above operations, in either side's
	// spelling.
	asked map[tree.Path]bool
	own   plan.Sides[map[tree.Path]tree.Path]
}

func newSpellings(p *plan.Plan) *spellings {
	s := &spellings{asked: map[tree.Path]bool{}, own: plan.Sides[map[tree.Path]tree.Path]{{}, {}}}
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		s.ask(c.Path)
		s.ask(c.RemotePath)
	}
	for i := range p.Operations {
		s.ask(p.Operations[i].Path.Parent())
	}
	return s
}

// ask asks for a path and the directories above it.
func (s *spellings) ask(path tree.Path) {
	for ; path != tree.Root && !s.asked[path]; path = path.Parent() {
		s.asked[path] = true
	}
}

// note takes up how the sides spell a name, where that is asked for and not the same.
func (s *spellings) note(n *plan.Name) {
	local, remote := n.Path[plan.Local], n.Path[plan.Remote]
	if local == remote || !s.asked[local] && !s.asked[remote] {
		return
	}
	s.own[plan.Remote][local], s.own[plan.Local][remote] = remote, local
}

// on is how side spells path, which is as the side of spells it. What the side lacks is spelled as it is
// given, in the directory as the side spells it.
func (s *spellings) on(side plan.Side, path tree.Path, of plan.Side) tree.Path {
	if path == tree.Root || side == of {
		return path
	}
	if own, found := s.own[side][path]; found {
		return own
	}
	return s.on(side, path.Parent(), of).Join(path.Base())
}
