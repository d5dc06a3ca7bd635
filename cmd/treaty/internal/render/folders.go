package render

import (
	"slices"

	"treaty/plan"
	"treaty/plan/tree"
)

// Many lines of a section become one a folder. How deep these lie is chosen so that there are as many as a person likes
// to read at once: the folder with most in it is taken apart again and again, while there is room.

// batch are lines in one folder that are shown as one.
type batch struct {
	dir   tree.Path
	lines []line
	// own tells that the lines are of what lies directly in the folder.
	own bool
}

// byFolder makes batches of the lines that say no more than others do; those that do have one of their own. A batch of
// one line is that line, and there are about as many as there is room for. The order is that of the paths.
func (e *effect) byFolder(lines []line, room int) []batch {
	var out []batch
	whole := batch{dir: tree.Root}
	for i := range lines {
		if e.tellsMore(&lines[i]) {
			out = append(out, batch{lines: lines[i : i+1]})
		} else {
			whole.lines = with(whole.lines, lines, i)
		}
	}
	if len(whole.lines) > 0 {
		out = append(out, takenApart(whole, max(room-len(out), room/2))...)
	}
	slices.SortStableFunc(out, func(a, b batch) int { return tree.Compare(a.lines[0].path(), b.lines[0].path()) })
	return out
}

// with is some of all lines, none of them behind the one at i, and that one. It is a part of all, and no list of its
// own, as long as no line is left out between its first and its last.
func with(some, all []line, i int) []line {
	switch n := len(some); {
	case n == 0:
		return all[i : i+1 : i+1]
	case n <= i && &all[i-n] == &some[0]:
		return all[i-n : i+1 : i+1]
	}
	return append(some, all[i])
}

// tellsMore tells of a line that is not to be lost among others: it has a note, a diff, or a decision of its own.
func (e *effect) tellsMore(l *line) bool {
	_, disputed := e.disputed[l.op.Side][l.op.Path]
	return !l.applied || l.stays || l.shown || len(l.also) > 0 || l.op.Note() != "" || disputed ||
		e.opts.Diffs && l.op.Diff() != nil && len(l.op.Diff().Lines) > 0
}

// takenApart are as many batches as there is room for, at most, that together are the one.
func takenApart(whole batch, room int) []batch {
	all := []batch{whole}
	for {
		at, parts := -1, []batch(nil)
		for i := range all {
			if at >= 0 && len(all[i].lines) <= len(all[at].lines) || len(all[i].lines) < 2 {
				continue
			}
			if p := all[i].parts(); len(p) > 0 && len(all)-1+len(p) <= room {
				at, parts = i, p
			}
		}
		if at < 0 {
			return all
		}
		all = slices.Replace(all, at, at+1, parts...)
	}
}

// shown is how many lines of one folder are shown, and not counted.
const shown = 3

// parts are the folders in a batch's, and what lies directly in that: each, where that is not much. There are none of
// what cannot be taken apart.
func (b *batch) parts() []batch {
	if b.own {
		return nil
	}
	own := batch{dir: b.dir, own: true}
	var parts []batch
	for i := range b.lines {
		child := childOf(b.dir, b.lines[i].path())
		n := len(parts)
		switch {
		case child == b.lines[i].path():
			own.lines = with(own.lines, b.lines, i)
		case n > 0 && parts[n-1].dir == child:
			parts[n-1].lines = with(parts[n-1].lines, b.lines, i)
		default:
			parts = append(parts, batch{dir: child, lines: with(nil, b.lines, i)})
		}
	}
	if len(own.lines) > shown {
		if len(parts) == 0 {
			return nil
		}
		return append(parts, own)
	}
	for i := range own.lines {
		parts = append(parts, batch{dir: b.dir, lines: own.lines[i : i+1]})
	}
	return parts
}

// childOf is the entry of a folder that a path below it lies in, or is.
func childOf(dir, path tree.Path) tree.Path {
	for path.Parent() != dir {
		path = path.Parent()
	}
	return path
}

// batch is a row of many lines.
func (r rower) batch(b *batch) row {
	if len(b.lines) == 1 {
		return r.row(&b.lines[0])
	}
	first := &b.lines[0]
	out := row{Name: r.e.opts.Alike.Path(b.dir, true), Tone: toneOf(first)}
	say := func(tone tone, text string) { out.Details = append(out.Details, span{text, tone}) }
	sum, where := sum{}, ""
	if b.own {
		where = " directly in it"
	}
	var sides plan.Sides[bool]
	why := first.because()
	for i := range b.lines {
		l := &b.lines[i]
		sum.addAll(l.tally)
		if l.to == tree.Root {
			sum.add(subject(l.op.Before, l.op.After))
		} else {
			sum.directories++
		}
		sides[l.op.Side] = true
		if l.because() != why {
			why = 0
		}
	}
	say(plain, sum.text(first.op.Action)+where)
	if r.sided {
		switch {
		case sides[plan.Local] && sides[plan.Remote]:
			say(plain, "on both sides")
		default:
			say(plain, "on "+r.e.opts.name(first.op.Side))
		}
	}
	if why != 0 && (r.sided || why != plan.OnlyOn.On(first.op.Side.Other())) {
		say(dim, r.e.opts.reason(why))
	}
	return out
}

// because is the reason of a line.
func (l *line) because() plan.Reason {
	if l.to != tree.Root {
		return l.moveReason()
	}
	return l.op.Reason
}
