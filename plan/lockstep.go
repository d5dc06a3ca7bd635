package plan

import (
	"context"

	"treaty/plan/tree"
)

// lockstep goes through both trees and the baseline in step: directory by directory, in the one order in which all
// three can be asked. It keeps out what is out of scope, pairs names, counts, and makes digests. What a name comes
// to, and what is to be walked below it, is its visitor's business.
type lockstep struct {
	policy    *policy
	streams   Sides[tree.Stream]
	memory    tree.Memory // nil without a baseline
	foresight foresight
	// observe, where not nil, is told of every directory's digest.
	observe func(side Side, dir tree.Path, digest tree.Hash)

	// limits are the part that a plan is limited to.
	limits Limits
	// partDigests are the digests of the roots with only the part in them, zero where there is no limit.
	partDigests Sides[tree.Hash]

	// wholes, where not nil, are the units that are come by.
	wholes *wholes

	// counts are what the sides' trees amount to, ignored how many names are out of scope.
	counts  Sides[counts]
	ignored int

	trios spare[trio]
	// lines is nil where nobody asks for digests, or for how many entries there are.
	lines *spare[tree.Line]
}

func newLockstep(in *Input, memory tree.Memory, p *policy, f foresight) *lockstep {
	return &lockstep{policy: p, memory: memory, foresight: f, observe: in.Observe, limits: p.options.Limits(),
		streams: Sides[tree.Stream]{in.Trees[Local].Stream, in.Trees[Remote].Stream}, lines: &spare[tree.Line]{}}
}

// visitor is told of all that a lockstep comes by.
type visitor interface {
	// obstructed is told of a directory that a side cannot read, or only in part, before it is entered.
	obstructed(p *place, side Side, l *tree.Listing)
	// enter is told of a directory before what is in it.
	enter(d *directory, f *found) error
	// name is told of each name in a directory, and goes on below it.
	name(ctx context.Context, d *directory, t *trio) (found, error)
	// leave is told of a directory after what is in it.
	leave(d *directory, f *found)
}

// fate is what a visitor already knows of all that lies below a directory.
type fate uint8

const (
	// paired directories are gone through name by name.
	paired fate = iota
	// copied ones are on one side only, and go to the other whole.
	copied
	// doomed ones are on one side only, because the other side deleted or replaced them.
	doomed
	// closed ones get no operation: something above is blocked. Their records are not asked for.
	closed
	// contested ones are on one side only, and in conflict as a whole with what the other has, or deleted: whatever is
	// chosen, they go or come with all that is in them. Their records are not asked for.
	contested
	// barred ones are new on one side, and the other cannot hold them.
	barred
)

// place is where a lockstep stands: in one directory of both sides and the baseline.
type place struct {
	path  Sides[tree.Path]
	on    Sides[bool]
	scope Sides[tree.Scope]
	// remade tells that scope is not that of the tree's own files of rules: some are to be replaced.
	remade Sides[bool]
	// bare is, of a doomed directory, the scope without the rules of doomed ones.
	bare Sides[tree.Scope]
	fate fate
	// remembered tells that the baseline has the directory, as base.
	remembered bool
	base       tree.Path
	// blocked tells that the directory, or one above it, could not be read on some side.
	blocked bool
	// whole is the unit that the directory is, or lies in, nil for none.
	whole *wholeDir
	// twin is, of each side, the nearest directory here or above that it has a twin of: what is made below both would be
	// one to it. It is the root for none.
	twin Sides[tree.Path]
}

// directory is one directory with all names in it.
type directory struct {
	*place
	trios []trio
	// recorded is all that the baseline has of it.
	recorded []tree.Agreed
	// ignored are the entries that are out of scope.
	ignored Sides[[]tree.Entry]
	// rules is the hash of each side's file of rules right here, zero where there is none.
	rules Sides[tree.Hash]
	names directoryNames
}

// pathOf is how each side spells the path of a name in the directory, or would.
func (d *directory) pathOf(t *trio) Sides[tree.Path] {
	local := d.path[Local].Join(t.name[Local])
	if d.path[Local] == d.path[Remote] && t.name[Local] == t.name[Remote] {
		return Sides[tree.Path]{local, local}
	}
	return Sides[tree.Path]{local, d.path[Remote].Join(t.name[Remote])}
}

// found is what a directory came to.
type found struct {
	bearing
	digest  Sides[tree.Hash]
	entries Sides[int]
	// part is the digest with only the part in it that a plan is limited to, zero where nothing of it is there.
	part Sides[tree.Hash]
	// blocked tells that the directory itself could not be read, or only in part.
	blocked bool
}

// counts is what a side's tree amounts to.
type counts struct {
	files, directories int
	bytes              int64
}

// run walks everything and returns the digests of the roots. An error is that of a stream, of the memory, of the
// visitor or of ctx.
func (l *lockstep) run(ctx context.Context, v visitor) (Sides[tree.Hash], error) {
	f, err := l.directory(ctx, v, &place{on: Sides[bool]{true, true}, remembered: l.memory != nil})
	l.partDigests = f.part
	return f.digest, err
}

// directory walks the directory at p and all below it.
func (l *lockstep) directory(ctx context.Context, v visitor, p *place) (found, error) {
	var f found
	if err := ctx.Err(); err != nil {
		return f, err
	}
	d, err := l.list(v, p, &f)
	if err != nil {
		return f, err
	}
	if err := v.enter(d, &f); err != nil {
		return f, err
	}
	var lines, partLines Sides[[]tree.Line]
	if l.lines != nil {
		for _, side := range BothSides {
			lines[side] = l.lines.take(len(d.trios))
		}
	}
	for i := range d.trios {
		t := &d.trios[i]
		below, err := v.name(ctx, d, t)
		if err != nil {
			return f, err
		}
		f.bearing.add(below.bearing)
		if l.lines == nil {
			continue
		}
		for _, side := range BothSides {
			if !t.has(side) {
				continue
			}
			l.counts[side].add(t.now(side))
			f.entries[side] += below.entries[side] + 1
			lines[side] = append(lines[side], tree.Line{Entry: t.now(side), Below: below.digest[side]})
			if l.limits.named != nil {
				partLines[side] = l.limits.with(partLines[side], d.pathOf(t), t.now(side), below.digest[side], below.part[side])
			}
		}
	}
	v.leave(d, &f)
	if l.lines != nil {
		l.digest(p, &f, lines, partLines)
	}
	l.reuse(d, lines)
	return f, nil
}

// digest makes the digests of a directory.
func (l *lockstep) digest(p *place, f *found, lines, partLines Sides[[]tree.Line]) {
	for _, side := range BothSides {
		if !p.on[side] {
			continue
		}
		f.digest[side] = tree.Digest(lines[side])
		if len(partLines[side]) > 0 {
			f.part[side] = tree.Digest(partLines[side])
		}
		if l.observe != nil {
			l.observe(side, p.path[side], f.digest[side])
		}
	}
}

// below walks the directories that t's entries are.
func (l *lockstep) below(ctx context.Context, v visitor, d *directory, t *trio, fate fate,
	remembered bool) (found, error) {
	var on Sides[bool]
	for _, side := range BothSides {
		e := t.now(side)
		on[side] = e.Type == tree.Directory && e.Obstacle == ""
	}
	if !on[Local] && !on[Remote] {
		return found{}, nil
	}
	next := d.next(t, remembered)
	next.on, next.fate, next.whole = on, fate, l.wholes.of(d.whole, d, t)
	next.remade, next.bare, next.blocked = d.remade, d.bare, d.blocked
	if fate == doomed && d.fate != doomed {
		next.bare = d.scope
	}
	return l.directory(ctx, v, next)
}

// next is the place of a name in the directory.
func (d *directory) next(t *trio, remembered bool) *place {
	next := &place{path: d.pathOf(t), scope: d.scope, remembered: remembered, twin: d.twin}
	for _, side := range BothSides {
		if t.twin[side] {
			next.twin[side] = next.path[side]
		}
	}
	if remembered {
		next.base = d.base.Join(t.base.Spelled)
	}
	return next
}

// list asks both sides and the baseline for a directory, and pairs what is in scope of it.
func (l *lockstep) list(v visitor, p *place, f *found) (*directory, error) {
	listing, err := l.listings(v, p, f)
	if err != nil {
		return nil, err
	}
	base, err := l.recorded(p)
	if err != nil {
		return nil, err
	}
	l.hold(p, listing, base)
	p.shareRules()
	d := &directory{place: p, recorded: base, names: directoryNames{fits: l.policy.fits}}
	var listed Sides[[]tree.Entry]
	alike := p.alike()
	for _, side := range BothSides {
		d.names.all[side], d.rules[side] = listing[side].Entries, listing[side].Rules
		listed[side], d.ignored[side] = p.inScope(side, listing[side].Entries, alike)
	}
	l.ignored += union(d.ignored)
	for _, side := range BothSides {
		listed[side] = l.without(listed[side], d.ignored[side.Other()])
	}
	var judged []tree.Entry
	if alike && len(d.ignored[Local])+len(d.ignored[Remote]) == 0 {
		judged = listed[Local]
	}
	base = l.inScopeStill(p, base, judged, d.ignored)
	into := l.trios.take(max(len(listed[Local]), len(listed[Remote]), len(base)))
	d.trios = pair(into, listed, base, l.policy.traits)
	return d, nil
}

// listings are the directory as each side has it. What cannot be read is blocked, and with it all below.
func (l *lockstep) listings(v visitor, p *place, f *found) (listing Sides[tree.Listing], err error) {
	for _, side := range BothSides {
		if !p.on[side] {
			continue
		}
		if listing[side], err = l.streams[side].List(p.path[side]); err != nil {
			return listing, err
		}
		if listing[side].Obstacle != "" {
			f.blocked, p.blocked = true, true
			v.obstructed(p, side, &listing[side])
		}
	}
	return listing, nil
}

// recorded are all that the baseline has of the directory.
func (l *lockstep) recorded(p *place) ([]tree.Agreed, error) {
	if !p.remembered || p.fate == closed || p.fate == contested {
		return nil, nil
	}
	return l.memory.List(p.base)
}

// remembered is the directory at p as the baseline has it, where neither side can show it.
func (l *lockstep) remembered(p *place) (*directory, error) {
	base, err := l.recorded(p)
	if err != nil {
		return nil, err
	}
	d := &directory{place: p}
	base = l.inScopeStill(p, base, nil, d.ignored)
	for i := range base {
		d.trios = append(d.trios, trio{base: &base[i], name: base[i].Name})
	}
	return d, nil
}

// add adds an entry to its side's totals.
func (c *counts) add(e *tree.Entry) {
	switch e.Type {
	case tree.File:
		c.files++
		c.bytes += e.Size
	case tree.Directory:
		c.directories++
	}
}
