package plan

import "treaty/plan/tree"

// align makes an entry of the other side, which both have, equal to a side's, a directory entry by entry: what both
// have alike stays, but for its time and mode.
func (s *resolver) align(have, lose version) ([]Operation, error) {
	switch {
	case have.state.Type == tree.Directory && lose.state.Type == tree.Directory:
		return s.alignDirectory(have, lose)
	case have.state.Type != lose.state.Type:
		return s.supplant(have, lose, nil)
	case have.state.Type == tree.Symlink && have.state.Target() == lose.state.Target():
		return nil, nil
	}
	after, err := s.inPlaceOf(lose, have, nil)
	if err != nil {
		return nil, err
	}
	op := Operation{Side: lose.side, Action: Update, Path: lose.path, Reason: ChangedOn.On(have.side),
		Before: lose.state, After: after}
	op.Take(have.source())
	if have.state.Type == tree.File && have.state.Size == lose.state.Size {
		var at Sides[tree.Path]
		at[have.side], at[lose.side] = have.path, lose.path
		same, err := s.in.Same(at)
		switch {
		case err != nil:
			return nil, err
		case same && after.Mtime == lose.state.Mtime && after.Mode == lose.state.Mode:
			return nil, nil
		case same:
			op.Take(nil)
			op.Action, op.Reason = Touch, TouchedOn.On(have.side)
			if after.Mtime == lose.state.Mtime {
				op.Action, op.Reason = Chmod, ModeChangedOn.On(have.side)
			}
		}
	}
	return s.withWishes(op, have)
}

// alignDirectory is align of two directories.
func (s *resolver) alignDirectory(have, lose version) ([]Operation, error) {
	ops := s.alignMode(have, lose)
	listed, err := s.in.List(lose.side, lose.path)
	if err != nil {
		return nil, err
	}
	nameHere := func(theirs *tree.Entry) string {
		return s.in.Spelled(have.side, lose.path.Join(theirs.Name), lose.side).Base()
	}
	theirs := map[string]*tree.Entry{}
	for i := range listed {
		theirs[nameHere(&listed[i])] = &listed[i]
	}
	mine, err := s.in.List(have.side, have.path)
	if err != nil {
		return nil, err
	}
	for i := range mine {
		more, err := s.alignName(have.below(&mine[i]), lose, theirs[mine[i].Name])
		if err != nil {
			return nil, err
		}
		delete(theirs, mine[i].Name)
		ops = append(ops, more...)
	}
	for i := range listed {
		e := &listed[i]
		if theirs[nameHere(e)] != e {
			continue
		}
		more, err := s.remove(lose.below(e), DeletedOn.On(have.side))
		if err != nil {
			return nil, err
		}
		ops = append(ops, more...)
	}
	return ops, nil
}

// alignName makes the other side's directory dir have what a side has; lose is its entry of that name, nil for none.
func (s *resolver) alignName(have, dir version, lose *tree.Entry) ([]Operation, error) {
	if lose == nil {
		return s.copy(have, dir.path.Join(have.path.Base()), nil)
	}
	return s.align(have, dir.below(lose))
}

// alignMode gives the other side's directory the mode of a side's, where both have modes.
func (s *resolver) alignMode(have, lose version) []Operation {
	if !s.policy.bothModes() || have.state.Mode == lose.state.Mode || !have.state.Mode.Known() {
		return nil
	}
	after := *plain(lose.state)
	after.Mode = have.state.Mode
	return []Operation{{Side: lose.side, Action: Chmod, Path: lose.path, Reason: ModeChangedOn.On(have.side),
		Before: plain(lose.state), After: &after}}
}
