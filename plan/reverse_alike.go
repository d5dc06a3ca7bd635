package plan

import (
	"fmt"

	"treaty/plan/tree"
)

// alikes are, of each side that is said to fold names, the paths that it takes for one that a reversal brings something
// back to: by their key all that are there, or that the reversal changes. A side cannot hold two of them.
type alikes struct {
	spellings
	paths Sides[map[tree.Path]map[tree.Path]bool]
	// in are the keys of the directories that they are in.
	in Sides[map[tree.Path]bool]
}

func alikesOf(reversal []Operation, s spellings) alikes {
	a := alikes{s, Sides[map[tree.Path]map[tree.Path]bool]{{}, {}}, Sides[map[tree.Path]bool]{{}, {}}}
	for i := range reversal {
		if op := &reversal[i]; op.fresh() && !s.caseMatters[op.Side] {
			a.paths[op.Side][s.key(op.Side, op.Path)] = map[tree.Path]bool{}
			a.in[op.Side][s.key(op.Side, op.Path.Parent())] = true
		}
	}
	for i := range reversal {
		a.note(reversal[i].Side, reversal[i].Path)
	}
	return a
}

// note takes up a path that is there or changed, if it may be in the way of another.
func (a *alikes) note(side Side, path tree.Path) {
	if a.caseMatters[side] {
		return
	}
	if paths, asked := a.paths[side][a.key(side, path)]; asked {
		paths[path] = true
	}
}

// lookUp notes what of them is in a directory.
func (a *alikes) lookUp(d *directory) {
	for _, side := range BothSides {
		if len(a.in[side]) == 0 || !a.in[side][a.key(side, d.path[side])] {
			continue
		}
		for i := range d.trios {
			if t := &d.trios[i]; t.has(side) {
				a.note(side, d.path[side].Join(t.name[side]))
			}
		}
	}
}

// collide says why an operation cannot bring something to its path beside what has, or gets, another that is one to
// the side; "" where it can.
func (a *alikes) collide(op *Operation) (Code, string) {
	if !op.fresh() || a.caseMatters[op.Side] {
		return "", ""
	}
	least := tree.Root
	for path := range a.paths[op.Side][a.key(op.Side, op.Path)] {
		if path != op.Path && path != op.From() && (least == tree.Root || tree.Compare(path, least) < 0) {
			least = path
		}
	}
	if least == tree.Root {
		return "", ""
	}
	return NameCollision, fmt.Sprintf("%s cannot hold it beside %q, which differs only in case or accents", op.Side, least)
}
