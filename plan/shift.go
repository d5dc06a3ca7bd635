package plan

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"treaty/plan/tree"
)

// A shift is all times of a volume being off by the same amount: FAT keeps local time, and each system
// makes one offset of it for all files of a mount. Offsets differ by multiples of a quarter of an hour,
// and no two places on earth by more than 26 hours.
const (
	shiftStep    = int64(15 * time.Minute)
	maxShift     = int64(26 * time.Hour)
	leastShifted = 3
	// earlyShifted is how many files must agree before all have been seen.
	earlyShifted = 4096
	// shiftSamples is how many files are read to see that their content is what it was.
	shiftSamples = 16
)

// ErrShift tells that what looked like a shift of a volume turned out to be none after a part of both
// trees was judged by it. Whoever compares them again says so in Input.Shift.
var ErrShift = errors.New("the times of the trees shifted in part only")

// shifts counts, over files whose size did not change, by how much their times did.
type shifts struct {
	files int
	by    map[int64]int
}

// note counts a file whose time is off by delta, give or take window.
func (s *shifts) note(delta time.Duration, window int64) {
	s.files++
	step := nearestStep(int64(delta))
	if rest := int64(delta) - step; step == 0 || rest > window || rest < -window || step > maxShift || step < -maxShift {
		return
	}
	if s.by == nil {
		s.by = map[int64]int{}
	}
	s.by[step]++
}

func nearestStep(delta int64) int64 {
	rest := delta % shiftStep
	switch step := delta - rest; {
	case rest > shiftStep/2:
		return step + shiftStep
	case rest < -shiftStep/2:
		return step - shiftStep
	default:
		return step
	}
}

// clear is the one shift of at least that many files, and of nine in ten, or 0.
func (s *shifts) clear(least int) int64 {
	for by, n := range s.by {
		if n >= least && 10*n >= 9*s.files {
			return by // there cannot be two
		}
	}
	return 0
}

// noteShift counts a name for the shifts: each side against its own record, or, where nothing was ever
// synced, both against each other.
func (w *walk) noteShift(t *trio) {
	if w.memory == nil {
		l, r := &t.entry[Local], &t.entry[Remote]
		if w.policy.timesTell() && l.Type == tree.File && r.Type == tree.File && l.Size == r.Size {
			w.shifts[Remote].note(r.Mtime.Sub(l.Mtime), w.policy.window)
		}
		return
	}
	if t.base == nil || t.base.Type != tree.File {
		return
	}
	for _, side := range BothSides {
		if e := &t.entry[side]; e.Type == tree.File && e.Size == t.base.Size {
			w.shifts[side].note(w.policy.sinceRecorded(t, side), 0)
		}
	}
}

// shiftSeen is the shift of each side that so many files show.
func (w *walk) shiftSeen(least int) (seen Sides[int64]) {
	if w.memory != nil {
		for _, side := range BothSides {
			seen[side] = w.shifts[side].clear(least)
		}
		return seen
	}
	by := w.shifts[Remote].clear(least)
	if w.policy.offLocal(by) {
		seen[Local] = -by
	} else {
		seen[Remote] = by
	}
	return seen
}

// findShift looks for a shift of either volume once at least so many files show it, holds it against the
// content of some, and judges again what was kept so far. With leastShifted everything has been seen.
func (w *walk) findShift(readers Sides[Reader], least int) error {
	if w.shiftGiven {
		return nil
	}
	seen := w.shiftSeen(least)
	for _, side := range BothSides {
		switch {
		case least == leastShifted && w.policy.shift[side] != 0 && w.policy.shift[side] != seen[side]:
			return ErrShift
		case w.policy.shift[side] != 0 || w.noShift[side] || seen[side] == 0:
			seen[side] = 0
		}
	}
	found, sampled := false, false
	for _, side := range BothSides {
		if seen[side] == 0 {
			continue
		}
		same, err := w.sample(readers, side, seen[side])
		if err != nil {
			return err
		}
		sampled = true
		if w.noShift[side] = !same; same {
			w.policy.shift[side], found = seen[side], true
		}
	}
	if found {
		w.news = true
		w.judgeAgain()
	}
	if sampled {
		// Some of what was unsure has been read.
		w.redecide()
	}
	return nil
}

// sample tells whether the content of some files whose times are off is what it was: by the baseline's
// hash, or else by the other side's content. Empty files tell nothing; and neither do those that somebody may
// have changed otherwise: if all are such, the shift is not clear.
func (w *walk) sample(readers Sides[Reader], side Side, by int64) (bool, error) {
	moved, proving := w.movedBy(side, by)
	if len(proving) == 0 {
		return len(moved) == 0, nil
	}
	moved = proving
	for len(moved) > 4*shiftSamples {
		moved = everyOther(moved)
	}
	// The smallest are read: a film tells no more than a note.
	slices.SortStableFunc(moved, func(a, b int) int {
		return int(min(max(w.differences[a].entry[side].Size-w.differences[b].entry[side].Size, -1), 1))
	})
	moved = moved[:min(len(moved), shiftSamples)]
	var wanted Sides[[]tree.Wanted]
	var of Sides[[]int]
	for _, i := range moved {
		d := &w.differences[i]
		for _, at := range BothSides {
			e := &d.entry[at]
			if e.Type == tree.File && (at == side || d.base == nil || !d.base.SHA256.Known()) && !d.hash[at].Known() {
				wanted[at] = append(wanted[at], tree.Wanted{Path: d.path[at], Size: e.Size, Mtime: e.Mtime, Head: w.wantsHead(d, at)})
				of[at] = append(of[at], i)
			}
		}
	}
	if err := w.hash(readers, wanted, of); err != nil {
		return false, err
	}
	for _, i := range moved {
		d := &w.differences[i]
		var hash Sides[tree.Hash]
		for _, at := range BothSides {
			if hash[at] = d.hash[at]; !hash[at].Known() {
				hash[at] = d.content[at].SHA256
			}
		}
		d.hash = hash
		was := hash[side.Other()]
		if d.base != nil && d.base.SHA256.Known() {
			was = d.base.SHA256
		}
		if !hash[side].Known() || hash[side] != was {
			return false, nil
		}
	}
	return true, nil
}

func everyOther(list []int) []int {
	kept := list[:0]
	for i := 0; i < len(list); i += 2 {
		kept = append(kept, list[i])
	}
	return kept
}

// movedBy are the differences of which movedBy holds, and those among them that prove something.
func (w *walk) movedBy(side Side, by int64) (moved, proving []int) {
	for i := range w.differences {
		if d := &w.differences[i]; d.movedBy(side, by, w) {
			moved = append(moved, i)
			if d.proves(side, w) {
				proving = append(proving, i)
			}
		}
	}
	return moved, proving
}

// proves tells whether a file's content must be what is on record, or what the other side has, if the side's
// times are only shifted: nobody can have changed it at the time that is on record, and where no hash is,
// nobody has changed the other side's.
func (d *difference) proves(side Side, w *walk) bool {
	if w.memory == nil {
		return true
	}
	other := side.Other()
	e := &d.entry[other]
	switch {
	case d.base.On[side].Racy:
		return false
	case d.base.SHA256.Known():
		return true
	case e.Type != tree.File || e.Size != d.base.Size || d.base.On[other].Racy:
		return false
	}
	off := int64(w.policy.sinceRecorded(&d.trio, other))
	return off == 0 || off == w.shiftSeen(leastShifted)[other]
}

// movedBy tells whether a difference is a file with content of the recorded size whose time is off by
// that much.
func (d *difference) movedBy(side Side, by int64, w *walk) bool {
	e, other := &d.entry[side], &d.entry[side.Other()]
	switch {
	case e.Type != tree.File || e.Size == 0:
		return false
	case w.memory != nil:
		return d.base != nil && d.base.Type == tree.File && d.base.Size == e.Size && int64(w.policy.sinceRecorded(&d.trio, side)) == by
	}
	return other.Type == tree.File && other.Size == e.Size && e.Mtime.Add(-time.Duration(by)).Near(other.Mtime, w.policy.window)
}

// judgeAgain judges all files that were kept, now that the shift is known, and drops what is only shifted.
func (w *walk) judgeAgain() {
	kept := w.differences[:0]
	for i := range w.differences {
		d := &w.differences[i]
		if d.againUnder(w) {
			kept = append(kept, *d)
		}
	}
	clear(w.differences[len(kept):])
	w.differences = kept
}

// againUnder judges a difference under the shift, and tells whether it still is one.
func (d *difference) againUnder(w *walk) bool {
	directory := d.entry[Local].Type == tree.Directory || d.entry[Remote].Type == tree.Directory
	if d.fate == doomed && d.base == nil || directory && !d.verdict.isUnsure() {
		return true
	}
	warned := d.verdict.modesDiffer
	if w.policy.options.Hash != HashAll {
		d.recall(&w.policy)
	}
	w.judge(d)
	if d.verdict.modesDiffer && !warned {
		w.modesDiffer(d)
	}
	if !d.verdict.agreed() || w.policy.asked(d) {
		return !w.refused(d)
	}
	w.agree(&d.trio)
	return false
}

// agree counts a name that needs nothing.
func (w *walk) agree(t *trio) {
	w.news = w.news || w.policy.isNews(t)
	if t.has(Local) && t.has(Remote) {
		w.agreed++
	}
}

// warnOfShift reports what was made up for.
func (w *walk) warnOfShift(s *Summary) {
	for _, side := range BothSides {
		by := w.policy.shift[side]
		s.TimeShiftSeconds[side] = by / int64(time.Second)
		if by == 0 {
			continue
		}
		sign := "later"
		if by < 0 {
			sign, by = "earlier", -by
		}
		w.warn(TimeShift, &side, nil, fmt.Sprintf("all times on %s are %s %s than they were, as a change of daylight saving or time zone makes them; this is made up for",
			side, hours(by), sign))
	}
}

// hours is a multiple of 15 minutes in words.
func hours(by int64) string {
	h, m := by/int64(time.Hour), by%int64(time.Hour)/int64(time.Minute)
	switch {
	case m == 0:
		return fmt.Sprintf("%d h", h)
	case h == 0:
		return fmt.Sprintf("%d min", m)
	}
	return fmt.Sprintf("%d h %d min", h, m)
}

// Unshift is a stream of listings as they would be without a shift.
func Unshift(from tree.Stream, by time.Duration) tree.Stream {
	if by == 0 {
		return from
	}
	return unshifted{from, by}
}

type unshifted struct {
	tree.Stream
	by time.Duration
}

func (u unshifted) List(dir tree.Path) (tree.Listing, error) {
	l, err := u.Stream.List(dir)
	l.Entries = slices.Clone(l.Entries)
	for i := range l.Entries {
		if l.Entries[i].Type == tree.File {
			l.Entries[i].Mtime = l.Entries[i].Mtime.Add(-u.by)
		}
	}
	return l, err
}
