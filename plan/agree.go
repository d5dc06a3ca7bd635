package plan

import (
	"cmp"
	"context"
	"slices"

	"treaty/plan/tree"
)

// Recorder is how Agree writes down what both sides hold alike.
type Recorder struct {
	// Hash, where not nil, is that of a file that is known from elsewhere to have the content it is listed with, zero
	// where nothing is known. It tells whether the content must be read, since what is known of it may be of before.
	Hash func(side Side, path tree.Path, e *tree.Entry) (sum tree.Hash, read bool)
	// Restore says what a path's record is to be, whatever is there; false where Agree shall find out. A
	// nil record is none.
	Restore func(path Sides[tree.Path]) (*tree.Agreed, bool)
	// Restored are the records right below a directory whose record was restored, or that is below such a
	// one, in order of Key. It is asked where neither side nor the old baseline has the directory. nil is none.
	Restored func(dir tree.Path) []tree.Agreed
	// Lost, where not nil, are the records right below a directory that are to be kept of names that nothing has any
	// more.
	Lost func(dir tree.Path) []tree.Agreed
	// Old, where not nil, is told of every record that there was, Forgotten of those below a directory that is
	// remembered no more.
	Old, Forgotten func(path Sides[tree.Path], record *tree.Agreed) error
	// Resolved, where not nil, tells of names about which a conflict was resolved, where each side keeps its spelling.
	Resolved func(path Sides[tree.Path]) bool
	// Made, where not nil, is the record of what both sides were made to hold of a name, for where they do not hold it
	// any more; nil for nothing, false where nothing was made.
	Made func(path Sides[tree.Path]) (*tree.Agreed, bool)
	// Unfinished, where not nil, tells of names of which nothing new is agreed on: they keep the records that they have.
	Unfinished func(path Sides[tree.Path]) bool
	// Untouched, where not nil, tells of a directory, and then of names in it, that none of the other fields has anything
	// to say of them, or wants to be told of them where both sides are as recorded.
	Untouched func(dir Sides[tree.Path]) func(name Sides[string]) bool
	// RacySince is, by side, the first time that is too near the scan to show a later change.
	RacySince Sides[tree.Time]
	// Write takes one directory, before those in it. Root comes always. The entries are another directory's afterwards.
	Write func(dir tree.Path, entries []tree.Agreed) error
}

// Agree walks both trees and the old baseline in step and records the new one: what both sides hold
// alike now, and otherwise what they last held alike, so that what is still to be settled is proposed
// again. Nothing that cannot be read is forgotten; what is out of scope is.
func Agree(ctx context.Context, in Input, to Recorder) error {
	p := newPolicy(in.traits(), in.Memory != nil, in.Options)
	p.shiftBy(in.Shift)
	a := &agreeing{policy: &p, to: to, readers: Sides[Reader]{in.Trees[Local].Reader, in.Trees[Remote].Reader},
		expected: map[tree.Path]bool{tree.Root: true}}
	s := survey{walk: newLockstep(&in, in.Memory, &p, asTheyAre),
		each: func(d *directory) error { return a.directory(ctx, d) },
		unwalked: func(d *directory, t *trio) error {
			if !a.gone {
				return nil
			}
			return a.beneath(d.pathOf(t)[Local])
		}}
	s.walk.lines = nil
	_, err := s.walk.run(ctx, &s)
	return err
}

type agreeing struct {
	policy  *policy
	to      Recorder
	readers Sides[Reader]
	// expected are the directories that were recorded, and whose own entries are yet to come.
	expected map[tree.Path]bool
	// gone tells that some of them are directories on neither side, or none that can be walked.
	gone bool
	// entries are those of the directory at hand, and made is the last of the records that are none from elsewhere.
	entries []tree.Agreed
	made    tree.Agreed
	// proofs are of the names of the directory at hand.
	proofs []proof
}

func (a *agreeing) directory(ctx context.Context, d *directory) error {
	if !a.expected[d.path[Local]] {
		return a.forget(d)
	}
	delete(a.expected, d.path[Local])
	entries := slices.Grow(a.entries[:0], len(d.trios))
	untouched := a.untouched(d)
	stays := func(t *trio) bool { return a.asRecorded(t) && untouched(t.name) }
	if err := a.prove(ctx, d, stays); err != nil {
		return err
	}
	for i := range d.trios {
		t := &d.trios[i]
		record := t.base
		if !stays(t) {
			var err error
			if record, err = a.anew(ctx, d, t, &a.proofs[i]); err != nil {
				return err
			}
		}
		if record == nil || spokenOf(entries, record) {
			continue
		}
		if record.Type == tree.Directory {
			a.expected[d.path[Local].Join(t.name[Local])] = true
			a.gone = a.gone || !t.walked()
		}
		entries = append(entries, *record)
	}
	a.entries = a.withLost(d, entries)
	return a.to.Write(d.path[Local], a.entries)
}

// untouched tells of names in a directory that there is nothing to be said of but what is on record, where they are as
// recorded.
func (a *agreeing) untouched(d *directory) func(name Sides[string]) bool {
	if a.to.Untouched == nil || d.blocked || a.policy.options.Hash == HashAll {
		return func(Sides[string]) bool { return false }
	}
	return a.to.Untouched(d.path)
}

// asRecorded tells whether a record made anew would be the old one, as far as both sides and the old one say: nothing
// is left to be learned of it, and nothing is to be doubted.
func (a *agreeing) asRecorded(t *trio) bool {
	base := t.base
	if base == nil || base.Name != t.name || t.collides != (Sides[bool]{}) {
		return false
	}
	for _, side := range BothSides {
		e, kept := t.now(side), &base.On[side]
		if e.Type != base.Type || e.Obstacle != "" || e.Target != base.Target {
			return false
		}
		if e.Type != tree.Symlink && e.Mode != kept.Mode {
			return false
		}
		if e.Type == tree.File && (e.Size != base.Size || e.Mtime != kept.Mtime || e.Inode != kept.Inode || kept.Racy ||
			a.racy(side, e)) {
			return false
		}
	}
	return base.Type != tree.File || base.SHA256.Known()
}

// anew is the record of a name, nil for none; it is another name's afterwards.
func (a *agreeing) anew(ctx context.Context, d *directory, t *trio, known *proof) (*tree.Agreed, error) {
	path := known.path
	if path[Local] == "" {
		path = d.pathOf(t)
	}
	record, err := a.record(ctx, d, t, path, known)
	if record == nil || err != nil {
		return nil, err
	}
	if record.Name = a.names(t, record); a.to.Resolved != nil && a.to.Resolved(path) {
		record.Name = t.name
	}
	return record, nil
}

// withLost adds to the records of a directory those of names that nothing there has any more.
func (a *agreeing) withLost(d *directory, entries []tree.Agreed) []tree.Agreed {
	if a.to.Lost == nil {
		return entries
	}
	for _, record := range a.to.Lost(d.path[Local]) {
		same := func(t trio) bool { return t.name[Local] == record.Name[Local] || t.name[Remote] == record.Name[Remote] }
		if slices.ContainsFunc(d.trios, same) {
			continue
		}
		at, _ := slices.BinarySearchFunc(entries, record.Key, func(e tree.Agreed, key string) int {
			return cmp.Compare(e.Key, key)
		})
		entries = slices.Insert(entries, at, record)
	}
	return entries
}

// spokenOf tells whether one of the records, which are in order of Key, has a name that another one has on
// the same side. It then stands for both.
func spokenOf(records []tree.Agreed, one *tree.Agreed) bool {
	for _, other := range slices.Backward(records) {
		if other.Key != one.Key {
			return false
		}
		if other.Name[Local] == one.Name[Local] || other.Name[Remote] == one.Name[Remote] {
			return true
		}
	}
	return false
}

// beneath records what is in a directory that nobody walks: one whose record was restored, and that is
// neither on a side nor in the old baseline.
func (a *agreeing) beneath(dir tree.Path) error {
	if !a.expected[dir] {
		return nil
	}
	delete(a.expected, dir)
	var entries []tree.Agreed
	for _, record := range a.to.Restored(dir) {
		if !spokenOf(entries, &record) {
			entries = append(entries, record)
		}
	}
	if err := a.to.Write(dir, entries); err != nil {
		return err
	}
	for i := range entries {
		if entries[i].Type != tree.Directory {
			continue
		}
		below := dir.Join(entries[i].Name[Local])
		a.expected[below] = true
		if err := a.beneath(below); err != nil {
			return err
		}
	}
	return nil
}

// names are what a record calls its two files. A rename of case that one side made and the other has not
// followed is not agreed on.
func (a *agreeing) names(t *trio, record *tree.Agreed) [2]string {
	last := t.base
	if record.Name != [2]string{} {
		last = record
	}
	if last == nil || last.Type != tree.File || record.Type != tree.File || t.now(Local).Type != tree.File ||
		t.now(Remote).Type != tree.File {
		return t.name
	}
	for _, side := range BothSides {
		if renamedOnly(side.Other(), t.name, last.Name) {
			return last.Name
		}
	}
	return t.name
}

// forget tells of what there was in a directory that is remembered no more.
func (a *agreeing) forget(d *directory) error {
	for i := range d.trios {
		t := &d.trios[i]
		if t.base == nil {
			continue
		}
		for _, tell := range []func(Sides[tree.Path], *tree.Agreed) error{a.to.Old, a.to.Forgotten} {
			if tell == nil {
				continue
			}
			if err := tell(d.pathOf(t), t.base); err != nil {
				return err
			}
		}
	}
	return nil
}

// record is what is to be remembered of one name, nil for nothing; it is another name's afterwards.
func (a *agreeing) record(ctx context.Context, d *directory, t *trio, path Sides[tree.Path],
	known *proof) (*tree.Agreed, error) {
	if t.base != nil && a.to.Old != nil {
		if err := a.to.Old(path, t.base); err != nil {
			return nil, err
		}
	}
	if a.to.Unfinished != nil && a.to.Unfinished(path) {
		return t.base, nil
	}
	if a.to.Restore != nil {
		if record, restored := a.to.Restore(path); restored {
			return a.restored(t, record), nil
		}
	}
	l, r := t.now(Local), t.now(Remote)
	switch {
	case d.blocked || l.Obstacle != "" || r.Obstacle != "":
		return t.base, nil
	case l.Type == tree.Absent && r.Type == tree.Absent:
		return nil, nil
	}
	for need := a.needed(t, path, known); need[Local] || need[Remote]; need = a.needed(t, path, known) {
		if readable, err := a.read(ctx, t, path, need, known); err != nil || !readable {
			return a.last(t, path), err
		}
	}
	if v := decide(t, a.policy); !v.agreed() || !t.has(Local) || !t.has(Remote) {
		return a.last(t, path), nil
	}
	return a.agreed(t), nil
}

// learn takes what is known from elsewhere of the content of both files. It tells whether that, or what a record
// without a hash would say, may be of before a save that no time shows: only reading them proves anything then.
func (a *agreeing) learn(t *trio, path Sides[tree.Path]) (doubted bool) {
	for _, side := range BothSides {
		e := t.now(side)
		if e.Type != tree.File {
			continue
		}
		doubted = doubted || a.racy(side, e)
		if a.to.Hash != nil && !t.hash[side].Known() {
			sum, read := a.to.Hash(side, path[side], e)
			t.hash[side], doubted = sum, doubted || read
		}
	}
	return doubted
}

// racy tells of a file whose time is too near the scan to show a later change.
func (a *agreeing) racy(side Side, e *tree.Entry) bool { return !e.Mtime.Before(a.to.RacySince[side]) }

// last is the record of what both sides last held alike.
func (a *agreeing) last(t *trio, path Sides[tree.Path]) *tree.Agreed {
	if a.to.Made != nil {
		if record, made := a.to.Made(path); made {
			return record
		}
	}
	return t.base
}

// restored is a record of what was brought back, nil for none. A file that is as recorded again is another one
// by number.
func (a *agreeing) restored(t *trio, record *tree.Agreed) *tree.Agreed {
	if record == nil || record.Type != tree.File {
		return record
	}
	out := *record
	for _, side := range BothSides {
		e, kept := t.now(side), &out.On[side]
		if e.Type == tree.File && e.Size == out.Size && a.policy.untouched(e.Mtime, *kept, side) {
			kept.Inode = e.Inode
		}
	}
	return &out
}

// agreed is the record of a name that both sides hold alike.
func (a *agreeing) agreed(t *trio) *tree.Agreed {
	l, r := t.now(Local), t.now(Remote)
	record := &a.made
	*record = tree.Agreed{Key: l.Key, Type: l.Type, Target: l.Target,
		On: [2]tree.Kept{{Mtime: l.Mtime, Mode: l.Mode, Inode: l.Inode}, {Mtime: r.Mtime, Mode: r.Mode, Inode: r.Inode}}}
	if l.Type != tree.File {
		return record
	}
	record.Size, record.Mtime = l.Size, l.Mtime
	if a.policy.tellsTimes() == Remote {
		record.Mtime = r.Mtime
	}
	for _, side := range BothSides {
		record.On[side].Racy = a.racy(side, t.now(side))
	}
	record.SHA256 = t.hash[Local]
	if base := t.base; base != nil && base.Type == tree.File && a.sameAsRecorded(t) {
		record.Mtime = base.Mtime
		if !record.SHA256.Known() {
			record.SHA256 = base.SHA256
		}
	}
	return record
}

// sameAsRecorded tells whether both sides still have the stat that the baseline knows.
func (a *agreeing) sameAsRecorded(t *trio) bool {
	for _, side := range BothSides {
		e := t.now(side)
		if e.Size != t.base.Size || !a.policy.untouched(e.Mtime, t.base.On[side], side) {
			return false
		}
	}
	return true
}

// isNews tells whether what both sides agree on differs from what the baseline holds of it.
func (p *policy) isNews(t *trio) bool {
	if t.has(Local) != t.has(Remote) {
		return false
	}
	if t.base == nil || !t.has(Local) {
		return true
	}
	for _, side := range BothSides {
		if s := sinceBase(t, side, p); s.modified || s.touched || s.chmodded || s.replaced {
			return true
		}
	}
	return false
}
