package apply

import (
	"treaty/plan"
	"treaty/plan/tree"
)

// spellings tell how each side spells the paths of a plan's conflicts. Those are named as one side spells
// them, local's where it has something there; under the other side's own name the tree has to be asked
// for them, or a side that minds case or normalisation would get a second entry beside its first.
type spellings struct {
	// asked are the paths that conflicts name, and the directories above them, in either side's spelling.
	asked map[tree.Path]bool
	own   plan.Sides[map[tree.Path]tree.Path]
}

func newSpellings(p *plan.Plan) *spellings {
	s := &spellings{asked: map[tree.Path]bool{}, own: plan.Sides[map[tree.Path]tree.Path]{{}, {}}}
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		for _, path := range []tree.Path{c.Path, c.RemotePath} {
			for ; path != tree.Root && !s.asked[path]; path = path.Parent() {
				s.asked[path] = true
			}
		}
	}
	return s
}

// note takes up how the sides spell a name, and tells whether that is asked for and not the same. Names are
// told of directories first.
func (s *spellings) note(n *plan.Name) bool {
	local, remote := n.Path[plan.Local], n.Path[plan.Remote]
	if local == remote || !s.asked[local] && !s.asked[remote] {
		return false
	}
	s.own[plan.Remote][local], s.own[plan.Local][remote] = remote, local
	return true
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
