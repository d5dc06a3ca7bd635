package plan

import (
	"cmp"
	"context"
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

// shifting is what the files that were seen so far tell of shifts.
type shifting struct {
	policy *policy
	// counts are of each side; without a baseline, of remote against local.
	counts Sides[shifts]
	// refuted tells that what looks like a shift of a side is none, given that nobody need look.
	refuted Sides[bool]
	given   bool
}

// note counts a name: each side against its own record, or, where nothing was ever synced, both against each other.
func (s *shifting) note(t *trio) {
	if !s.policy.baseline {
		l, r := t.now(Local), t.now(Remote)
		if s.policy.timesTell() && l.Type == tree.File && r.Type == tree.File && l.Size == r.Size {
			s.counts[Remote].note(r.Mtime.Sub(l.Mtime), s.policy.window)
		}
		return
	}
	if t.base == nil || t.base.Type != tree.File {
		return
	}
	for _, side := range BothSides {
		if e := t.now(side); e.Type == tree.File && e.Size == t.base.Size {
			s.counts[side].note(s.policy.sinceRecorded(t, side), 0)
		}
	}
}

// seen is the shift of each side that so many files show.
func (s *shifting) seen(least int) (seen Sides[int64]) {
	if s.policy.baseline {
		for _, side := range BothSides {
			seen[side] = s.counts[side].clear(least)
		}
		return seen
	}
	by := s.counts[Remote].clear(least)
	if s.policy.offLocal(by) {
		seen[Local] = -by
	} else {
		seen[Remote] = by
	}
	return seen
}

// decideShift decides whether a volume has shifted, now that everything has been seen.
func decideShift(ctx context.Context, dr *draft) error { return findShift(ctx, dr, leastShifted) }

// findShift looks for a shift of either volume once at least so many files show it, holds it against the
// content of some, and judges again what was kept so far. With leastShifted everything has been seen.
func findShift(ctx context.Context, dr *draft, least int) error {
	if dr.shifting.given {
		return nil
	}
	seen := dr.shifting.seen(least)
	for _, side := range BothSides {
		switch {
		case least == leastShifted && dr.policy.shift[side] != 0 && dr.policy.shift[side] != seen[side]:
			return ErrShift
		case dr.policy.shift[side] != 0 || dr.shifting.refuted[side] || seen[side] == 0:
			seen[side] = 0
		}
	}
	found, sampled := false, false
	for _, side := range BothSides {
		if seen[side] == 0 {
			continue
		}
		same, err := sample(ctx, dr, side, seen[side])
		if err != nil {
			return err
		}
		sampled = true
		if dr.shifting.refuted[side] = !same; same {
			dr.policy.shift[side], found = seen[side], true
		}
	}
	if found {
		dr.news = true
		dr.keep(dr.differsShifted)
	}
	if sampled {
		// Some of what was unsure has been read.
		dr.keep(dr.differsStill)
	}
	return nil
}

// sample tells whether the content of some files whose times are off is what it was: by the baseline's
// hash, or else by the other side's content. Empty files tell nothing; and neither do those that somebody may
// have changed otherwise: if all are such, the shift is not clear.
func sample(ctx context.Context, dr *draft, side Side, by int64) (bool, error) {
	moved, proving := movedBy(dr, side, by)
	if len(proving) == 0 {
		return len(moved) == 0, nil
	}
	moved = proving
	for len(moved) > 4*shiftSamples {
		moved = everyOther(moved)
	}
	// The smallest are read: a film tells no more than a note.
	slices.SortStableFunc(moved, func(a, b *difference) int { return cmp.Compare(a.now(side).Size, b.now(side).Size) })
	moved = moved[:min(len(moved), shiftSamples)]
	var r reads
	for _, d := range moved {
		for _, at := range BothSides {
			if d.now(at).Type == tree.File && (at == side || d.base == nil || !d.base.SHA256.Known()) && !d.sum(at).Known() {
				wanted := d.wantedOf(at)
				wanted.Head = wantsHead(dr.policy, d, at)
				r.add(at, wanted, func(content tree.Content) { d.took(at, content) })
			}
		}
	}
	if err := r.run(ctx, dr.readers); err != nil {
		return false, err
	}
	for _, d := range moved {
		was := d.sum(side.Other())
		if d.base != nil && d.base.SHA256.Known() {
			was = d.base.SHA256
		}
		if !d.sum(side).Known() || d.sum(side) != was {
			return false, nil
		}
	}
	return true, nil
}

func everyOther(list []*difference) []*difference {
	at := -1
	return slices.DeleteFunc(list, func(*difference) bool { at++; return at%2 != 0 })
}

// movedBy are the differences of which isMovedBy holds, and those among them that prove something.
func movedBy(dr *draft, side Side, by int64) (moved, proving []*difference) {
	for _, d := range dr.differences {
		if isMovedBy(dr.policy, d, side, by) {
			moved = append(moved, d)
			if dr.shifting.proves(d, side) {
				proving = append(proving, d)
			}
		}
	}
	return moved, proving
}

// proves tells whether a file's content must be what is on record, or what the other side has, if the side's
// times are only shifted: nobody can have changed it at the time that is on record, and where no hash is,
// nobody has changed the other side's.
func (s *shifting) proves(d *difference, side Side) bool {
	if !s.policy.baseline {
		return true
	}
	other := side.Other()
	e := d.now(other)
	switch {
	case d.base.On[side].Racy:
		return false
	case d.base.SHA256.Known():
		return true
	case e.Type != tree.File || e.Size != d.base.Size || d.base.On[other].Racy:
		return false
	}
	t := trioOf(d)
	off := int64(s.policy.sinceRecorded(&t, other))
	return off == 0 || off == s.seen(leastShifted)[other]
}

// isMovedBy tells whether a difference is a file with content of the recorded size whose time is off by
// that much.
func isMovedBy(p *policy, d *difference, side Side, by int64) bool {
	e, other, t := d.now(side), d.now(side.Other()), trioOf(d)
	switch {
	case e.Type != tree.File || e.Size == 0:
		return false
	case p.baseline:
		return d.base != nil && d.base.Type == tree.File && d.base.Size == e.Size &&
			int64(p.sinceRecorded(&t, side)) == by
	}
	return other.Type == tree.File && other.Size == e.Size && e.Mtime.Add(-time.Duration(by)).Near(other.Mtime, p.window)
}

// differsShifted decides a difference anew, now that the shift is known; false of what is only shifted.
func (dr *draft) differsShifted(d *difference) bool {
	directory := d.now(Local).Type == tree.Directory || d.now(Remote).Type == tree.Directory
	if d.fate == doomed && d.base == nil || directory && !d.verdict.isUnsure() {
		return true
	}
	if dr.policy.options.Hash != HashAll {
		t := trioOf(d)
		t.recall(dr.policy)
		for _, side := range BothSides {
			if d.has(side) {
				d.learn(side, t.hash[side])
			}
		}
	}
	return dr.decideAgain(d)
}

// warnOfShift reports what was made up for.
func warnOfShift(dr *draft, s *Summary) {
	for _, side := range BothSides {
		by := dr.policy.shift[side]
		s.TimeShiftSeconds[side] = by / int64(time.Second)
		if by == 0 {
			continue
		}
		sign := "later"
		if by < 0 {
			sign, by = "earlier", -by
		}
		dr.warn(TimeShift, &side, nil,
			fmt.Sprintf("all times on %s are %s %s than they were, as a change of daylight saving or time zone makes them; "+
				"this is made up for",
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
