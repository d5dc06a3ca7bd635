package apply

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"treaty/apply/internal/execute"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// expectation is what a plan says that it found at a path, as far as listing shows it.
type expectation struct {
	side  plan.Side
	path  tree.Path
	state *tree.State // nil: nothing
	// copied tells that state is what the other side will report, and only size and time, cut to that
	// side's traits, can be compared.
	copied bool
	// to is the traits' owner for copied.
	to plan.Side
	// op is what is to take a name that nothing has.
	op *plan.Operation
	// timeless tells that the time need not be that of state.
	timeless bool
}

// expectations are what a plan's operations and resolutions read or write, and must find as planned.
type expectations struct {
	plan *plan.Plan
	at   plan.Sides[map[tree.Path][]expectation]
	// subtrees are the directories in conflict, which must be as planned with all in them.
	subtrees plan.Sides[map[tree.Path]tree.Hash]
	// listed collects what is in scope in the directories in conflict.
	listed plan.Sides[map[tree.Path][]tree.Entry]
	// occupied are the operations that are to take a name that something has.
	occupied []occupied
	// shift is by how much the times of the two volumes were off when the plan was made.
	shift plan.Sides[time.Duration]
	// parents are the directories above all that is expected.
	parents   plan.Sides[map[tree.Path]bool]
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
	for _, side := range plan.BothSides {
		x.at[side] = map[tree.Path][]expectation{}
		x.subtrees[side] = map[tree.Path]tree.Hash{}
		x.listed[side] = map[tree.Path][]tree.Entry{}
		x.parents[side] = map[tree.Path]bool{}
	}
	// What a skipped move does not vacate is in the way of what is skipped with it.
	var vacated plan.Sides[map[tree.Path]bool]
	for i := range p.Operations {
		if op := &p.Operations[i]; op.Action == plan.Move {
			if vacated[op.Side] == nil {
				vacated[op.Side] = map[tree.Path]bool{}
			}
			vacated[op.Side][op.From] = true
		}
	}
	for i := range p.Operations {
		op := &p.Operations[i]
		if op.Decision == plan.Skip {
			continue
		}
		switch {
		case op.Action == plan.Move:
			x.add(expectation{side: op.Side, path: op.From, state: op.Before})
			if !vacated[op.Side][op.Path] {
				x.add(expectation{side: op.Side, path: op.Path, op: op})
			}
		case op.Action == plan.Create:
			if !vacated[op.Side][op.Path] {
				x.add(expectation{side: op.Side, path: op.Path, op: op})
			}
		default:
			x.add(expectation{side: op.Side, path: op.Path, state: op.Before})
		}
		if op.Source != nil && !op.Source.Path.Private() {
			x.add(expectation{side: op.Source.Tree, path: op.Source.Path, state: op.After,
				copied: true, to: op.Side, timeless: execute.Timeless(op)})
		}
	}
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		if c.Resolution == plan.SkipPath {
			continue
		}
		for _, side := range plan.BothSides {
			s := c.State(side)
			x.add(expectation{side: side, path: c.PathOn(side), state: s})
			if s.Of() == tree.Directory && s.Subtree != nil {
				x.subtrees[side][c.PathOn(side)] = s.Subtree.Digest
			}
			if c.RemotePath != "" {
				other := c.Path
				if side == plan.Local {
					other = c.RemotePath
				}
				x.add(expectation{side: side, path: other})
			}
			if c.Resolution == plan.KeepBoth && c.KeepBothAs != "" {
				x.add(expectation{side: side, path: c.KeepBothAs})
			}
		}
	}
	return x
}

func (x *expectations) add(e expectation) {
	x.at[e.side][e.path] = append(x.at[e.side][e.path], e)
	for dir := e.path.Parent(); dir != tree.Root && !x.parents[e.side][dir]; dir = dir.Parent() {
		x.parents[e.side][dir] = true
	}
}

// respell lets a name that a conflict has in one side's spelling be expected on the other in that side's own.
func (x *expectations) respell(n *plan.Name) {
	if !x.spellings.note(n) {
		return
	}
	for _, side := range plan.BothSides {
		as, own := n.Path[side.Other()], n.Path[side]
		rename(x.at[side], as, own)
		rename(x.subtrees[side], as, own)
		rename(x.parents[side], as, own)
	}
}

// rename gives what is at one key to another that has nothing.
func rename[V any](in map[tree.Path]V, from, to tree.Path) {
	v, found := in[from]
	if _, taken := in[to]; !found || taken {
		return
	}
	delete(in, from)
	in[to] = v
}

// check compares an entry with what is expected at its path, and takes the expectation as met. It
// returns in words what is wrong, or "".
func (x *expectations) check(side plan.Side, path tree.Path, e *tree.Entry) string {
	list, expected := x.at[side][path]
	if !expected {
		return ""
	}
	delete(x.at[side], path)
	if len(list) == 1 && list[0].op != nil && list[0].state == nil {
		x.occupied = append(x.occupied, occupied{list[0].op, list[0].differs(e, x)})
		return ""
	}
	for _, want := range list {
		if why := want.differs(e, x); why != "" {
			return why
		}
	}
	return ""
}

// concerns tells whether something is expected of a name on either side.
func (x *expectations) concerns(n *plan.Name) bool {
	for _, side := range plan.BothSides {
		if _, expected := x.at[side][n.Path[side]]; expected || x.inConflict(side, n.Path[side]) {
			return true
		}
	}
	return false
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
		for path, list := range x.at[side] {
			for _, want := range list {
				if want.state != nil {
					report(side, path, "it is gone")
					break
				}
			}
		}
	}
}

// parentless reports the directories above what is expected that were there when the plan was made and
// are not now. Without the digests of that time, nobody can tell.
func (x *expectations) parentless(before, now *store.Digests, report func(side plan.Side, path tree.Path, why string)) {
	if before == nil {
		return
	}
	for _, side := range plan.BothSides {
		for dir := range x.parents[side] {
			if before.Has(side, dir) && !now.Has(side, dir) {
				report(side, dir, "it is no directory any more")
			}
		}
	}
}

// misplaced reports what the plan takes for directories, and that neither is one nor is made one by anything in it, done
// or left out: files, links, and names that the other side does not have either. Somebody edited a path. What waits for a
// directory that nobody is to make any more is left alone, since a person may take that out; so is all that an undo brings
// back, whose directories may be on no side.
func (x *expectations) misplaced(at *ends, now *store.Digests, report func(side plan.Side, path tree.Path, why string)) {
	var made plan.Sides[map[string]bool]
	for _, side := range plan.BothSides {
		made[side] = map[string]bool{}
	}
	for i := range x.plan.Operations {
		if op := &x.plan.Operations[i]; op.After.Of() == tree.Directory {
			made[op.Side][tree.CollisionKey(string(op.Path))] = true
		}
	}
	for _, side := range plan.BothSides {
		for dir := range x.parents[side] {
			if now.Has(side, dir) || made[side][tree.CollisionKey(string(dir))] {
				continue
			}
			_, err := at[side].Directory(dir)
			switch {
			case errors.Is(err, scan.ErrSymlink), errors.Is(err, scan.ErrNotDirectory):
				report(side, dir, "it is no directory, and the plan puts something below it")
			case errors.Is(err, fs.ErrNotExist) && !x.undoes(side, dir) && !made[side.Other()][tree.CollisionKey(string(dir))]:
				other := side.Other()
				if _, err := at[other].Directory(x.spellings.on(other, dir, side)); errors.Is(err, fs.ErrNotExist) {
					report(side, dir, "neither side has it, and the plan puts something below it")
				}
			}
		}
	}
}

// undoes tells whether the plan undoes something below a directory of a side.
func (x *expectations) undoes(side plan.Side, dir tree.Path) bool {
	for i := range x.plan.Operations {
		if op := &x.plan.Operations[i]; op.Side == side && op.Reason == plan.Undo && op.Path.Within(dir) {
			return true
		}
	}
	return false
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
		if e.Target != s.Target {
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
