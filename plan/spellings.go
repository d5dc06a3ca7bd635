package plan

import (
	"golang.org/x/text/unicode/norm"

	"treaty/plan/tree"
)

// spellings tells which paths mean one entry. Of each side it holds whether case matters there.
type spellings struct{ caseMatters Sides[bool] }

func (p *Plan) spellings() spellings {
	return spellings{Sides[bool]{p.Local.Filesystem.CaseSensitive, p.Remote.Filesystem.CaseSensitive}}
}

func spellingsOf(traits Sides[tree.Traits]) spellings {
	return spellings{Sides[bool]{traits[Local].CaseSensitive, traits[Remote].CaseSensitive}}
}

// key is one for all spellings of a path that the side takes as equal.
func (s spellings) key(side Side, path tree.Path) tree.Path {
	if s.caseMatters[side] {
		return path
	}
	return tree.Path(tree.CollisionKey(string(path)))
}

// pairKey is one for all spellings that the two sides may have of the path of one entry.
func (s spellings) pairKey(path tree.Path) tree.Path {
	if s.caseMatters[Local] && s.caseMatters[Remote] {
		return tree.Path(norm.NFC.String(string(path)))
	}
	return tree.Path(tree.CollisionKey(string(path)))
}
