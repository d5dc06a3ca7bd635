package plan

import (
	"fmt"
	"time"

	"treaty/plan/tree"
)

// mergedLater is by how much a merged file's time is later than that of the later version: more than any two times
// differ that count as equal, so that nobody who goes by sizes and times takes it for either.
const mergedLater = 4 * time.Second

// takeMerged gives both sides the merge.
func (s *resolver) takeMerged(c *Conflict) ([]Operation, error) {
	if why := lacksMerge(c); why != "" {
		return nil, fmt.Errorf("%s", why)
	}
	if side, has := c.hasMerged(); has {
		ops, err := s.take(c, side)
		for i := range ops {
			if ops[i].Action == Update {
				ops[i].Reason = Merged
			}
		}
		return ops, err
	}
	return s.mergeBoth(c)
}

// mergeBoth replaces both versions by the merge, at one time.
func (s *resolver) mergeBoth(c *Conflict) ([]Operation, error) {
	text := c.Merge.Text()
	o := outcome{on: Sides[bool]{true, true}, path: s.at(c, Local), size: int64(len(text)), head: text}
	for _, side := range BothSides {
		o.mtime[side] = s.policy.traits[side].Keep(s.policy.mergedTime(c))
		o.mode[side] = s.mergedMode(c, side, text)
	}
	o, _ = s.policy.wish(o)
	ops := make([]Operation, 0, len(BothSides))
	for _, side := range BothSides {
		after := &tree.State{Type: tree.File, Size: o.size, Mtime: o.mtime[side], Mode: o.mode[side],
			SHA256: c.Merge.SHA256}
		op := Operation{Side: side, Action: Update, Path: s.at(c, side), Reason: Merged, Before: plain(c.State(side)),
			After: after}
		ops = append(ops, op.Taking(&Source{Conflict: c.ID}))
	}
	return ops, nil
}

// mergedTime is the time of a merge, as a volume tells it that has not shifted.
func (c *clocks) mergedTime(k *Conflict) tree.Time {
	local, remote := c.unshifted(Local, k.Local.Mtime), c.unshifted(Remote, k.Remote.Mtime)
	if local.Before(remote) {
		local = remote
	}
	return local.Add(mergedLater)
}

// mergedMode is the mode that a merge gets on a side, as any update does.
func (s *resolver) mergedMode(c *Conflict, side Side, text []byte) tree.Mode {
	switch {
	case s.policy.bothModes():
		return s.policy.mergedModes(c)
	case !s.policy.traits[side].Modes:
		return 0
	}
	return s.policy.programs.Infer(s.at(c, side), modeBefore(c.State(side), c.Base), text)
}

// mergedModes is the one mode of a merge where both sides have modes: the one that a side changed, or that of the later
// version where both did, and of two of one time the one that allows less.
func (p *policy) mergedModes(c *Conflict) tree.Mode {
	local, remote := c.Local.Mode, c.Remote.Mode
	switch base := c.Base.Mode; {
	case local == remote, remote == base:
		return local
	case local == base:
		return remote
	case c.Local.Mtime == c.Remote.Mtime:
		return min(local, remote)
	}
	return c.State(p.newer(c.Local.Mtime, c.Remote.Mtime)).Mode
}
