package plan

import (
	"slices"

	"golang.org/x/text/unicode/norm"

	"treaty/plan/tree"
)

// respelled tells which side is to follow a rename that changed nothing but the name's case, since the
// sides were last synced, and pairs nevertheless. Another normalisation is no rename: bytes on disk are
// each side's own. Neither is the other spelling of a directory, as a move is one file.
func (n *directoryNames) respelled(t *trio, traits Sides[tree.Traits]) (follows Sides[bool]) {
	if t.base == nil || t.base.Type != tree.File || t.now(Local).Type != tree.File || t.now(Remote).Type != tree.File {
		return follows
	}
	for _, side := range BothSides {
		name := t.name[side.Other()]
		follows[side] = renamedOnly(side.Other(), t.name, t.base.Name) && n.alone(side, name, t.now(side).Key) &&
			traits[side].NameProblem(name) == ""
	}
	return follows
}

// respelled tells the same of a name in the directory. Below one that it has a twin of, no side gets a new name.
func (d *directory) respelled(t *trio, traits Sides[tree.Traits]) Sides[bool] {
	follows := d.names.respelled(t, traits)
	for _, side := range BothSides {
		follows[side] = follows[side] && d.twin[side] == tree.Root
	}
	return follows
}

// alone tells whether a side has just one name with a collision key, that of a name which it lacks: so whoever is told
// the new spelling alone finds the old one.
func (n *directoryNames) alone(side Side, name, key string) bool {
	alike := 0
	for i := range n.all[side] {
		if n.all[side][i].Key == key {
			alike++
		}
	}
	return alike == 1 && tree.CollisionKey(name) == key && !contains(n.all[side], name)
}

// renamedOnly tells whether a side, and not the other, spells a name otherwise than when both last agreed.
func renamedOnly(side Side, now, then [2]string) bool {
	other := side.Other()
	return now[other] == then[other] && now[side] != then[side] &&
		norm.NFC.String(now[side]) != norm.NFC.String(then[side]) && norm.NFC.String(now[side]) != norm.NFC.String(now[other])
}

// judge decides a difference, of which t is the trio, and lets a side follow a rename of case.
func (p *policy) judge(d *difference, t *trio) {
	d.verdict = decide(t, p)
	if d.verdict.isUnsure() || d.verdict.kind != "" {
		return
	}
	for _, side := range BothSides {
		if d.follows[side] {
			d.follow(side)
		}
	}
}

// follow lets a side take over the other's spelling. Where nothing else changes there but time and mode that is a
// move; what brings other content brings it under the new spelling.
func (d *difference) follow(side Side) {
	to := d.at(side).Parent().Join(d.at(side.Other()).Base())
	changes := &d.verdict.changes
	at := slices.IndexFunc(*changes, func(c change) bool { return c.side == side })
	if at < 0 {
		at = len(*changes)
		*changes = append(*changes, change{side: side, mtime: d.now(side).Mtime, mode: d.now(side).Mode})
	}
	c := &(*changes)[at]
	name := c.renamed.all()
	name.to = to
	if c.action != Update {
		c.action, c.reason, name.from = Move, MovedOn.On(side.Other()), d.at(side)
	}
	c.renamed = &name
}

// moves tells whether the difference is, or comes with, a move already.
func (d *difference) moves() bool {
	return slices.ContainsFunc(d.verdict.changes, func(c change) bool { return c.action == Move })
}
