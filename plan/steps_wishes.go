package plan

import "treaty/plan/tree"

// withWishes is op, which makes the other side equal to what a side has, and what that side itself gets then, as a
// person wishes: else the next plan would be about it.
func (s *resolver) withWishes(op Operation, have version) ([]Operation, error) {
	stays, comes, err := s.wished(have, op.Path, op.After)
	if err != nil {
		return nil, err
	}
	op.After = &comes
	ops := []Operation{op}
	adjust := Operation{Side: have.side, Path: have.path, Before: plain(have.state), After: &stays}
	switch {
	case stays.Mtime != have.state.Mtime:
		adjust.Action, adjust.Reason = Touch, AlignTimes
	case stays.Mode != have.state.Mode:
		adjust.Action, adjust.Reason = Chmod, ExecutableRule
	default:
		return ops, nil
	}
	return append(ops, adjust), nil
}

// wished are the states of a file on both sides in the end: as a side has it, and as the other one is to get it
// under the path to.
func (s *resolver) wished(have version, to tree.Path, get *tree.State) (stays, comes tree.State, err error) {
	stays, comes = *plain(have.state), *get
	if have.state.Type != tree.File {
		return stays, comes, nil
	}
	side, other := have.side, have.side.Other()
	o := outcome{on: Sides[bool]{true, true}, path: have.path, size: have.state.Size}
	if side == Remote {
		o.path = to
	}
	o.rests[side] = true
	o.mtime[side], o.mode[side] = stays.Mtime, stays.Mode
	o.mtime[other], o.mode[other] = comes.Mtime, comes.Mode
	wished, unsure := s.policy.wish(o)
	if unsure {
		if o.head, err = s.in.Head(side, have.path); err != nil {
			return stays, comes, err
		}
		wished, _ = s.policy.wish(o)
	}
	stays.Mtime, stays.Mode = wished.mtime[side], wished.mode[side]
	comes.Mtime, comes.Mode = wished.mtime[other], wished.mode[other]
	return stays, comes, nil
}
