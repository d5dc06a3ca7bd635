package survey

import (
	"fmt"
	"strings"
	"time"

	"treaty/apply/internal/execute"
	"treaty/plan"
	"treaty/plan/tree"
)

// expectation is what a plan says that it found at a path, as far as listing shows it.
type expectation struct {
	path  tree.Path
	state *tree.State // nil: nothing
	// op is what is to take a name that nothing has.
	op   *plan.Operation
	side plan.Side
	// by is the side in whose spelling path is.
	by plan.Side
	// copied tells that state is what the other side will report, and only size and time, cut to that
	// side's traits, can be compared.
	copied bool
	// to is the traits' owner for copied.
	to plan.Side
	// timeless tells that the time need not be that of state.
	timeless bool
	// next is what else is expected there, nil for nothing.
	next *expectation
}

// expectations are what a plan's operations and resolutions read or write, and must find as planned.
type expectations struct {
	plan *plan.Plan
	// at is by the side of which something is expected, then by the side in whose spelling the path is. The two may
	// spell names crosswise.
	at plan.Sides[plan.Sides[map[tree.Path]*expectation]]
	// room is for expectations to come: there are as many as operations, and one at a time is dear.
	room []expectation
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

func expect(p *plan.Plan, shift plan.Sides[time.Duration]) *expectations {
	x := &expectations{plan: p, shift: shift, spellings: newSpellings(p), respellings: newRespellings(p)}
	many := foreseen(p)
	for _, side := range plan.BothSides {
		x.subtrees[side] = map[tree.Path]tree.Hash{}
		x.listed[side] = map[tree.Path][]tree.Entry{}
		for _, by := range plan.BothSides {
			x.at[side][by] = map[tree.Path]*expectation{}
			x.parents[side][by] = map[tree.Path]bool{}
		}
		x.at[side][side] = make(map[tree.Path]*expectation, many[side])
	}
	vacated := vacates(p)
	for i := range p.Operations {
		if op := &p.Operations[i]; op.Decision != plan.Skip {
			x.operation(op, vacated[op.Side])
		}
	}
	for i := range p.Conflicts {
		if c := &p.Conflicts[i]; c.Resolution != plan.SkipPath {
			x.conflict(c)
		}
	}
	return x
}

// foreseen is of how many paths operations expect something, about: a map that grows is made anew again and again.
func foreseen(p *plan.Plan) (many plan.Sides[int]) {
	for i := range p.Operations {
		op := &p.Operations[i]
		many[op.Side]++
		if op.Source() != nil {
			many[op.Source().Tree]++
		}
	}
	return many
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

func (x *expectations) operation(op *plan.Operation, vacated map[tree.Path]bool) {
	if op.Action == plan.Move {
		x.add(expectation{side: op.Side, by: op.Side, path: op.From(), state: op.Before})
	}
	switch takes := op.Action == plan.Move || op.Action == plan.Create; {
	case !takes:
		x.add(expectation{side: op.Side, by: op.Side, path: op.Path, state: op.Before})
	case !vacated[op.Path]:
		x.add(expectation{side: op.Side, by: op.Side, path: op.Path, op: op})
	}
	if from := op.Source(); from != nil && !from.InPlan() && !from.Path.Private() {
		x.add(expectation{side: from.Tree, by: from.Tree, path: from.Path, state: op.After,
			copied: true, to: op.Side, timeless: execute.Timeless(op)})
	}
}

func (x *expectations) conflict(c *plan.Conflict) {
	for _, side := range plan.BothSides {
		x.add(expectation{side: side, by: c.SpelledBy(side), path: c.PathOn(side), state: c.State(side)})
		if c.RemotePath != "" {
			x.add(expectation{side: side, by: side.Other(), path: c.PathOn(side.Other())})
		}
		if c.Resolution == plan.KeepBoth && c.KeepBothAs != "" {
			x.add(expectation{side: side, by: plan.Local, path: c.KeepBothAs})
		}
	}
}

func (x *expectations) add(e expectation) {
	at, parents := x.at[e.side][e.by], x.parents[e.side][e.by]
	if len(x.room) == cap(x.room) {
		x.room = make([]expectation, 0, expectationsAtATime)
	}
	x.room = append(x.room, e)
	at[e.path] = at[e.path].and(&x.room[len(x.room)-1])
	for dir := e.path.Parent(); dir != tree.Root && !parents[dir]; dir = dir.Parent() {
		parents[dir] = true
	}
}

// expectationsAtATime is for how many there is made room at a time.
const expectationsAtATime = 128

// and is what is expected already, nil for nothing, with more after it.
func (want *expectation) and(more *expectation) *expectation {
	if want == nil {
		return more
	}
	last := want
	for last.next != nil {
		last = last.next
	}
	last.next = more
	return want
}

// take is what is expected of a name on a side, under its own spelling or the other side's, nil for nothing. Nobody
// waits for it any more then.
func (x *expectations) take(side plan.Side, n *plan.Name) (all *expectation) {
	for _, by := range plan.BothSides {
		if want := x.at[side][by][n.Path[by]]; want != nil {
			delete(x.at[side][by], n.Path[by])
			all = all.and(want)
		}
	}
	return all
}

// check compares what a side has under a name with what is expected there, and takes that as met. It returns in words
// what is wrong, or "".
func (x *expectations) check(side plan.Side, n *plan.Name) string {
	all := x.take(side, n)
	if all == nil {
		return ""
	}
	for want := all; want != nil; want = want.next {
		if s := want.state; s.Of() == tree.Directory && s.Subtree() != nil {
			x.subtrees[side][tree.Path(strings.Clone(string(n.Path[side])))] = s.Subtree().Digest
		}
	}
	return x.compare(all, &n.Entry[side])
}

// compare compares an entry with all that is expected of it.
func (x *expectations) compare(all *expectation, e *tree.Entry) string {
	if all.next == nil && all.op != nil && all.state == nil {
		x.occupied = append(x.occupied, occupied{all.op, all.differs(e, x)})
		return ""
	}
	for want := all; want != nil; want = want.next {
		if why := want.differs(e, x); why != "" {
			return why
		}
	}
	return ""
}

// concerns tells whether something is expected of a name on either side.
func (x *expectations) concerns(n *plan.Name) bool {
	for _, side := range plan.BothSides {
		at := &x.at[side]
		if at[plan.Local][n.Path[plan.Local]] != nil || at[plan.Remote][n.Path[plan.Remote]] != nil ||
			x.inConflict(side, n.Path[side]) {
			return true
		}
	}
	return false
}

// paths are those of a name: the plan's own, as far as it has them, since they are held anyway.
func (x *expectations) paths(n *plan.Name) plan.Sides[tree.Path] {
	paths := n.Path
	for _, by := range plan.BothSides {
		for _, at := range x.at {
			if want := at[by][n.Path[by]]; want != nil {
				paths[by] = want.path
			}
		}
	}
	return paths
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

// keep keeps what is in a directory that is in conflict.
func (x *expectations) keep(side plan.Side, path tree.Path, e *tree.Entry) {
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
	for _, side := range plan.BothSides {
		for _, by := range plan.BothSides {
			for path, want := range x.at[side][by] {
				for want != nil && want.state == nil {
					want = want.next
				}
				if want != nil {
					report(side, x.spellings.on(side, path, by), "it is gone")
				}
			}
		}
	}
}

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
