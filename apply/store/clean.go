package store

import (
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"
)

// Discardable is something that only clean removes: the trash of one apply, or an old plan with what lies
// beside it.
type Discardable struct {
	// Path is for a person.
	Path  string
	Bytes int64
	// At is when it came about.
	At     time.Time
	remove func() error
}

// Remove removes it for good.
func (d Discardable) Remove() error { return d.remove() }

// OlderThan lists what came about before a time: what applies moved to the trash, by when they did, and plans, by
// when they were made. The history stays, and so do plans that nobody can tell the age of. Whoever means to remove
// it holds the tree's lock (Hold), so that what is removed is what was listed.
func (s *Store) OlderThan(before time.Time) ([]Discardable, error) {
	var old []Discardable
	runs, err := s.files.TrashRuns()
	if err != nil {
		return nil, err
	}
	for _, run := range runs {
		bytes, last, err := s.files.Trashed(run)
		if err != nil {
			return nil, err
		}
		if at := last.Time().UTC(); at.Before(before) {
			old = append(old, Discardable{Path: s.Path("trash/" + run), Bytes: bytes, At: at,
				remove: func() error { return s.files.ClearTrash(run) }})
		}
	}
	plans, err := s.oldPlans(before)
	return append(old, plans...), err
}

// HasTrash tells whether an apply has moved something to the trash that is there still; false also where that cannot be
// seen.
func HasTrash(s *Reader) bool {
	runs, err := s.names("trash")
	return err == nil && len(runs) > 0
}

// Hold takes the locks of trees until it is told to release them. It refuses with ErrLocked where another treaty
// works on one of them.
func Hold(stores ...*Store) (release func(), err error) {
	return HoldBy((*Store).Lock, stores...)
}

// oldPlans lists the files in plans/ that belong to plans made before a time; the schema stays, and the tally of what
// the trees agreed on last, which counts whatever its age.
func (s *Store) oldPlans(before time.Time) ([]Discardable, error) {
	names, err := s.names(PlansFolder)
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return countsIn(s, name) })
	slices.Sort(names)
	var old []Discardable
	for _, name := range names {
		at, known := planTime(name)
		if !known || !at.Before(before) {
			continue
		}
		entry, err := s.files.PrivateEntry(PlansFolder + "/" + name)
		if err != nil {
			return nil, s.inFull(err)
		}
		old = append(old, Discardable{Path: s.Path(PlansFolder + "/" + name), Bytes: entry.Size, At: at,
			remove: func() error { return s.files.RemovePrivate(PlansFolder + "/" + name) }})
	}
	return old, nil
}

// countsIn tells whether a file in plans/ is the tally of what the trees agreed on last. None is where nobody can read
// what that was.
func countsIn(s *Store, name string) bool {
	id, tally := strings.CutSuffix(name, tallySuffix)
	if !tally {
		return false
	}
	mine, err := s.readTreeFile()
	return err == nil && mine != nil && slices.Contains(slices.Collect(maps.Values(mine.Synced)), id)
}

// planTime is when the plan was made that a file in plans/ belongs to: by the time in its name, or by the
// id that it is named after.
func planTime(name string) (time.Time, bool) {
	stem, _, _ := strings.Cut(name, "-")
	if at, err := time.Parse("20060102T150405.000Z", stem); err == nil {
		return at, true
	}
	id, _, found := strings.Cut(name, ".")
	if !found {
		return time.Time{}, false
	}
	return timeOf(id)
}

// timeOf is when a plan with this id was made: the ids of treaty begin with it.
func timeOf(id string) (time.Time, bool) {
	digits := strings.ReplaceAll(id, "-", "")
	raw, err := hex.DecodeString(digits)
	if err != nil || len(raw) != 16 || raw[6]>>4 != 7 {
		return time.Time{}, false
	}
	var ms int64
	for _, b := range raw[:6] {
		ms = ms<<8 | int64(b)
	}
	return time.UnixMilli(ms).UTC(), true
}
