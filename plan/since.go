package plan

import "treaty/plan/tree"

// since is what one side did to an entry after it was last synced.
type since struct {
	// present is false for what was deleted.
	present bool
	// modified tells of another type, content or link target.
	modified bool
	// touched tells of another time, chmodded of another mode.
	touched, chmodded bool
	// replaced tells that another file than the recorded one has the name: two may have swapped theirs.
	replaced bool
	// unproved tells that the size is as recorded and no hash is: the two contents differ, as they may have done
	// when last synced, and nothing tells which of them is the new one. Another time is no proof.
	unproved bool
	// unsure tells that only reading the content would tell whether it was modified.
	unsure bool
}

// changed tells whether the side did what must not be overwritten: time alone does not count.
func (s since) changed() bool { return s.modified || s.chmodded }

// sinceBase compares one side with its own record, so that neither clocks nor granularity decide.
func sinceBase(t *trio, side Side, p *policy) since {
	e, base := t.now(side), t.base
	if e.Type == tree.Absent {
		return since{}
	}
	s := since{present: true}
	kept := base.On[side]
	switch {
	case e.Type != base.Type:
		s.modified = true
		return s
	case e.Type == tree.Symlink:
		s.modified = e.Target != base.Target
		return s
	}
	s.chmodded = p.bothModes() && kept.Mode.Known() && e.Mode.Known() && e.Mode != kept.Mode
	if e.Type == tree.Directory {
		return s
	}
	s.touched = !p.untouched(e.Mtime, kept, side)
	s.replaced = e.Inode != 0 && kept.Inode != 0 && e.Inode != kept.Inode
	switch {
	case e.Size != base.Size:
		s.modified = true
	case t.hash[side].Known() && base.SHA256.Known():
		s.modified = t.hash[side] != base.SHA256
	case !s.touched && !s.replaced && !kept.Racy:
	case base.SHA256.Known():
		s.unsure = !t.hash[side].Known()
	default:
		// Nobody knows the old content but the other side, if that stayed as it was.
		s.modified = !t.bothHashed() || t.hash[Local] != t.hash[Remote]
		s.unsure = !t.bothHashed() && t.has(side.Other())
		s.unproved = s.modified
	}
	return s
}

// decideSince judges a name that the baseline knows.
func decideSince(t *trio, p *policy) verdict {
	did := Sides[since]{sinceBase(t, Local, p), sinceBase(t, Remote, p)}
	if need := p.toRead(t, did); need[Local] || need[Remote] {
		return verdict{unsure: need}
	}
	switch {
	case !did[Local].present && !did[Remote].present:
		return verdict{}
	case !did[Local].present:
		return p.oneDeleted(t, Local, did[Remote])
	case !did[Remote].present:
		return p.oneDeleted(t, Remote, did[Local])
	case p.unproved(t, did):
		return p.differsUnproved(t)
	case did[Local].modified && did[Remote].modified:
		return p.bothModified(t, did)
	case did[Local].modified:
		return p.oneModified(t, Local, did)
	case did[Remote].modified:
		return p.oneModified(t, Remote, did)
	}
	if t.now(Local).Type == tree.File && t.bothHashed() && t.hash[Local] != t.hash[Remote] {
		return verdict{kind: SameStatDifferentContent}
	}
	return p.metadata(t, did)
}

// toRead tells whose content decides.
func (p *policy) toRead(t *trio, did Sides[since]) Sides[bool] {
	var need Sides[bool]
	files := t.now(Local).Type == tree.File && t.now(Remote).Type == tree.File
	for _, side := range BothSides {
		unread := t.now(side).Type == tree.File && !t.hash[side].Known()
		need[side] = unread && (did[side].unsure ||
			files && !t.base.SHA256.Known() && did[side.Other()].unsure ||
			files && p.options.Hash == HashAll && t.now(Local).Size == t.now(Remote).Size)
	}
	sure := !did[Local].unsure && !did[Remote].unsure
	if files && sure && did[Local].modified && did[Remote].modified && t.now(Local).Size == t.now(Remote).Size {
		for _, side := range BothSides {
			need[side] = !t.hash[side].Known()
		}
	}
	return need
}

// unproved tells whether two contents differ of which nothing tells who changed.
func (p *policy) unproved(t *trio, did Sides[since]) bool {
	for _, side := range BothSides {
		if did[side].modified && !did[side].unproved {
			return false
		}
	}
	return (did[Local].unproved || did[Remote].unproved) && t.hash[Local] != t.hash[Remote]
}

// differsUnproved is the conflict of two contents of which nothing tells who changed, by what their stats say.
func (p *policy) differsUnproved(t *trio) verdict {
	if p.near(t.now(Local).Mtime, t.now(Remote).Mtime) {
		return verdict{kind: SameStatDifferentContent}
	}
	return verdict{kind: BothChanged}
}

// oneDeleted judges what side deleted and the other side did something else to.
func (p *policy) oneDeleted(t *trio, side Side, other since) verdict {
	if other.changed() && t.base.Type != tree.Directory || other.modified {
		return verdict{kind: ChangedAndDeleted}
	}
	return acts(change{side: side.Other(), action: Delete, reason: DeletedOn.On(side)})
}

// oneModified lets the other side take the modification, and keep its own mode where only that changed
// there.
func (p *policy) oneModified(t *trio, side Side, did Sides[since]) verdict {
	other := side.Other()
	c := p.update(t, other, ChangedOn)
	v := acts(c)
	switch {
	case did[other].chmodded && t.now(other).Type != t.now(side).Type:
		return verdict{kind: TypeMismatch}
	case did[other].chmodded && did[side].chmodded && t.now(other).Mode != t.now(side).Mode:
		// Two new modes stay, as they do without the modification.
		v.changes[0].mode, v.modesDiffer = t.now(other).Mode, true
	case did[other].chmodded && !did[side].chmodded:
		v.changes[0].mode = t.now(other).Mode
		v.changes = append(v.changes, p.chmod(t, side, other))
	case !did[side].chmodded && c.mode.Known() && t.now(other).Type == t.now(side).Type:
		// Modes that differed when last synced stay as they were.
		v.changes[0].mode = t.now(other).Mode
	}
	return v
}

// bothModified judges two modifications: the same one is no conflict.
func (p *policy) bothModified(t *trio, did Sides[since]) verdict {
	l, r := t.now(Local), t.now(Remote)
	switch {
	case l.Type != r.Type:
		return verdict{kind: TypeMismatch}
	case l.Type == tree.Symlink && l.Target != r.Target:
		return verdict{kind: BothChanged}
	case l.Type == tree.File && (l.Size != r.Size || t.hash[Local] != t.hash[Remote]):
		return verdict{kind: BothChanged}
	}
	return p.metadata(t, did)
}

// metadata judges times and modes of two entries with the same content. What changed on one side
// travels; of two new times the newer wins; two new modes stay, and are warned of.
func (p *policy) metadata(t *trio, did Sides[since]) verdict {
	var v verdict
	var modeTo, timeTo Sides[bool]
	l, r := t.now(Local), t.now(Remote)
	if p.bothModes() && l.Mode.Known() && l.Mode != r.Mode {
		switch {
		case did[Local].chmodded && !did[Remote].chmodded:
			modeTo[Remote] = true
		case did[Remote].chmodded && !did[Local].chmodded:
			modeTo[Local] = true
		case did[Local].chmodded, t.base.Type != l.Type:
			v.modesDiffer = true
		}
	}
	if l.Type == tree.File && !p.near(l.Mtime, r.Mtime) {
		newer := p.newer(l.Mtime, r.Mtime)
		switch {
		case (did[Local].touched || did[Local].modified) && (did[Remote].touched || did[Remote].modified):
			timeTo[newer.Other()] = true
		case did[Local].touched:
			timeTo[Remote] = true
		case did[Remote].touched:
			timeTo[Local] = true
		}
	}
	for _, side := range BothSides {
		switch {
		case timeTo[side]:
			v.changes = append(v.changes, p.touches(t, side.Other(), modeTo[side]).changes...)
		case modeTo[side]:
			v.changes = append(v.changes, p.chmod(t, side, side.Other()))
		}
	}
	return v
}

// chmod gives side the mode of the side of.
func (p *policy) chmod(t *trio, side, of Side) change {
	return change{side: side, action: Chmod, reason: ModeChangedOn.On(of),
		mtime: t.now(side).Mtime, mode: t.now(of).Mode}
}
