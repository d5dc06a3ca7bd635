package plan

import (
	"fmt"
	"slices"
	"time"

	"treaty/plan/tree"
)

// Contents is what steps must look up in the trees: whole directories in conflicts are not listed in
// the plan, and neither are the first bytes of files.
type Contents interface {
	// List is what is in scope in a directory.
	List(side Side, dir tree.Path) ([]tree.Entry, error)
	// Head is a file's first bytes, enough to tell whether it is a program.
	Head(side Side, file tree.Path) ([]byte, error)
	// Same tells whether both sides' files have the same content.
	Same(at Sides[tree.Path]) (bool, error)
	// Spelled is how a side spells the path of a conflict, or one below it, which is given as the side of
	// spells it.
	Spelled(side Side, path tree.Path, of Side) tree.Path
}

// Steps are the operations that the plan comes to once decisions and resolutions are taken into
// account, in the order of the plan, conflicts last. What depends on a skipped step is skipped too, as Skips
// tells. The plan must have passed Check, and may not have unresolved conflicts. shift is by how much the times
// of the two sides were off as a whole when it was made.
func (p *Plan) Steps(in Contents, shift Sides[time.Duration]) ([]Step, error) {
	steps := make([]Step, 0, len(p.Operations)+len(p.Conflicts))
	for i := range p.Operations {
		steps = append(steps, Step{Operation: &p.Operations[i]})
	}
	s := resolver{plan: p, in: in,
		policy: newPolicy(Sides[tree.Traits]{p.Local.Filesystem, p.Remote.Filesystem}, p.Baseline != nil, p.Options)}
	s.policy.shiftBy(&shift)
	var stays Sides[[]tree.Path]
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		if c.Resolution == Unresolved {
			return nil, fmt.Errorf("conflict %d is not resolved", c.ID)
		}
		_, stay := c.deeds()
		for _, side := range BothSides {
			if stay[side] {
				stays[side] = append(stays[side], s.at(c, side))
			}
		}
		ops, err := s.resolved(c)
		if err != nil {
			return nil, fmt.Errorf("conflict %d: %w", c.ID, err)
		}
		for j := range ops {
			ops[j].Decision = Apply
			steps = append(steps, Step{Operation: &ops[j], Conflict: c.ID})
		}
	}
	var settling []deed
	for i := range steps[len(p.Operations):] {
		settling = append(settling, deedOf(steps[len(p.Operations)+i].Operation))
	}
	deeds := newDeeds(p.Operations, settling)
	p.spellings().dragWhole(deeds, stays)
	emptied := p.givenUp(deeds, stays)
	for _, g := range emptied {
		deeds.skip(g.create, GivenUp)
	}
	for i := range steps {
		steps[i].Skipped = deeds.why(i)
	}
	return s.unmake(steps, emptied)
}

// unmake adds the removal of directories that only held names that are given up.
func (s *resolver) unmake(steps []Step, emptied []givenUp) ([]Step, error) {
	for _, g := range emptied {
		create := steps[g.create]
		gone := version{create.Side.Other(), g.path, nil}
		before, err := s.inPlaceOf(gone, version{create.Side, create.Path, create.After}, nil)
		if err != nil {
			return nil, err
		}
		steps = append(steps, Step{Conflict: steps[g.by].Conflict, Operation: &Operation{Side: gone.side, Action: Delete,
			Path: gone.path, Reason: MovedOn.On(create.Side), Before: before, Decision: Apply}})
	}
	return steps, nil
}

// resolver turns resolutions into operations.
type resolver struct {
	plan   *Plan
	in     Contents
	policy policy
}

// resolved are the operations that a conflict's resolution comes to.
func (s *resolver) resolved(c *Conflict) ([]Operation, error) {
	side, takes := c.taken()
	switch {
	case takes:
		return s.take(c, side)
	case c.Resolution == TakeNewer:
		return nil, fmt.Errorf("nothing tells which of the two is newer")
	case c.Resolution == TakeMerged:
		return s.takeMerged(c)
	case c.Resolution == KeepBoth && c.Kind == RenamedDifferently:
		return s.keepNames(c)
	case c.Resolution == KeepBoth:
		return s.keepBoth(c)
	}
	return nil, nil
}

// keepNames gives each side the other's file under the other's name.
func (s *resolver) keepNames(c *Conflict) ([]Operation, error) {
	there, err := s.copy(s.version(c, Local), s.in.Spelled(Remote, c.Path, Local), c.Base)
	if err != nil {
		return nil, err
	}
	here, err := s.copy(s.version(c, Remote), s.in.Spelled(Local, c.RemotePath, Remote), c.Base)
	return append(there, here...), err
}

// at is a conflict's path as a side spells it.
func (s *resolver) at(c *Conflict, side Side) tree.Path {
	return s.in.Spelled(side, c.PathOn(side), c.SpelledBy(side))
}

// version is what a side has of a conflict.
func (s *resolver) version(c *Conflict, side Side) version {
	return version{side, s.at(c, side), c.State(side)}
}

// take makes the other side equal to side.
func (s *resolver) take(c *Conflict, side Side) ([]Operation, error) {
	have, lose := s.version(c, side), s.version(c, side.Other())
	switch {
	case c.Kind == RenamedDifferently:
		after := *lose.state
		if s.policy.timesTell() {
			after.Mtime = s.policy.carried(have.state.Mtime, lose.side)
		}
		if s.policy.bothModes() {
			after.Mode = have.state.Mode
		}
		op := Operation{Side: lose.side, Action: Move, Rare: &Rare{From: lose.path}, Reason: MovedOn.On(side),
			Before: lose.state, After: &after, Path: s.in.Spelled(lose.side, c.PathOn(side), side)}
		return s.withWishes(op, have)
	case have.state == nil:
		return s.remove(lose, DeletedOn.On(side))
	case lose.state == nil:
		return s.copy(have, lose.path, c.Base)
	}
	switch {
	case have.state.Type == tree.Directory && lose.state.Type == tree.Directory:
		return s.align(have, lose)
	case have.state.Type == tree.Directory || lose.state.Type == tree.Directory:
		return s.supplant(have, lose, c.Base)
	}
	after, err := s.inPlaceOf(lose, have, c.Base)
	if err != nil {
		return nil, err
	}
	op := Operation{Side: lose.side, Action: Update, Path: lose.path, Reason: ChangedOn.On(side), Before: lose.state,
		After: after}
	op.Take(have.source())
	return s.withWishes(op, have)
}

// supplant replaces what one side has by what the other has, which is of another type: what was there goes entry by
// entry, what is to be comes entry by entry, and the name itself is one update.
func (s *resolver) supplant(have, lose version, base *tree.State) ([]Operation, error) {
	var ops []Operation
	if lose.state.Type == tree.Directory {
		removed, err := s.remove(lose, ChangedOn.On(have.side))
		if err != nil {
			return nil, err
		}
		ops = removed[:len(removed)-1]
	}
	come, err := s.copy(have, lose.path, base)
	if err != nil {
		return nil, err
	}
	come[0].Action, come[0].Before, come[0].Reason = Update, plain(lose.state), ChangedOn.On(have.side)
	return append(ops, come...), nil
}

// keepBoth moves remote's version aside under its new name, brings it to local under that name, and
// local's version to remote.
func (s *resolver) keepBoth(c *Conflict) ([]Operation, error) {
	theirs := s.version(c, Remote)
	ops, err := s.rename(theirs, s.in.Spelled(Remote, c.KeepBothAs, Local))
	if err != nil {
		return nil, err
	}
	here, err := s.copy(theirs, s.in.Spelled(Local, c.KeepBothAs, Local), nil)
	if err != nil {
		return nil, err
	}
	// What remote's version gets besides, its move has.
	here = slices.DeleteFunc(here, func(op Operation) bool { return op.Side == Remote })
	there, err := s.copy(s.version(c, Local), theirs.path, c.Base)
	if err != nil {
		return nil, err
	}
	if theirs.state.Type == tree.Directory {
		// The emptied directory makes way for local's version in one update.
		there[0].Action, there[0].Before = Update, plain(theirs.state)
	}
	return slices.Concat(ops, here, there), nil
}

// copy brings what a side has to the other side, under the path to, a directory entry by entry. base is what both had
// when they were last synced, nil for nothing.
func (s *resolver) copy(have version, to tree.Path, base *tree.State) ([]Operation, error) {
	after, err := s.inPlaceOf(version{have.side.Other(), to, nil}, have, base)
	if err != nil {
		return nil, err
	}
	op := Operation{Side: have.side.Other(), Action: Create, Path: to, Reason: OnlyOn.On(have.side), After: after}
	op.Take(have.source())
	ops, err := s.withWishes(op, have)
	if err != nil || have.state.Type != tree.Directory {
		return ops, err
	}
	entries, err := s.in.List(have.side, have.path)
	if err != nil {
		return nil, err
	}
	for i := range entries {
		more, err := s.copy(have.below(&entries[i]), to.Join(entries[i].Name), nil)
		if err != nil {
			return nil, err
		}
		ops = append(ops, more...)
	}
	return ops, nil
}

// remove deletes an entry, a directory entry by entry and last.
func (s *resolver) remove(lose version, reason Reason) ([]Operation, error) {
	var ops []Operation
	if lose.state.Type == tree.Directory {
		entries, err := s.in.List(lose.side, lose.path)
		if err != nil {
			return nil, err
		}
		for i := range entries {
			more, err := s.remove(lose.below(&entries[i]), reason)
			if err != nil {
				return nil, err
			}
			ops = append(ops, more...)
		}
	}
	return append(ops, Operation{Side: lose.side, Action: Delete, Path: lose.path, Reason: reason,
		Before: plain(lose.state)}), nil
}

// rename moves an entry on one side, a directory file by file; the emptied directory itself stays for
// its successor.
func (s *resolver) rename(have version, to tree.Path) ([]Operation, error) {
	if have.state.Type != tree.Directory {
		there := version{have.side.Other(), to, nil}
		comes, err := s.inPlaceOf(there, have, nil)
		if err != nil {
			return nil, err
		}
		stays, _, err := s.wished(have, s.in.Spelled(there.side, to, have.side), comes)
		return []Operation{{Side: have.side, Action: Move, Rare: &Rare{From: have.path}, Path: to,
			Reason: MovedOn.On(have.side), Before: have.state, After: &stays}}, err
	}
	ops := []Operation{{Side: have.side, Action: Create, Path: to, Reason: OnlyOn.On(have.side),
		After: plain(have.state)}}
	entries, err := s.in.List(have.side, have.path)
	if err != nil {
		return nil, err
	}
	for i := range entries {
		inner := have.below(&entries[i])
		more, err := s.rename(inner, to.Join(entries[i].Name))
		if err != nil {
			return nil, err
		}
		ops = append(ops, more...)
		if inner.state.Type == tree.Directory {
			ops = append(ops, Operation{Side: have.side, Action: Delete, Path: inner.path, Reason: MovedOn.On(have.side),
				Before: inner.state})
		}
	}
	return ops, nil
}

// inPlaceOf is what the side of lose will report of the other side's version once that is in the place of lose, which
// may be nothing. base is what both had when they were last synced, nil for nothing.
func (s *resolver) inPlaceOf(lose, have version, base *tree.State) (*tree.State, error) {
	after := *plain(have.state)
	if have.state.Type == tree.File {
		after.Mtime = s.policy.carried(have.state.Mtime, lose.side)
	}
	if have.state.Type == tree.Symlink || s.policy.bothModes() {
		return &after, nil
	}
	after.Mode = 0
	if !s.policy.traits[lose.side].Modes {
		return &after, nil
	}
	if have.state.Type == tree.Directory {
		after.Mode = s.policy.programs.Created(true)
		return &after, nil
	}
	mode := modeBefore(lose.state, base)
	var head []byte
	var err error
	if s.policy.programs.NeedsHead(lose.path, mode) {
		head, err = s.in.Head(have.side, have.path)
	}
	after.Mode = s.policy.programs.Infer(lose.path, mode, head)
	return &after, err
}

// modeBefore is the mode that a file has where another one is to be, or had when it was last synced.
func modeBefore(former, base *tree.State) tree.Mode {
	switch {
	case former.Of() == tree.File:
		return former.Mode
	case base.Of() == tree.File:
		return base.Mode
	}
	return 0
}

// plain is a state as operations give it, without the subtree that only conflicts carry.
func plain(state *tree.State) *tree.State {
	out := *state
	out.LeaveSubtree()
	return &out
}
