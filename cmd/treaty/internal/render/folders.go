package render

import (
	"iter"
	"maps"
	"slices"

	"treaty/plan"
	"treaty/plan/tree"
)

// Many lines of a section become one a folder. How deep these lie is chosen so that there are as many as a person likes
// to read at once: the folder with most in it is taken apart again and again, while there is room.

// batch are lines in one folder that are shown as one.
type batch struct {
	dir   tree.Path
	lines listing
	// own tells that the lines are of what lies directly in the folder.
	own bool
}

// byFolder makes batches of the lines that say no more than others do; those that do have one of their own, and so
// have those of what is left out, unless there is much of it: then it has batches too, by what it is left out for. A
// batch of one line is that line, and there are about as many as there is room for. The order is that of the paths.
func (e *effect) byFolder(lines listing, room int) []batch {
	left := map[plan.Why]int{}
	for _, l := range lines.all() {
		if !e.tellsMore(&l) {
			left[e.leftOut(&l)]++
		}
	}
	var out []batch
	wholes := map[plan.Why]*batch{}
	for i, l := range lines.all() {
		why := e.leftOut(&l)
		if e.tellsMore(&l) || why != "" && left[why] <= few {
			out = append(out, batch{lines: lines.one(i)})
			continue
		}
		if wholes[why] == nil {
			wholes[why] = &batch{dir: tree.Root}
		}
		wholes[why].lines = wholes[why].lines.with(lines, i)
	}
	for _, why := range slices.Sorted(maps.Keys(wholes)) {
		out = append(out, takenApart(*wholes[why], max(room-len(out), room/2))...)
	}
	first := func(b batch) tree.Path {
		l := b.lines.at(0)
		return l.path()
	}
	slices.SortStableFunc(out, func(a, b batch) int { return tree.Compare(first(a), first(b)) })
	return out
}

// listing is a list of lines. There may be a million, most of an operation alone, of which there is nothing beside it.
type listing struct {
	e          *effect
	operations []*plan.Operation
	// extents are those of lines that are about more.
	extents map[*plan.Operation]*extent
}

// listing lists lines in no more room than they need.
func (e *effect) listing(lines iter.Seq[line]) listing {
	n := 0
	for range lines {
		n++
	}
	l := listing{e, make([]*plan.Operation, 0, n), nil}
	for one := range lines {
		l.operations = append(l.operations, one.op)
		if one.extent == &carriedOut || one.extent == &leftOut {
			continue
		}
		if l.extents == nil {
			l.extents = map[*plan.Operation]*extent{}
		}
		l.extents[one.op] = one.extent
	}
	return l
}

func (l *listing) len() int { return len(l.operations) }

func (l *listing) at(i int) line {
	op := l.operations[i]
	if more := l.extents[op]; more != nil {
		return line{op, more}
	}
	return l.e.single(op)
}

func (l *listing) all() iter.Seq2[int, line] {
	return func(yield func(int, line) bool) {
		for i := range l.operations {
			if !yield(i, l.at(i)) {
				return
			}
		}
	}
}

// one is the part that is the line at i.
func (l listing) one(i int) listing {
	l.operations = l.operations[i : i+1 : i+1]
	return l
}

// with is some of all lines, none of them behind the one at i, and that one. It is a part of all, and no list of its
// own, as long as no line is left out between its first and its last.
func (l listing) with(all listing, i int) listing {
	switch n := l.len(); {
	case n == 0:
		return all.one(i)
	case n <= i && &all.operations[i-n] == &l.operations[0]:
		l.operations = all.operations[i-n : i+1 : i+1]
	default:
		l.operations = append(l.operations, all.operations[i])
	}
	return l
}

// leftOut is why a line is not carried out, "" where it is.
func (e *effect) leftOut(l *line) plan.Why {
	if l.applied {
		return ""
	}
	return e.skips[l.op.ID]
}

// tellsMore tells of a line that is not to be lost among others, whatever becomes of them: it has a note, a diff, or
// what is in it has a decision of its own.
func (e *effect) tellsMore(l *line) bool {
	_, disputed := e.disputed[l.op.Side][l.op.Path]
	return l.stays || l.shown || len(l.also) > 0 || l.op.Note() != "" || disputed ||
		e.opts.Diffs && l.op.Diff() != nil && len(l.op.Diff().Lines) > 0
}

// takenApart are as many batches as there is room for, at most, that together are the one.
func takenApart(whole batch, room int) []batch {
	all := []batch{whole}
	for {
		at, parts := -1, []batch(nil)
		for i := range all {
			if at >= 0 && all[i].lines.len() <= all[at].lines.len() || all[i].lines.len() < 2 {
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
	for i, l := range b.lines.all() {
		child := childOf(b.dir, l.path())
		n := len(parts)
		switch {
		case child == l.path():
			own.lines = own.lines.with(b.lines, i)
		case n > 0 && parts[n-1].dir == child:
			parts[n-1].lines = parts[n-1].lines.with(b.lines, i)
		default:
			parts = append(parts, batch{dir: child, lines: b.lines.one(i)})
		}
	}
	if own.lines.len() > shown {
		if len(parts) == 0 {
			return nil
		}
		return append(parts, own)
	}
	for i := range own.lines.len() {
		parts = append(parts, batch{dir: b.dir, lines: own.lines.one(i)})
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
	first := b.lines.at(0)
	if b.lines.len() == 1 {
		return r.row(&first)
	}
	out := row{Name: r.e.opts.Alike.Path(b.dir, true), Tone: toneOf(&first)}
	say := func(tone tone, text string) { out.Details = append(out.Details, span{text, tone}) }
	if why := r.e.leftOut(&first); why != "" {
		say(warned, saysLeftOut(why))
	}
	sum, where := sum{}, ""
	if b.own {
		where = " directly in it"
	}
	var sides plan.Sides[bool]
	why := first.because()
	for _, l := range b.lines.all() {
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
