package plan

import "treaty/plan/tree"

// noteLost keeps the records of files that neither side has under their names any more, all below directories
// that both sides removed included: what turns up under two new names may be one of them.
func (w *walk) noteLost(p *place, t *trio) error {
	if t.base == nil {
		return nil
	}
	for _, side := range BothSides {
		if s := sinceBase(t, side, &w.policy); s.present && !s.modified {
			return nil
		}
	}
	switch {
	case t.base.Type == tree.File:
		w.lost = append(w.lost, *t.base)
	case t.base.Type == tree.Directory && !t.has(Local) && !t.has(Remote):
		return w.noteLostBelow(&place{path: Sides[tree.Path]{p.path[Local].Join(t.name[Local]), p.path[Remote].Join(t.name[Remote])},
			scope: p.scope, known: true, base: p.base.Join(t.base.Spelled)})
	}
	return nil
}

func (w *walk) noteLostBelow(p *place) error {
	base, err := w.remembered(p, Sides[[]tree.Entry]{})
	if err != nil {
		return err
	}
	for i := range base {
		if err := w.noteLost(p, &trio{base: &base[i], name: base[i].Name}); err != nil {
			return err
		}
	}
	return nil
}

// knew tells whether two files that are new, one a side, are one that the baseline knew by another name: by
// its hash, or, where it has none, by its size and by both its times. On a first sync any may be.
func (w *walk) knew(local, remote *difference) bool {
	if !w.policy.baseline {
		return true
	}
	l, r := &local.entry[Local], &remote.entry[Remote]
	for i := range w.lost {
		switch was := &w.lost[i]; {
		case was.Size != l.Size:
		case was.SHA256.Known() && was.SHA256 == local.hash[Local]:
			return true
		case !was.SHA256.Known() && w.policy.untouched(l.Mtime, was.On[Local], Local) && w.policy.untouched(r.Mtime, was.On[Remote], Remote):
			return true
		}
	}
	return false
}

// renamedDifferently turns two creates of the same content, one a side and of the same time, into a
// conflict: the same file goes by two names.
func (w *walk) renamedDifferently(drop map[int]bool) {
	var only Sides[map[content][]int]
	for _, side := range BothSides {
		only[side] = map[content][]int{}
	}
	for i := range w.differences {
		d := &w.differences[i]
		if at, ok := d.createdFile(); ok && d.hash[at.Other()].Known() {
			has := at.Other()
			key := content{d.entry[has].Size, d.hash[has]}
			only[has][key] = append(only[has][key], i)
		}
	}
	near := func(l, r int) bool {
		return w.policy.near(w.differences[l].entry[Local].Mtime, w.differences[r].entry[Remote].Mtime)
	}
	for key, locals := range only[Local] {
		remotes := only[Remote][key]
		for _, l := range locals {
			r := partner(remotes, func(r int) bool { return near(l, r) })
			if r < 0 || partner(locals, func(l int) bool { return near(l, r) }) != l || !w.knew(&w.differences[l], &w.differences[r]) {
				continue
			}
			w.differences[l].oneWith(&w.differences[r])
			drop[r] = true
		}
	}
}

// partner is the only one that is near, -1 where none is, or several are.
func partner(among []int, near func(int) bool) int {
	found := -1
	for _, other := range among {
		if !near(other) {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = other
	}
	return found
}

// oneWith makes d, a file on local alone, the conflict about its name with other, which is on remote alone.
func (d *difference) oneWith(other *difference) {
	d.verdict = verdict{kind: RenamedDifferently}
	d.entry[Remote], d.hash[Remote] = other.entry[Remote], other.hash[Remote]
	d.path[Remote], d.name[Remote] = other.path[Remote], other.name[Remote]
}
