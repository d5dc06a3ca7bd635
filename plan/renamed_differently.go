package plan

// knew tells whether two files that are new, one a side, are one that the baseline knew by another name: by
// its hash, or, where it has none, by its size and by both its times. On a first sync any may be.
func knew(dr *draft, local, remote *difference) bool {
	if !dr.policy.baseline {
		return true
	}
	l, r := local.now(Local), remote.now(Remote)
	for i := range dr.lost {
		switch was := &dr.lost[i]; {
		case was.Size != l.Size:
		case was.SHA256.Known() && was.SHA256 == local.sum(Local):
			return true
		case !was.SHA256.Known() && dr.policy.untouched(l.Mtime, was.On[Local], Local) &&
			dr.policy.untouched(r.Mtime, was.On[Remote], Remote):
			return true
		}
	}
	return false
}

// renamedDifferently turns two creates of the same content, one a side and of the same time, into a
// conflict: the same file goes by two names.
func renamedDifferently(dr *draft) {
	only := onlyOn(dr)
	near := func(l, r *difference) bool { return dr.policy.near(l.now(Local).Mtime, r.now(Remote).Mtime) }
	for key, locals := range only[Local] {
		remotes := only[Remote][key]
		for _, l := range locals {
			r := partner(remotes, func(r *difference) bool { return near(l, r) })
			if r != nil && partner(locals, func(l *difference) bool { return near(l, r) }) == l && knew(dr, l, r) {
				l.oneWith(r)
				r.dropped = true
			}
		}
	}
}

// onlyOn are the files that are new on one side alone, by side and content. It is empty where one side has none:
// of a first sync everything is new on the other.
func onlyOn(dr *draft) (only Sides[map[content][]*difference]) {
	var created Sides[bool]
	for _, d := range dr.differences {
		if at, ok := d.createdFile(); ok {
			created[at] = true
		}
	}
	if !created[Local] || !created[Remote] {
		return only
	}
	only = Sides[map[content][]*difference]{{}, {}}
	for _, d := range dr.differences {
		at, ok := d.createdFile()
		if key, known := d.contentOf(at.Other()); ok && known {
			only[at.Other()][key] = append(only[at.Other()][key], d)
		}
	}
	return only
}

// partner is the only one that is near, nil where none is, or several are.
func partner(among []*difference, near func(*difference) bool) (found *difference) {
	for _, other := range among {
		if !near(other) {
			continue
		}
		if found != nil {
			return nil
		}
		found = other
	}
	return found
}

// oneWith makes d, a file on local alone, the conflict about its name with other, which is on remote alone.
func (d *difference) oneWith(other *difference) {
	d.verdict = verdict{kind: RenamedDifferently}
	d.item[Remote] = other.item[Remote]
	d.spell(other.at(Remote))
}
