package plan

import (
	"fmt"
	"slices"
	"time"

	"treaty/plan/tree"
)

// Step is one operation to carry out: a plan's own, or part of what settles a conflict.
type Step struct {
	*Operation
	// Conflict is the id of the conflict that the step settles, 0 for the plan's own operations. The
	// ID of the operation then means nothing.
	Conflict int
	// Skipped is why the step is not carried out, "" where it is.
	Skipped Why
}

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
		ops, err := offered(c.Resolution).settle(&s, c)
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
		side := create.Side.Other()
		before, err := s.onto(side, g.path, create.Side, create.Path, create.After, nil, nil)
		if err != nil {
			return nil, err
		}
		steps = append(steps, Step{Conflict: steps[g.by].Conflict, Operation: &Operation{Side: side, Action: Delete,
			Path: g.path, Reason: MovedOn.On(create.Side), Before: before, Decision: Apply}})
	}
	return steps, nil
}

// resolver turns resolutions into operations.
type resolver struct {
	plan   *Plan
	in     Contents
	policy policy
}

// keepNames gives each side the other's file under the other's name.
func (s *resolver) keepNames(c *Conflict) ([]Operation, error) {
	there, err := s.copy(c, Local, s.in.Spelled(Remote, c.Path, Local))
	if err != nil {
		return nil, err
	}
	here, err := s.copy(c, Remote, s.in.Spelled(Local, c.RemotePath, Remote))
	return append(there, here...), err
}

// at is a conflict's path as a side spells it.
func (s *resolver) at(c *Conflict, side Side) tree.Path {
	return s.in.Spelled(side, c.PathOn(side), c.SpelledBy(side))
}

// take makes the other side equal to side.
func (s *resolver) take(c *Conflict, side Side) ([]Operation, error) {
	other := side.Other()
	have, lose := c.State(side), c.State(other)
	path := s.at(c, other)
	switch {
	case c.Kind == RenamedDifferently:
		after := *lose
		if s.policy.timesTell() {
			after.Mtime = s.policy.carried(have.Mtime, other)
		}
		if s.policy.bothModes() {
			after.Mode = have.Mode
		}
		op := Operation{Side: other, Action: Move, Rare: &Rare{From: path}, Reason: MovedOn.On(side),
			Before: lose, After: &after, Path: s.in.Spelled(other, c.PathOn(side), side)}
		return s.withWishes(op, side, s.at(c, side), have)
	case have == nil:
		return s.remove(other, path, lose, DeletedOn.On(side))
	case lose == nil:
		return s.copy(c, side, path)
	}
	switch {
	case have.Type == tree.Directory && lose.Type == tree.Directory:
		return s.align(c, side)
	case have.Type == tree.Directory || lose.Type == tree.Directory:
		return s.supplant(side, Sides[tree.Path]{s.at(c, Local), s.at(c, Remote)}, have, lose, c.Base)
	}
	after, err := s.onto(other, path, side, s.at(c, side), have, lose, c.Base)
	if err != nil {
		return nil, err
	}
	op := Operation{Side: other, Action: Update, Path: path, Reason: ChangedOn.On(side), Before: lose, After: after}
	op.Take(sourceOf(have, side, s.at(c, side)))
	return s.withWishes(op, side, s.at(c, side), have)
}

// supplant replaces what the other side has by what side has, which is of another type: what was there goes entry by
// entry, what is to be comes entry by entry, and the name itself is one update.
func (s *resolver) supplant(side Side, at Sides[tree.Path], have, lose, base *tree.State) ([]Operation, error) {
	other, path := side.Other(), at[side.Other()]
	var ops []Operation
	if lose.Type == tree.Directory {
		removed, err := s.remove(other, path, lose, ChangedOn.On(side))
		if err != nil {
			return nil, err
		}
		ops = removed[:len(removed)-1]
	}
	come, err := s.copyTree(side, at[side], path, have, base)
	if err != nil {
		return nil, err
	}
	come[0].Action, come[0].Before, come[0].Reason = Update, plain(lose), ChangedOn.On(side)
	return append(ops, come...), nil
}

// keepBoth moves remote's version aside under its new name, brings it to local under that name, and
// local's version to remote.
func (s *resolver) keepBoth(c *Conflict) ([]Operation, error) {
	from := s.at(c, Remote)
	ops, err := s.rename(Remote, from, s.in.Spelled(Remote, c.KeepBothAs, Local), c.Remote)
	if err != nil {
		return nil, err
	}
	here, err := s.copyTree(Remote, from, s.in.Spelled(Local, c.KeepBothAs, Local), c.Remote, nil)
	if err != nil {
		return nil, err
	}
	// What remote's version gets besides, its move has.
	here = slices.DeleteFunc(here, func(op Operation) bool { return op.Side == Remote })
	there, err := s.copy(c, Local, from)
	if err != nil {
		return nil, err
	}
	if c.Remote.Type == tree.Directory {
		// The emptied directory makes way for local's version in one update.
		there[0].Action, there[0].Before = Update, plain(c.Remote)
	}
	return slices.Concat(ops, here, there), nil
}

// copy brings what side has to the other side, under the path to.
func (s *resolver) copy(c *Conflict, side Side, to tree.Path) ([]Operation, error) {
	return s.copyTree(side, s.at(c, side), to, c.State(side), c.Base)
}

func (s *resolver) copyTree(side Side, from, to tree.Path, have, base *tree.State) ([]Operation, error) {
	other := side.Other()
	after, err := s.onto(other, to, side, from, have, nil, base)
	if err != nil {
		return nil, err
	}
	op := Operation{Side: other, Action: Create, Path: to, Reason: OnlyOn.On(side), After: after}
	op.Take(sourceOf(have, side, from))
	ops, err := s.withWishes(op, side, from, have)
	if err != nil || have.Type != tree.Directory {
		return ops, err
	}
	entries, err := s.in.List(side, from)
	if err != nil {
		return nil, err
	}
	for i := range entries {
		e := &entries[i]
		more, err := s.copyTree(side, from.Join(e.Name), to.Join(e.Name), e.State(), nil)
		if err != nil {
			return nil, err
		}
		ops = append(ops, more...)
	}
	return ops, nil
}

// remove deletes an entry, a directory entry by entry and last.
func (s *resolver) remove(side Side, path tree.Path, lose *tree.State, reason Reason) ([]Operation, error) {
	var ops []Operation
	if lose.Type == tree.Directory {
		entries, err := s.in.List(side, path)
		if err != nil {
			return nil, err
		}
		for i := range entries {
			more, err := s.remove(side, path.Join(entries[i].Name), entries[i].State(), reason)
			if err != nil {
				return nil, err
			}
			ops = append(ops, more...)
		}
	}
	return append(ops, Operation{Side: side, Action: Delete, Path: path, Reason: reason, Before: plain(lose)}), nil
}

// rename moves an entry on one side, a directory file by file; the emptied directory itself stays for
// its successor.
func (s *resolver) rename(side Side, from, to tree.Path, state *tree.State) ([]Operation, error) {
	if state.Type != tree.Directory {
		other := side.Other()
		comes, err := s.onto(other, to, side, from, state, nil, nil)
		if err != nil {
			return nil, err
		}
		stays, _, err := s.wished(side, from, state, s.in.Spelled(other, to, side), comes)
		return []Operation{{Side: side, Action: Move, Rare: &Rare{From: from}, Path: to, Reason: MovedOn.On(side),
			Before: state, After: &stays}}, err
	}
	ops := []Operation{{Side: side, Action: Create, Path: to, Reason: OnlyOn.On(side), After: plain(state)}}
	entries, err := s.in.List(side, from)
	if err != nil {
		return nil, err
	}
	for i := range entries {
		e := &entries[i]
		more, err := s.rename(side, from.Join(e.Name), to.Join(e.Name), e.State())
		if err != nil {
			return nil, err
		}
		ops = append(ops, more...)
		if e.Type == tree.Directory {
			ops = append(ops, Operation{Side: side, Action: Delete, Path: from.Join(e.Name), Reason: MovedOn.On(side),
				Before: e.State()})
		}
	}
	return ops, nil
}

// onto is what a side will report of what the other has.
func (s *resolver) onto(side Side, path tree.Path, from Side, source tree.Path,
	have, former, base *tree.State) (*tree.State, error) {
	after := *plain(have)
	if have.Type == tree.File {
		after.Mtime = s.policy.carried(have.Mtime, side)
	}
	if have.Type == tree.Symlink || s.policy.bothModes() {
		return &after, nil
	}
	after.Mode = 0
	if !s.policy.traits[side].Modes {
		return &after, nil
	}
	if have.Type == tree.Directory {
		after.Mode = s.policy.programs.created(true)
		return &after, nil
	}
	mode := modeBefore(former, base)
	var head []byte
	var err error
	if s.policy.programs.needsHead(path, mode) {
		head, err = s.in.Head(from, source)
	}
	after.Mode = s.policy.programs.infer(path, mode, head)
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

func sourceOf(have *tree.State, side Side, path tree.Path) *Source {
	if have.Type != tree.File {
		return nil
	}
	return &Source{Tree: side, Path: path}
}
