package plan

import (
	"fmt"
	"slices"
	"time"

	"treaty/plan/tree"
)

// clocks is what the times of the two sides' files say: each volume has its own granularity and its own range, and
// keeps what it is given or not; and some move as a whole.
type clocks struct {
	traits Sides[tree.Traits]
	// window is how far apart, in nanoseconds, two equal times may lie.
	window int64
	// shift is by how much, in nanoseconds, a volume's times moved as a whole since they were recorded.
	shift Sides[int64]
}

func newClocks(traits Sides[tree.Traits]) clocks {
	return clocks{traits: traits, window: max(traits[Local].MtimeGranularity, traits[Remote].MtimeGranularity)}
}

// shiftBy sets the shifts, if they are given.
func (c *clocks) shiftBy(given *Sides[time.Duration]) {
	if given != nil {
		c.shift = Sides[int64]{int64(given[Local]), int64(given[Remote])}
	}
}

// timesTell tells whether the times of the two sides say anything beside each other.
func (c *clocks) timesTell() bool {
	return !c.traits[Local].IgnoresTimes && !c.traits[Remote].IgnoresTimes
}

// near tells whether the two sides' times are equal within the window, with the shifts made up for or
// as they stand: what was written after a volume shifted has the true time. Times that tell nothing are no
// difference.
func (c *clocks) near(local, remote tree.Time) bool {
	return !c.timesTell() || local.Near(remote, c.window) || c.cannotTell(Remote, local, remote) ||
		c.cannotTell(Local, remote, local) ||
		c.unshifted(Local, local).Near(c.unshifted(Remote, remote), c.window)
}

// cannotTell tells whether a time is the nearest that side has for one that it cannot tell, before 1980 or
// after 2107. What is nearest there depends on the time zone.
func (c *clocks) cannotTell(side Side, wanted, has tree.Time) bool {
	nearest := c.traits[side].InRange(wanted)
	return nearest != wanted && nearest.Near(has, maxShift)
}

// unshifted is what a side would tell of a time if its volume's had not moved.
func (c *clocks) unshifted(side Side, mtime tree.Time) tree.Time {
	return mtime.Add(-time.Duration(c.shift[side]))
}

// newer is the side whose time is the later one, shifts made up for.
func (c *clocks) newer(local, remote tree.Time) Side {
	if c.unshifted(Local, local).Before(c.unshifted(Remote, remote)) {
		return Remote
	}
	return Local
}

// carried is what side will report for a time of the other side.
func (c *clocks) carried(mtime tree.Time, side Side) tree.Time {
	return c.traits[side].Keep(c.unshifted(side.Other(), mtime))
}

// sinceRecorded is by how much a file's time is off its record.
func (c *clocks) sinceRecorded(t *trio, side Side) time.Duration {
	granularity := c.traits[side].MtimeGranularity
	return t.now(side).Mtime.Cut(granularity).Sub(t.base.On[side].Mtime.Cut(granularity))
}

// offLocal tells whether it is local whose clock is off, where remote's times are later by that much and
// nobody remembers what they were: the volume that keeps local time, or else the one that is ahead.
func (c *clocks) offLocal(by int64) bool {
	keepsLocalTime := func(side Side) int {
		return map[tree.Profile]int{tree.FAT: 3, tree.Unknown: 2, tree.ExFAT: 1}[c.traits[side].Profile]
	}
	if l, r := keepsLocalTime(Local), keepsLocalTime(Remote); l != r {
		return l > r
	}
	return by < 0
}

// untouched tells whether a time is the recorded one, shifted with its volume or not: what was written
// after the shift was seen has none.
func (c *clocks) untouched(mtime tree.Time, kept tree.Kept, side Side) bool {
	granularity := c.traits[side].MtimeGranularity
	delta := mtime.Cut(granularity).Sub(kept.Mtime.Cut(granularity))
	return delta == 0 || int64(delta) == c.shift[side]
}

// tellsTimes is the side whose times are those of the content: not one that ignores them, or else the finer one.
func (c *clocks) tellsTimes() Side {
	l, r := &c.traits[Local], &c.traits[Remote]
	if l.IgnoresTimes != r.IgnoresTimes && l.IgnoresTimes ||
		l.IgnoresTimes == r.IgnoresTimes && r.MtimeGranularity < l.MtimeGranularity {
		return Remote
	}
	return Local
}

// clocksAgree is by how much two clocks may differ that are said to agree.
const clocksAgree = 5 * time.Minute

// warnOfClocks warns where the clocks of the two machines differ by so much that what is newer by its time need not be,
// and that decides something. The words do not say by how much: the same trees give the same plan.
func (dr *draft) warnOfClocks(in *Input, p *Plan) {
	apart := in.Trees[Remote].Ahead - in.Trees[Local].Ahead
	if apart.Abs() <= clocksAgree || !goesByTimes(p) {
		return
	}
	ahead := Remote
	if apart < 0 {
		ahead = Local
	}
	dr.warn(ClocksDiffer, nil, nil, fmt.Sprintf("the clock of %s's machine is more than %v minutes ahead of that of %s: "+
		"what is newer by its time need not be", ahead, clocksAgree.Minutes(), ahead.Other()))
}

// goesByTimes tells whether times beside each other decide anything in a plan, or may be chosen to.
func goesByTimes(p *Plan) bool {
	newer := func(op Operation) bool {
		what, _, about := op.Reason.About()
		return about && (what == NewerOn || what == TouchedOn && p.Baseline == nil)
	}
	offers := func(c Conflict) bool { _, offered := c.Choices[TakeNewer]; return offered }
	return slices.ContainsFunc(p.Operations, newer) || slices.ContainsFunc(p.Conflicts, offers)
}
