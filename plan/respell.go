package plan

import (
	"golang.org/x/text/unicode/norm"

	"treaty/plan/tree"
)

// respelled tells which side is to follow a rename that changed nothing but the name's case, since the
// sides were last synced, and pairs nevertheless. Another normalisation is no rename: bytes on disk are
// each side's own. Neither is the other spelling of a directory, as a move is one file.
func (n *directoryNames) respelled(t *trio, traits Sides[tree.Traits]) (follows Sides[bool]) {
	if t.base == nil || t.entry[Local].Type != tree.File || t.entry[Remote].Type != tree.File {
		return follows
	}
	for _, side := range BothSides {
		name := t.name[side.Other()]
		follows[side] = renamedOnly(side.Other(), t.name, t.base.Name) && !contains(n.all[side], name) && traits[side].NameProblem(name) == ""
	}
	return follows
}

// renamedOnly tells whether a side, and not the other, spells a name otherwise than when both last agreed.
func renamedOnly(side Side, now, then [2]string) bool {
	other := side.Other()
	return now[other] == then[other] && now[side] != then[side] &&
		norm.NFC.String(now[side]) != norm.NFC.String(then[side]) && norm.NFC.String(now[side]) != norm.NFC.String(now[other])
}

// judge decides a difference, and lets a side follow a rename of case where nothing else would change
// there but time and mode.
func (p *policy) judge(d *difference) {
	d.verdict = decide(&d.trio, p)
	if d.verdict.isUnsure() || d.verdict.kind != "" || len(d.verdict.changes) > 1 {
		return
	}
	for _, side := range BothSides {
		if !d.follows[side] {
			continue
		}
		c := change{side: side, mtime: d.entry[side].Mtime, mode: d.entry[side].Mode}
		if len(d.verdict.changes) == 1 {
			c = d.verdict.changes[0]
			if c.side != side || c.action != Touch && c.action != Chmod {
				return
			}
		}
		c.action, c.reason, c.from = Move, MovedOn.On(side.Other()), d.path[side]
		c.to = c.from.Parent().Join(d.name[side.Other()])
		d.verdict.changes = []change{c}
	}
}

// moves tells whether the difference is a move already.
func (d *difference) moves() bool {
	return len(d.verdict.changes) == 1 && d.verdict.changes[0].action == Move
}
