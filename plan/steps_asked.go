package plan

import "treaty/plan/tree"

// What a person asked for besides, times that are the same to the last digit and executable bits that follow
// the rules, holds of what settles a conflict too: else the next plan would be about it.

// asAsked is op, which makes the other side equal to what side has at path, and what side itself gets then.
func (s *settler) asAsked(op Operation, side Side, path tree.Path, have *tree.State) ([]Operation, error) {
	stays, comes, err := s.asked(side, path, have, op.Path, op.After)
	if err != nil {
		return nil, err
	}
	op.After = &comes
	ops := []Operation{op}
	adjust := Operation{Side: side, Path: path, Before: plain(have), After: &stays}
	switch {
	case stays.Mtime != have.Mtime:
		adjust.Action, adjust.Reason = Touch, AlignTimes
	case stays.Mode != have.Mode:
		adjust.Action, adjust.Reason = Chmod, ExecutableRule
	default:
		return ops, nil
	}
	return append(ops, adjust), nil
}

// asked are the states of a file on both sides in the end: as side has it, and as the other one is to get it
// under the path to.
func (s *settler) asked(side Side, path tree.Path, have *tree.State, to tree.Path, get *tree.State) (stays, comes tree.State, err error) {
	stays, comes = *plain(have), *get
	if have.Type != tree.File {
		return stays, comes, nil
	}
	p, other := &s.policy, side.Other()
	if p.options.AlignTimes && p.timesTell() && p.traits[side].MtimeGranularity < p.traits[other].MtimeGranularity {
		stays.Mtime = comes.Mtime
	}
	if !p.options.FixModes || !p.traits[Local].Modes {
		return stays, comes, nil
	}
	local, at := &stays, path
	if side == Remote {
		local, at = &comes, to
	}
	executable, err := s.executable(side, path, have, at)
	if err != nil {
		return stays, comes, err
	}
	if want := p.executableAs(local.Mode, executable); want != local.Mode {
		local.Mode = want
		if p.bothModes() {
			stays.Mode, comes.Mode = want, want
		}
	}
	return stays, comes, nil
}

// executable tells whether the rules say so of what side has at path, called local on that side.
func (s *settler) executable(side Side, path tree.Path, have *tree.State, local tree.Path) (bool, error) {
	d := difference{path: Sides[tree.Path]{local, local}}
	if executable, known := s.policy.ruledByName(&d, Local); known {
		return executable, nil
	}
	if have.Size < leastProgram {
		return false, nil
	}
	head, err := s.in.Head(side, path)
	if err != nil {
		return false, err
	}
	return executableByContent(local.Base(), head), nil
}
