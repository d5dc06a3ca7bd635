package plan

import (
	"context"
	"slices"

	"treaty/plan/tree"
)

// Reverse makes the plan that carries out a reversal: operations that undo an earlier apply, as its history kept
// them. What is not as that apply left it is blocked with ChangedSince, and what needs content of which nothing, or
// something else, is kept with TrashMissing; a directory in which something stays is not deleted. What a side cannot
// have any more is blocked by the code that says why, and left out with all below it. Nothing else is decided. Like
// Compare, it leaves id, time and author to the caller.
func Reverse(ctx context.Context, in Input, reversal []Operation, kept Kept) (*Plan, error) {
	policy := newPolicy(in.traits(), false, in.Options)
	policy.shiftBy(in.Shift)
	r := newReversing(&policy, reversal)
	s := survey{walk: newLockstep(&in, nil, &policy, asPlanned), each: func(d *directory) error {
		r.needed.lookUp(d)
		r.alike.lookUp(d)
		r.below.lookUp(d)
		return nil
	}}
	digests, err := s.walk.run(ctx, &s)
	if err != nil {
		return nil, err
	}
	p := newPlan(in)
	p.snapshots(&in, s.walk, digests)
	r.problems = s.blocks
	r.leaveOut(kept)
	for i := range r.operations {
		op := r.operations[i]
		if r.left[i] {
			r.below.left(op.Side, op.from())
			continue
		}
		p.Operations = append(p.Operations, op)
	}
	r.below.keep(p, r.needed, &r.problems)
	for i := range p.Operations {
		if op := &p.Operations[i]; op.Action != Move {
			op.Amend(func(r *Rare) { r.From = "" }) // whoever carries it out finds what there is by its spelling
		}
	}
	p.Problems = append(p.Problems, r.problems...)
	s.document(p)
	return p, nil
}

// reversing is a plan of a reversal in the making.
type reversing struct {
	policy *policy
	// operations are those of the reversal, directories before what is in them, and left tells which are left out.
	operations []Operation
	left       []bool
	needed     needed
	alike      alikes
	below      *inhabitants
	// directories tells of the paths that operations make directories of whether one does, and is not left out; barred
	// tells which paths a side cannot have, and told of which it was said that they are no directories.
	directories, barred, told Sides[map[tree.Path]bool]
	problems
}

func newReversing(policy *policy, reversal []Operation) *reversing {
	r := &reversing{policy: policy, operations: slices.Clone(reversal), left: make([]bool, len(reversal)),
		needed: neededBy(reversal), alike: alikesOf(reversal, spellingsOf(policy.traits)), below: inhabitantsOf(reversal),
		directories: Sides[map[tree.Path]bool]{{}, {}}, barred: Sides[map[tree.Path]bool]{{}, {}},
		told: Sides[map[tree.Path]bool]{{}, {}}}
	slices.SortStableFunc(r.operations, func(a, b Operation) int { return tree.Compare(a.Path, b.Path) })
	return r
}

// leaveOut leaves out what cannot be taken back, and what then cannot be either.
func (r *reversing) leaveOut(kept Kept) {
	for i := range r.operations {
		op := &r.operations[i]
		op.Before = shiftedTo(op.Before, r.needed[op.Side][op.from()], &r.policy.traits[op.Side])
		code, path, why := r.needed.hinders(op, kept)
		if code == "" && op.After != nil {
			path = op.Path
			code, why = r.policy.capacity(op.Side).unfit(path, op.After.Type, op.After.Size, op.fresh())
			r.barred[op.Side][path] = code != ""
		}
		if code == "" {
			path = op.Path
			code, why = r.alike.collide(op)
		}
		if r.left[i] = code != ""; r.left[i] {
			r.block(code, op.Side, path, why)
		}
		if op.After.Of() == tree.Directory {
			r.directories[op.Side][op.Path] = !r.left[i]
		}
	}
	for again := true; again; {
		again = r.leaveOutBelow()
		again = r.leaveOutMoves() || again
	}
}

// leaveOutBelow leaves out what has no directory to be in, and tells whether there was any.
func (r *reversing) leaveOutBelow() (any bool) {
	for i := range r.operations {
		op := &r.operations[i]
		if r.left[i] || r.stands(op.Side, op.Path.Parent()) && r.stands(op.Side, op.from().Parent()) {
			continue
		}
		r.left[i], any = true, true
		if op.After.Of() == tree.Directory {
			r.directories[op.Side][op.Path] = false
		}
	}
	return any
}

// stands tells whether a directory is there, with all above it, or will be. Of what is no directory and is not to be
// one it is said; what is not there at all is made again by whoever puts something in it.
func (r *reversing) stands(side Side, dir tree.Path) bool {
	for ; dir != tree.Root; dir = dir.Parent() {
		comes, known := r.directories[side][dir]
		if comes {
			continue
		}
		here := r.needed[side][dir]
		if here == nil && !known && !r.barred[side][dir] {
			code, why := r.policy.capacity(side).unfit(dir, tree.Directory, 0, true)
			if r.barred[side][dir] = code != ""; code != "" {
				r.block(code, side, dir, why)
			}
		}
		switch {
		case here == nil && (known || r.barred[side][dir]):
			return false
		case here != nil && here.Type != tree.Directory:
			if !known && !r.told[side][dir] {
				r.told[side][dir] = true
				r.block(ChangedSince, side, dir, "it is no directory any more, and that apply changed something in it")
			}
			return false
		}
	}
	return true
}

// leaveOutMoves leaves out the moves to where something stays, and tells whether there was any.
func (r *reversing) leaveOutMoves() (any bool) {
	vacated := Sides[map[tree.Path]bool]{{}, {}}
	for i := range r.operations {
		if op := &r.operations[i]; op.Action == Move && !r.left[i] {
			vacated[op.Side][op.From()] = true
		}
	}
	for i := range r.operations {
		op := &r.operations[i]
		if op.Action == Move && !r.left[i] && r.needed[op.Side][op.Path] != nil && !vacated[op.Side][op.Path] {
			r.block(ChangedSince, op.Side, op.Path, "there is something under the name that it had")
			r.left[i], any = true, true
		}
	}
	return any
}

// fresh tells whether an operation brings something to where nothing was by just that name.
func (op *Operation) fresh() bool { return op.Action == Create || op.Action == Move }

// needed is what is now at the paths that a reversal is about, and of the directories above them, nil for nothing.
type needed Sides[map[tree.Path]*tree.Entry]

func neededBy(reversal []Operation) needed {
	n := needed{{}, {}}
	for i := range reversal {
		op := &reversal[i]
		n.ask(op.Side, op.Path)
		n.ask(op.Side, op.from())
	}
	return n
}

// ask asks for a path and the directories above it.
func (n needed) ask(side Side, path tree.Path) {
	for ; path != tree.Root; path = path.Parent() {
		if _, asked := n[side][path]; asked {
			return
		}
		n[side][path] = nil
	}
}

// lookUp notes what of it is in a directory.
func (n needed) lookUp(d *directory) {
	for i := range d.trios {
		t := &d.trios[i]
		path := d.pathOf(t)
		for _, side := range BothSides {
			if _, wanted := n[side][path[side]]; wanted && t.has(side) {
				entry := *t.now(side)
				n[side][path[side]] = &entry
			}
		}
	}
}

// hinders is the problem of an operation that cannot be taken back, "" where it can.
func (n needed) hinders(op *Operation, kept Kept) (code Code, path tree.Path, why string) {
	if !asLeft(op.Before, n[op.Side][op.from()]) {
		return ChangedSince, op.from(), "it is no longer as that apply left it"
	}
	if op.Source() != nil {
		if why := kept.lacks(*op.Source(), op.After); why != "" {
			return TrashMissing, op.Path, why
		}
	}
	return "", "", ""
}

// asLeft tells whether an entry is what a state says.
func asLeft(s *tree.State, e *tree.Entry) bool {
	if s == nil || e == nil {
		return s == nil && e == nil
	}
	return s.Type == e.Type && (s.Type != tree.File || s.Size == e.Size && s.Mtime == e.Mtime) && s.Target() == e.Target &&
		(!s.Mode.Known() || !e.Mode.Known() || s.Mode == e.Mode)
}

// shiftedTo is a state with the time that its file has now, if a volume that keeps local time may have
// shifted by just that since. Content is compared when it is undone: such volumes are never taken at
// their stamps' word.
func shiftedTo(s *tree.State, e *tree.Entry, traits *tree.Traits) *tree.State {
	if s.Of() != tree.File || e == nil || e.Type != tree.File || !s.SHA256.Known() || traits.Profile != tree.FAT {
		return s
	}
	if delta := int64(e.Mtime.Sub(s.Mtime)); delta%shiftStep != 0 || delta > maxShift || delta < -maxShift {
		return s
	}
	now := *s
	now.Mtime = e.Mtime
	return &now
}
