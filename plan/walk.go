package plan

import (
	"cmp"
	"context"
	"slices"

	"treaty/plan/tree"
)

// fate is what the walk already knows of all that lies below a directory.
type fate uint8

const (
	// paired directories are on both sides, and decided name by name.
	paired fate = iota
	// copied ones are on one side only, and go to the other whole.
	copied
	// doomed ones are on one side only, because the other side deleted or replaced them.
	doomed
	// closed ones get no operation: something above is blocked or in conflict.
	closed
	// barred ones are new on one side, and the other cannot hold them.
	barred
	// surveyed ones are only looked at, and nothing is decided at all.
	surveyed
)

// place is where the walk stands.
type place struct {
	path  Sides[tree.Path]
	on    Sides[bool]
	scope Sides[tree.Scope]
	// remade tells that scope is not that of the tree's own files of rules: some are to be replaced.
	remade Sides[bool]
	// bare is, of a doomed directory, the scope without the rules of doomed ones.
	bare Sides[tree.Scope]
	fate fate
	// known tells that the baseline has the directory, as base.
	known bool
	base  tree.Path
	// blocked tells of a surveyed directory that it, or one above it, could not be read on some side.
	blocked bool
}

// found is what a directory came to.
type found struct {
	digest  Sides[tree.Hash]
	entries Sides[int]
	// stays tells that a doomed directory cannot go: something in it is blocked or ignored.
	stays bool
	// guarded tells that something in it is ignored by nothing but the rules of doomed directories.
	guarded bool
	// blocked tells that the directory itself could not be read, or only in part.
	blocked bool
}

// counts is what a side's tree amounts to.
type counts struct {
	files, directories int
	bytes              int64
}

// walk goes through both trees and the baseline in step, and keeps only the differences.
type walk struct {
	ctx     context.Context
	policy  policy
	streams Sides[tree.Stream]
	memory  tree.Memory // nil without a baseline
	// observe, where not nil, is told of every directory's digest.
	observe func(side Side, dir tree.Path, digest tree.Hash)
	// visit, where not nil, is told of every directory that is surveyed, before what is below it.
	visit func(*surveyedDirectory) error
	// asIs lets files of rules count as they are: what is remembered is what is in scope whatever comes of a plan.
	asIs bool
	// unwalked, where not nil, is told, in the order of the walk, of every surveyed name that is a directory
	// neither on a side nor in the baseline.
	unwalked func(path Sides[tree.Path]) error

	counts          Sides[counts]
	agreed, ignored int
	// news tells of something both sides agree on that the baseline does not know.
	news        bool
	differences []difference
	problems    []Problem
	// barred are the entries that the other side cannot hold, and kept the names that entries keep for that.
	barred []barredEntry
	kept   []keptName
	// respelt is remote's own spelling of a conflict's path, where that is not the conflict's.
	respelt map[tree.Path]tree.Path
	// lost are the records of files that neither side has under their names any more.
	lost []tree.Agreed
	// shifts are counted of each side; without a memory, of remote against local.
	shifts Sides[shifts]
	// noShift tells that what looks like a shift of a side is none, shiftGiven that nobody need look.
	noShift    Sides[bool]
	shiftGiven bool
	// unsure counts the differences that wait for their content to be read.
	unsure int
	// decided is called where so much is undecided that memory would suffer.
	decided func() error
}

// undecided is how many differences may wait.
const undecided = 1 << 16

// run walks everything and returns the digests of the roots.
func (w *walk) run() (Sides[tree.Hash], error) {
	f, err := w.directory(&place{on: Sides[bool]{true, true}, fate: paired, known: w.memory != nil})
	return f.digest, err
}

// directory walks the directory at p and all below it.
func (w *walk) directory(p *place) (found, error) {
	var f found
	if err := w.ctx.Err(); err != nil {
		return f, err
	}
	listing, err := w.list(p, &f)
	if err != nil {
		return f, err
	}
	base, err := w.recorded(p)
	if err != nil {
		return f, err
	}
	w.enter(p, listing, base)
	w.shareRules(p)
	all := Sides[[]tree.Entry]{listing[Local].Entries, listing[Remote].Entries}
	var listed Sides[[]tree.Entry]
	var ignored Sides[[]tree.Entry]
	for _, side := range BothSides {
		listed[side], ignored[side] = w.inScope(p, side, all[side])
		f.stays = f.stays || slices.ContainsFunc(ignored[side], func(e tree.Entry) bool { return e.Verdict == tree.Ignored })
	}
	f.guarded = p.guarded(ignored)
	w.ignored += union(ignored)
	for _, side := range BothSides {
		if other := ignored[side.Other()]; len(other) > 0 {
			listed[side] = slices.DeleteFunc(slices.Clone(listed[side]), func(e tree.Entry) bool {
				return w.ignoredAs(other, e.Key, e.Name)
			})
		}
	}
	if p.fate == doomed && f.stays {
		w.staysWithIgnored(p)
	}
	trios := pair(listed, w.inScopeStill(p, base, ignored), w.policy.traits)
	noteRules(trios, listing, p.fate == surveyed)
	if p.fate == surveyed {
		for i := range trios {
			w.noteShift(&trios[i])
		}
		if err := w.visit(&surveyedDirectory{place: p, trios: trios}); err != nil {
			return f, err
		}
	}
	names := directoryNames{all: all, maxLength: w.maxName}
	var lines Sides[[]tree.Line]
	for i := range trios {
		t := &trios[i]
		below, err := w.name(p, t, &names)
		if err != nil {
			return f, err
		}
		f.stays, f.guarded = f.stays || below.stays, f.guarded || below.guarded
		for _, side := range BothSides {
			if !t.has(side) {
				continue
			}
			w.count(side, &t.entry[side])
			f.entries[side] += below.entries[side] + 1
			lines[side] = append(lines[side], tree.Line{Entry: &t.entry[side], Below: below.digest[side]})
		}
		if w.unsure >= undecided && w.decided != nil {
			w.unsure = 0
			if err := w.decided(); err != nil {
				return f, err
			}
		}
	}
	if p.fate == doomed && f.guarded {
		w.keepRules(p)
	}
	for _, side := range BothSides {
		if p.on[side] {
			f.digest[side] = tree.Digest(lines[side])
			if w.observe != nil {
				w.observe(side, p.path[side], f.digest[side])
			}
		}
	}
	return f, nil
}

// list asks both sides for a directory. What cannot be read is blocked, and with it all below.
func (w *walk) list(p *place, f *found) (listing Sides[tree.Listing], err error) {
	for _, side := range BothSides {
		if !p.on[side] {
			continue
		}
		if listing[side], err = w.streams[side].List(p.path[side]); err != nil {
			return listing, err
		}
		if l := &listing[side]; l.Obstacle != "" {
			w.block(Code(l.Obstacle), side, p.path[side], l.Why)
			f.stays, f.blocked, p.blocked = true, true, true
			if p.fate != surveyed {
				p.fate = closed
			}
		}
	}
	return listing, nil
}

// shareRules lets the rules in a directory that only one side has hold on both: the other side is to get them
// with the directory, or had them until it deleted that. Otherwise what they bring back into scope would be
// left behind, since the other side's rules from above alone still ignore it.
func (w *walk) shareRules(p *place) {
	for _, side := range BothSides {
		if other := side.Other(); p.on[side] && !p.on[other] && p.scope[side] != nil {
			p.scope[other] = p.scope[side].Extend(p.scope[other], p.path[side], p.path[other])
		}
	}
}

// inScope splits a listing; what either side's rules ignore is ignored.
func (w *walk) inScope(p *place, side Side, entries []tree.Entry) (in, out []tree.Entry) {
	other := p.scope[side.Other()]
	clean := other == nil && !p.remade[side]
	for i := range entries {
		clean = clean && entries[i].Verdict == tree.InScope
	}
	if clean {
		return entries, nil
	}
	in = make([]tree.Entry, 0, len(entries))
	for _, e := range entries {
		if p.remade[side] {
			e.Verdict = p.scope[side].Judge(p.path[side].Join(e.Name), e.Type == tree.Directory)
		}
		if other != nil {
			e.Verdict = max(e.Verdict, other.Judge(p.path[side.Other()].Join(e.Name), e.Type == tree.Directory))
		}
		if e.Verdict == tree.InScope {
			in = append(in, e)
		} else {
			out = append(out, e)
		}
	}
	return in, out
}

// ignoredAs tells whether a name is among those that a side ignores. Rules can tell a directory from a
// file and one spelling from another, but a name is in scope on both sides or on none: otherwise what
// one side ignores would look deleted there.
func (w *walk) ignoredAs(ignored []tree.Entry, key, name string) bool {
	at, _ := slices.BinarySearchFunc(ignored, key, func(e tree.Entry, key string) int { return cmp.Compare(e.Key, key) })
	for ; at < len(ignored) && ignored[at].Key == key; at++ {
		if equalNames(ignored[at].Name, name, w.policy.traits) {
			return true
		}
	}
	return false
}

// union counts the names in two lists that are in Order.
func union(lists Sides[[]tree.Entry]) int {
	l, r := lists[Local], lists[Remote]
	n := 0
	for len(l) > 0 && len(r) > 0 {
		c := tree.Order(&l[0], &r[0])
		if c <= 0 {
			l = l[1:]
		}
		if c >= 0 {
			r = r[1:]
		}
		n++
	}
	return n + len(l) + len(r)
}

// remembered are the baseline's entries of the directory, less those out of scope.
func (w *walk) remembered(p *place, ignored Sides[[]tree.Entry]) ([]tree.Agreed, error) {
	base, err := w.recorded(p)
	return w.inScopeStill(p, base, ignored), err
}

// recorded are all that the baseline has of the directory.
func (w *walk) recorded(p *place) ([]tree.Agreed, error) {
	if !p.known || p.fate == closed {
		return nil, nil
	}
	return w.memory.List(p.base)
}

// inScopeStill is base less those out of scope.
func (w *walk) inScopeStill(p *place, base []tree.Agreed, ignored Sides[[]tree.Entry]) []tree.Agreed {
	return slices.DeleteFunc(base, func(a tree.Agreed) bool {
		for _, side := range BothSides {
			if s := p.scope[side]; s != nil && s.Judge(p.path[side].Join(a.Name[side]), a.Type == tree.Directory) != tree.InScope {
				return true
			}
			if w.ignoredAs(ignored[side], a.Key, a.Name[side]) {
				return true
			}
		}
		return false
	})
}

// name decides one name, and walks what is below it.
func (w *walk) name(p *place, t *trio, names *directoryNames) (found, error) {
	path := Sides[tree.Path]{p.path[Local].Join(t.name[Local]), p.path[Remote].Join(t.name[Remote])}
	switch p.fate {
	case closed:
		return w.below(p, t, path, closed, false)
	case barred:
		return w.barBelow(p, t, path)
	case surveyed:
		return w.surveyBelow(p, t, path)
	}
	if w.obstacles(t, path) {
		f, err := w.below(p, t, path, closed, false)
		f.stays = true
		return f, err
	}
	w.noteShift(t)
	if err := w.noteLost(p, t); err != nil {
		return found{}, err
	}
	d := difference{trio: *t, path: path, fate: p.fate}
	if w.policy.options.Hash != HashAll {
		d.recall(&w.policy)
	}
	d.follows, d.alias = names.respelled(t, w.policy.traits), names.aliases(t, w.policy.traits)
	w.judge(&d)
	if p.fate == doomed && t.base == nil {
		d.verdict = verdict{kind: ChangedAndDeleted}
	}
	if w.refused(&d) {
		return w.refuse(p, &d)
	}
	f, err := w.descend(p, &d)
	if err != nil || f.blocked {
		return f, err
	}
	if d.verdict.modesDiffer {
		w.modesDiffer(&d)
	}
	if d.verdict.agreed() && !w.policy.asked(&d) {
		w.agree(t)
		return f, nil
	}
	if t.has(Local) && t.has(Remote) {
		d.keepBothAs = names.free(t)
	}
	if d.verdict.isUnsure() || d.verdict.agreed() {
		w.unsure++
	}
	w.differences = append(w.differences, d)
	return f, nil
}

// descend walks what lies below d, and settles what only that can tell.
func (w *walk) descend(p *place, d *difference) (found, error) {
	t := &d.trio
	dirs := 0
	where := Local
	for _, side := range BothSides {
		if t.entry[side].Type == tree.Directory {
			dirs++
			where = side
		}
	}
	known := t.base != nil && t.base.Type == tree.Directory
	switch {
	case dirs == 0:
		return found{}, nil
	case dirs == 2:
		return w.below(p, t, d.path, paired, known)
	case d.verdict.kind != "":
		f, err := w.below(p, t, d.path, closed, false)
		d.subtree[where] = &tree.Subtree{Entries: f.entries[where], Digest: f.digest[where]}
		return f, err
	}
	if d.verdict.isUnsure() {
		return w.tentative(p, d, where, copied, false)
	}
	switch c := d.verdict.changes[0]; {
	case c.action == Delete:
		f, err := w.below(p, t, d.path, doomed, known)
		if f.stays {
			d.verdict = verdict{}
		}
		return f, err
	case c.side == where:
		return w.tentative(p, d, where, doomed, known)
	}
	return w.below(p, t, d.path, copied, false)
}

// tentative walks the directory of side where, which stands against a file or a link, as if the verdict
// were a change. A directory that goes can do so only if all in it may, and whether one that comes may
// replace a file can depend on that file's content; both are known only after reading.
func (w *walk) tentative(p *place, d *difference, where Side, fate fate, known bool) (found, error) {
	f, err := w.below(p, &d.trio, d.path, fate, known)
	d.against, d.stays = &where, f.stays
	d.subtree[where] = &tree.Subtree{Entries: f.entries[where], Digest: f.digest[where]}
	return f, err
}

// below walks the directories that t's entries are.
func (w *walk) below(p *place, t *trio, path Sides[tree.Path], fate fate, known bool) (found, error) {
	var on Sides[bool]
	for _, side := range BothSides {
		e := &t.entry[side]
		on[side] = e.Type == tree.Directory && e.Obstacle == ""
	}
	if !on[Local] && !on[Remote] {
		return found{}, nil
	}
	next := &place{path: path, on: on, scope: p.scope, remade: p.remade, bare: p.bare, fate: fate, known: known, blocked: p.blocked}
	if fate == doomed && p.fate != doomed {
		next.bare = p.scope
	}
	if known {
		next.base = p.base.Join(t.base.Spelled)
	}
	return w.directory(next)
}

// count adds an entry to its side's totals.
func (w *walk) count(side Side, e *tree.Entry) {
	c := &w.counts[side]
	switch e.Type {
	case tree.File:
		c.files++
		c.bytes += e.Size
	case tree.Directory:
		c.directories++
	}
}
