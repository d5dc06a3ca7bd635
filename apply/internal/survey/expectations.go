package survey

import (
	"fmt"
	"strings"
	"time"

	"treaty/plan"
	"treaty/plan/tree"
)

// expectations are what a plan's operations and resolutions read or write, and must find as planned.
type expectations struct {
	*unmet
	// subtrees are the directories in conflict that were come to, and must be as planned with all in them.
	subtrees plan.Sides[map[tree.Path]tree.Hash]
	// listed collects what is in scope in the directories in conflict.
	listed plan.Sides[map[tree.Path][]tree.Entry]
	// occupied are the operations that are to take a name that something has.
	occupied []occupied
	// shift is by how much the times of the two volumes were off when the plan was made.
	shift plan.Sides[time.Duration]
	// parents are the directories above all that is expected, by sides as at is.
	parents   plan.Sides[plan.Sides[map[tree.Path]bool]]
	spellings *spellings
	respellings
}

// occupied is an operation that would take a name, and what has it.
type occupied struct {
	op  *plan.Operation
	why string
}

// expect is what a plan expects, of which nothing is met. shift is by how much times were off when it was made.
func expect(p *plan.Plan, shift plan.Sides[time.Duration]) *expectations {
	x := &expectations{unmet: newUnmet(p), shift: shift, spellings: newSpellings(p),
		respellings: newRespellings(p)}
	for _, side := range plan.BothSides {
		x.subtrees[side] = map[tree.Path]tree.Hash{}
		x.listed[side] = map[tree.Path][]tree.Entry{}
		for _, by := range plan.BothSides {
			x.parents[side][by] = map[tree.Path]bool{}
		}
	}
	vacated := vacates(p)
	for i := range p.Operations {
		if op := &p.Operations[i]; op.Decision != plan.Skip {
			x.addOperation(i, vacated[op.Side], x.add)
		}
	}
	for i := range p.Conflicts {
		if c := &p.Conflicts[i]; c.Resolution != plan.SkipPath {
			x.conflict(c)
		}
	}
	return x
}

// vacates tells the names that moves leave. What a skipped move does not vacate is in the way of what is skipped with
// it.
func vacates(p *plan.Plan) (names plan.Sides[map[tree.Path]bool]) {
	for _, side := range plan.BothSides {
		names[side] = map[tree.Path]bool{}
	}
	for i := range p.Operations {
		if op := &p.Operations[i]; op.Action == plan.Move {
			names[op.Side][op.From()] = true
		}
	}
	return names
}

func (x *expectations) conflict(c *plan.Conflict) {
	for _, side := range plan.BothSides {
		x.add(x.addMore(expectation{side: side, by: c.SpelledBy(side), path: c.PathOn(side), state: c.State(side)}))
		if c.RemotePath != "" {
			x.add(x.addMore(expectation{side: side, by: side.Other(), path: c.PathOn(side.Other())}))
		}
		if c.Resolution == plan.KeepBoth && c.KeepBothAs != "" {
			x.add(x.addMore(expectation{side: side, by: plan.Local, path: c.KeepBothAs}))
		}
	}
}

// add adds the expectation at a place, and the directories above its path.
func (x *expectations) add(place int) {
	x.unmet.add(place)
	want := x.of(place)
	parents := x.parents[want.side][want.by]
	for dir := want.path.Parent(); dir != tree.Root && !parents[dir]; dir = dir.Parent() {
		parents[dir] = true
	}
}

// check compares what a side has under a name with what is expected there, and takes that as met. It returns in words
// what is wrong, or "".
func (x *expectations) check(side plan.Side, n *plan.Name) string {
	all := x.meetName(side, n)
	for _, place := range all {
		if s := x.of(place).state; s.Of() == tree.Directory && s.Subtree() != nil {
			x.subtrees[side][tree.Path(strings.Clone(string(n.Path[side])))] = s.Subtree().Digest
		}
	}
	return x.compare(all, &n.Entry[side])
}

// compare compares an entry with all that is expected of it.
func (x *expectations) compare(all []int, e *tree.Entry) string {
	for _, place := range all {
		want := x.of(place)
		why := want.differs(e, x)
		if len(all) == 1 && want.op != nil {
			x.occupied = append(x.occupied, occupied{want.op, why})
			return ""
		}
		if why != "" {
			return why
		}
	}
	return ""
}

// concerns tells whether something is expected of a name on either side.
func (x *expectations) concerns(n *plan.Name) bool {
	for _, side := range plan.BothSides {
		for _, by := range plan.BothSides {
			if len(x.places(side, by, n.Path[by])) > 0 {
				return true
			}
		}
		if x.inConflict(side, n.Path[side]) {
			return true
		}
	}
	return false
}

// paths are those of a name: the plan's own, as far as it has them, since they are held anyway.
func (x *expectations) paths(n *plan.Name) plan.Sides[tree.Path] {
	paths := n.Path
	for _, by := range plan.BothSides {
		for _, side := range plan.BothSides {
			if places := x.places(side, by, n.Path[by]); len(places) > 0 {
				paths[by] = x.pathOf(places[0])
			}
		}
	}
	return paths
}

// copying are, of each side, the operation that copies its file of a name to the same path of the other side, where
// nothing else is expected of that; nil for none.
func (x *expectations) copying(n *plan.Name) (copying plan.Sides[*plan.Operation]) {
	for _, side := range plan.BothSides {
		if len(x.places(side, side.Other(), n.Path[side.Other()])) > 0 {
			continue
		}
		if places := x.places(side, side, n.Path[side]); len(places) == 1 {
			copying[side] = x.copyingTo(places[0])
		}
	}
	return copying
}

// inConflict tells whether a path lies in a directory that is in conflict.
func (x *expectations) inConflict(side plan.Side, path tree.Path) bool {
	if len(x.subtrees[side]) == 0 {
		return false
	}
	for dir := path.Parent(); dir != tree.Root; dir = dir.Parent() {
		if _, ok := x.subtrees[side][dir]; ok {
			return true
		}
	}
	return false
}

// keepInConflict keeps what is in a directory that is in conflict.
func (x *expectations) keepInConflict(side plan.Side, path tree.Path, e *tree.Entry) {
	if !x.inConflict(side, path) {
		return
	}
	kept := *e
	kept.Name, kept.Target = strings.Clone(e.Name), strings.Clone(e.Target)
	dir := tree.Path(strings.Clone(string(path.Parent())))
	x.listed[side][dir] = append(x.listed[side][dir], kept)
}

// missing are the expectations that nothing was found for: fine where nothing was expected.
func (x *expectations) missing(report func(side plan.Side, path tree.Path, why string)) {
	for place, open := range x.open {
		if !open {
			continue
		}
		if want := x.of(place); want.state != nil {
			x.meet(x.places(want.side, want.by, want.path)) // once a path
			report(want.side, x.spellings.on(want.side, want.path, want.by), "it is gone")
		}
	}
}

// differs says in words in what an entry is not as expected, "" where it is.
func (want *expectation) differs(e *tree.Entry, x *expectations) string {
	s := want.state
	if s == nil {
		return "there is a " + e.Type.String() + " now"
	}
	if e.Type != s.Type {
		return fmt.Sprintf("it is a %s now, not a %s", e.Type, s.Type)
	}
	switch e.Type {
	case tree.Symlink:
		if e.Target != s.Target() {
			return "the link points elsewhere"
		}
	case tree.File:
		mtime := e.Mtime
		if want.copied {
			mtime = x.plan.Snapshot(want.to).Filesystem.Keep(mtime.Add(-x.shift[want.side]))
		}
		if e.Size != s.Size {
			return fmt.Sprintf("it has %d bytes, not %d", e.Size, s.Size)
		}
		if mtime != s.Mtime && !want.timeless {
			return fmt.Sprintf("it was written at %s, not %s", mtime, s.Mtime)
		}
	}
	if !want.copied && s.Mode.Known() && e.Mode.Known() && s.Mode != e.Mode {
		return fmt.Sprintf("its mode is %s, not %s", e.Mode, s.Mode)
	}
	return ""
}
