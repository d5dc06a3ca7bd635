package plan

import "treaty/plan/tree"

// align makes a directory of the other side equal to that of side, entry by entry: what both have alike stays, but for
// its time and mode.
func (s *resolver) align(c *Conflict, side Side) ([]Operation, error) {
	at := Sides[tree.Path]{}
	for _, one := range BothSides {
		at[one] = s.at(c, one)
	}
	return s.alignEntry(side, at, c.State(side), c.State(side.Other()))
}

// alignEntry makes an entry of the other side equal to that of side, which has it too.
func (s *resolver) alignEntry(side Side, at Sides[tree.Path], have, lose *tree.State) ([]Operation, error) {
	switch {
	case have.Type == tree.Directory && lose.Type == tree.Directory:
		return s.alignDirectory(side, at, have, lose)
	case have.Type != lose.Type:
		return s.supplant(side, at, have, lose, nil)
	case have.Type == tree.Symlink && have.Target() == lose.Target():
		return nil, nil
	}
	after, err := s.onto(side.Other(), at[side.Other()], side, at[side], have, lose, nil)
	if err != nil {
		return nil, err
	}
	op := Operation{Side: side.Other(), Action: Update, Path: at[side.Other()], Reason: ChangedOn.On(side), Before: lose,
		After: after}
	op.Take(sourceOf(have, side, at[side]))
	if have.Type == tree.File && have.Size == lose.Size {
		same, err := s.in.Same(at)
		switch {
		case err != nil:
			return nil, err
		case same && after.Mtime == lose.Mtime && after.Mode == lose.Mode:
			return nil, nil
		case same:
			op.Take(nil)
			op.Action, op.Reason = Touch, TouchedOn.On(side)
			if after.Mtime == lose.Mtime {
				op.Action, op.Reason = Chmod, ModeChangedOn.On(side)
			}
		}
	}
	return s.withWishes(op, side, at[side], have)
}

// alignDirectory is alignEntry of two directories.
func (s *resolver) alignDirectory(side Side, at Sides[tree.Path], have, lose *tree.State) ([]Operation, error) {
	other := side.Other()
	ops, err := s.alignMode(side, at, have, lose)
	if err != nil {
		return nil, err
	}
	listed, err := s.in.List(other, at[other])
	if err != nil {
		return nil, err
	}
	theirs := map[string]*tree.Entry{}
	for i := range listed {
		theirs[s.nameThere(side, at, &listed[i])] = &listed[i]
	}
	mine, err := s.in.List(side, at[side])
	if err != nil {
		return nil, err
	}
	for i := range mine {
		more, err := s.alignName(side, at, &mine[i], theirs[mine[i].Name])
		if err != nil {
			return nil, err
		}
		delete(theirs, mine[i].Name)
		ops = append(ops, more...)
	}
	for i := range listed {
		e := &listed[i]
		if theirs[s.nameThere(side, at, e)] != e {
			continue
		}
		more, err := s.remove(other, at[other].Join(e.Name), e.State(), DeletedOn.On(side))
		if err != nil {
			return nil, err
		}
		ops = append(ops, more...)
	}
	return ops, nil
}

// nameThere is how side spells the name of an entry of the other side's directory.
func (s *resolver) nameThere(side Side, at Sides[tree.Path], e *tree.Entry) string {
	return s.in.Spelled(side, at[side.Other()].Join(e.Name), side.Other()).Base()
}

// alignName makes the other side have an entry of side's directory; lose is what it has under that name, nil for
// nothing.
func (s *resolver) alignName(side Side, at Sides[tree.Path], have, lose *tree.Entry) ([]Operation, error) {
	other := side.Other()
	from := at[side].Join(have.Name)
	if lose == nil {
		return s.copyTree(side, from, at[other].Join(have.Name), have.State(), nil)
	}
	var below Sides[tree.Path]
	below[side], below[other] = from, at[other].Join(lose.Name)
	return s.alignEntry(side, below, have.State(), lose.State())
}

// alignMode gives the other side's directory the mode of side's, where both have modes.
func (s *resolver) alignMode(side Side, at Sides[tree.Path], have, lose *tree.State) ([]Operation, error) {
	if !s.policy.bothModes() || have.Mode == lose.Mode || !have.Mode.Known() {
		return nil, nil
	}
	after := *plain(lose)
	after.Mode = have.Mode
	return []Operation{{Side: side.Other(), Action: Chmod, Path: at[side.Other()], Reason: ModeChangedOn.On(side),
		Before: plain(lose), After: &after}}, nil
}
