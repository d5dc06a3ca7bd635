package plan

import (
	"context"
	"slices"

	"treaty/plan/tree"
)

// Displaced is what an apply replaced or deleted on a side.
type Displaced struct {
	Side Side
	Path tree.Path
	// Was is what was there, never nil.
	Was *tree.State
	// Kept is where the content of a file lies since, nil for what has none.
	Kept *Source
	// Left is what that apply put in its place, nil for nothing.
	Left *tree.State
}

// Restore makes the plan that brings displaced entries back, on both sides, so that these are in step about them
// afterwards. Nothing else is decided. Where a side has something else than was displaced, it makes way if both have
// the same, or if the apply left it there; otherwise somebody has changed it since, and it is blocked with
// ChangedSince, as a directory is. Content of which nothing, or something else, is kept is blocked with TrashMissing.
// What one side cannot have, a link or a name say, is blocked there, by the code that says why, and comes back on the
// other. Of displaced entries of which the paths mean one, where case does not matter say, the first comes back, and by
// the name that is there now. Like Compare, it leaves id, time and author to the caller.
func Restore(ctx context.Context, in Input, displaced []Displaced, kept Kept) (*Plan, error) {
	policy := newPolicy(in.traits(), in.Memory != nil, in.Options)
	policy.shiftBy(in.Shift)
	r := &restoring{policy: &policy, readers: Sides[Reader]{in.Trees[Local].Reader, in.Trees[Remote].Reader},
		spellings: spellingsOf(policy.traits),
		there:     Sides[map[tree.Path]*tree.Entry]{{}, {}}, wanted: map[tree.Path]bool{},
		exactly: Sides[map[tree.Path]Sides[tree.Path]]{{}, {}}, alike: map[tree.Path]Sides[tree.Path]{},
		coming: Sides[map[tree.Path]bool]{{}, {}}, barred: Sides[map[tree.Path]bool]{{}, {}}}
	displaced = r.wantAll(displaced)
	s := survey{walk: newLockstep(&in, nil, &policy, asPlanned), each: r.lookUp}
	digests, err := s.walk.run(ctx, &s)
	if err != nil {
		return nil, err
	}
	p := newPlan(in)
	p.Options.Only = nil
	p.snapshots(&in, s.walk, digests)
	// Directories come before what is in them.
	slices.SortFunc(displaced, func(a, b Displaced) int { return tree.Compare(a.Path, b.Path) })
	for i := range displaced {
		if err := r.bring(ctx, p, &displaced[i], kept); err != nil {
			return nil, err
		}
	}
	p.Problems = append(append(p.Problems, s.blocks...), r.problems...)
	s.document(p)
	return p, nil
}

// restoring is a plan of Restore in the making.
type restoring struct {
	policy  *policy
	readers Sides[Reader]
	spellings
	// there is what each side has at the paths that matter, nil for nothing, by its own spelling.
	there Sides[map[tree.Path]*tree.Entry]
	// wanted are the paths that matter, by their pairKey.
	wanted map[tree.Path]bool
	// exactly is how both sides spell what one has by a path that matters, and alike what either has by a path that
	// means the same.
	exactly Sides[map[tree.Path]Sides[tree.Path]]
	alike   map[tree.Path]Sides[tree.Path]
	// coming are the paths of operations, barred those of what a side cannot have, of which it is said.
	coming, barred Sides[map[tree.Path]bool]
	problems
}

// wantAll notes the paths that matter: the displaced ones, with the directories above. It returns those that are
// brought back, of several that mean one path the first.
func (r *restoring) wantAll(displaced []Displaced) []Displaced {
	var each []Displaced
	chosen := map[tree.Path]bool{}
	for i := range displaced {
		key := r.pairKey(displaced[i].Path)
		if !chosen[key] {
			chosen[key] = true
			each = append(each, displaced[i])
		}
		for path := displaced[i].Path; path != tree.Root; path = path.Parent() {
			r.wanted[r.pairKey(path)] = true
		}
	}
	return each
}

// lookUp notes what each side has of a directory, of what matters.
func (r *restoring) lookUp(d *directory) error {
	for i := range d.trios {
		t := &d.trios[i]
		path := d.pathOf(t)
		key := r.pairKey(path[Local])
		if !r.wanted[key] {
			continue
		}
		r.alike[key] = path
		for _, side := range BothSides {
			if t.has(side) {
				entry := *t.entry[side]
				r.there[side][path[side]], r.exactly[side][path[side]] = &entry, path
			}
		}
	}
	return nil
}

// on is how a side spells a path of what was displaced on one: as it spells what it, or the other side, has by that
// path or by one that means the same, or the nearest directory above of which it has such.
func (r *restoring) on(side, of Side, path tree.Path) tree.Path {
	if path == tree.Root {
		return path
	}
	if both, known := r.exactly[of][path]; known {
		return both[side]
	}
	if both, known := r.alike[r.pairKey(path)]; known {
		return both[side]
	}
	return r.on(side, of, path.Parent()).Join(path.Base())
}

// bring adds to a plan what brings one entry back on both sides, or says why that cannot be.
func (r *restoring) bring(ctx context.Context, p *Plan, d *Displaced, kept Kept) error {
	if d.Kept != nil {
		if why := kept.lacks(*d.Kept, d.Was); why != "" {
			r.block(TrashMissing, d.Side, d.Path, why)
			return nil
		}
	}
	at, now, err := r.both(ctx, d)
	if err != nil || at == nil {
		return err
	}
	inStep := sameContent(now[Local], now[Remote])
	var ops []Operation
	for _, side := range BothSides {
		switch here := now[side]; {
		case here != nil && sameContent(here, d.Was):
		case r.bars(side, at[side], here == nil, d.Was):
		case here != nil && (here.Type == tree.Directory || !inStep && !sameContent(here, d.Left)):
			r.block(ChangedSince, side, at[side], "something else is there now than what was synced")
			return nil
		default:
			ops = append(ops, r.operation(side, at[side], here, d))
		}
	}
	for i := range ops {
		r.makeAbove(p, &ops[i])
		r.add(p, ops[i])
	}
	return nil
}

// bars says why a side cannot have an entry, or a directory above it that it lacks, and tells whether that is so. It
// says it once of each.
func (r *restoring) bars(side Side, path tree.Path, fresh bool, was *tree.State) bool {
	can := r.policy.capacity(side)
	code, why := can.unfit(path, was.Type, was.Size, fresh)
	for dir := path.Parent(); dir != tree.Root && r.there[side][dir] == nil; dir = dir.Parent() {
		if c, w := can.unfit(dir, tree.Directory, 0, true); c != "" {
			code, why, path = c, w, dir
		}
	}
	if code != "" && !r.barred[side][path] {
		r.barred[side][path] = true
		r.block(code, side, path, why)
	}
	return code != ""
}

// both are where the two sides have, or would have, what was displaced, and what is there now. There is no such
// place, and it is said why, where that cannot be told, or something else than a directory is in the way.
func (r *restoring) both(ctx context.Context, d *Displaced) (at *Sides[tree.Path], now Sides[*tree.State], err error) {
	at = &Sides[tree.Path]{}
	for _, side := range BothSides {
		at[side] = r.on(side, d.Side, d.Path)
		var readable bool
		if now[side], readable, err = r.now(ctx, side, at[side]); err != nil {
			return nil, now, err
		}
		if !readable || r.obstructs(side, at[side]) {
			r.block(ChangedSince, side, at[side], "something that cannot be read or is no directory is where it belongs now")
			return nil, now, nil
		}
	}
	return at, now, nil
}

// now is what a side has at a path, with its hash; nil for nothing, and false where its content cannot be read.
func (r *restoring) now(ctx context.Context, side Side, path tree.Path) (now *tree.State, readable bool, err error) {
	e := r.there[side][path]
	if e == nil {
		return nil, true, nil
	}
	now = e.State()
	if e.Obstacle != "" || now.Of() != tree.File {
		return now, e.Obstacle == "", nil
	}
	wanted := []tree.Wanted{{Path: path, Size: e.Size, Mtime: e.Mtime}}
	err = r.readers[side].Hash(ctx, wanted, func(_ int, content tree.Content) {
		now.SHA256, readable = content.SHA256, content.Err == nil
	})
	return now, readable, err
}

// sameContent tells whether two entries hold the same, whatever their times and modes. Of nothing nothing does, and two
// directories do.
func sameContent(a, b *tree.State) bool {
	return a != nil && b != nil && a.Type == b.Type && a.Size == b.Size && a.SHA256 == b.SHA256 && a.Target() == b.Target()
}

// obstructs tells whether something above a path is no directory.
func (r *restoring) obstructs(side Side, path tree.Path) bool {
	for dir := path.Parent(); dir != tree.Root; dir = dir.Parent() {
		if e := r.there[side][dir]; e != nil && e.Type != tree.Directory {
			return true
		}
	}
	return false
}

// operation is what brings an entry back to a path of a side that has before there.
func (r *restoring) operation(side Side, path tree.Path, before *tree.State, d *Displaced) Operation {
	after := *d.Was
	if after.Type == tree.File {
		after.Mtime = r.policy.traits[side].Keep(after.Mtime)
	}
	after.Mode = r.mode(side, &after)
	op := Operation{Side: side, Action: Create, Path: path, Reason: Undo, Before: before, After: &after, Decision: Apply}
	op.Take(d.Kept)
	if before != nil {
		op.Action = Update
	}
	return op
}

// mode is that of what is brought to a side, by the umask where nobody knows it.
func (r *restoring) mode(side Side, s *tree.State) tree.Mode {
	switch {
	case !r.policy.traits[side].Modes || s.Type == tree.Symlink:
		return 0
	case s.Mode.Known():
		return s.Mode
	case s.Type == tree.Directory:
		return r.policy.programs.Created(true)
	}
	return r.policy.programs.Created(false)
}

// makeAbove adds to a plan the directories that a side lacks above what an operation brings, unless they come anyway.
func (r *restoring) makeAbove(p *Plan, op *Operation) {
	for dir := op.Path.Parent(); dir != tree.Root && r.there[op.Side][dir] == nil; dir = dir.Parent() {
		if r.coming[op.Side][dir] {
			return
		}
		after := &tree.State{Type: tree.Directory}
		after.Mode = r.mode(op.Side, after)
		r.add(p, Operation{Side: op.Side, Action: Create, Path: dir, Reason: Undo, After: after,
			Decision: Apply})
	}
}

// add adds an operation to a plan.
func (r *restoring) add(p *Plan, op Operation) {
	p.Operations = append(p.Operations, op)
	r.coming[op.Side][op.Path] = true
}
