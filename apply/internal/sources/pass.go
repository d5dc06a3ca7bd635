package sources

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Pass is a tree as one pass over it was handed it, packed, so that a later pass need not look at each file again. What
// was saved since that pass is not in it, just as if it had been saved after the later one: what holds then is that the
// tree was so at the earlier.
type Pass struct {
	// at is when the pass began: what was written to about then may have changed since without showing it.
	at      time.Time
	options scan.Options
	dirs    []passDir
	// packed are the listings, one after the other.
	packed [][]byte
	room   int
	// entries is how many there are, files tells that some are files, and numbered that these have numbers that last.
	entries         int
	files, numbered bool
}

// passDir is a directory that was listed.
type passDir struct {
	path   tree.Path
	scope  tree.Scope
	rules  tree.Hash
	packed []byte
}

// The most that is kept of a tree: a million files and more. What is larger is looked at again.
const (
	mostPacked = 32 << 20
	dirRoom    = 200 // what a directory takes beside its listing, in bytes, about
	chunkRoom  = 1 << 18
)

// note keeps a listing, as long as there is room for all of them.
func (p *Pass) note(l *tree.Listing) {
	if p.room <= 0 {
		return
	}
	bare := *l
	bare.Scope, bare.Rules = nil, tree.Hash{}
	packed := wire.AppendListing(&bare)
	if p.room -= len(packed) + len(l.Dir) + dirRoom; p.room <= 0 {
		p.dirs, p.packed = nil, nil
		return
	}
	p.dirs = append(p.dirs, passDir{tree.Path(strings.Clone(string(l.Dir))), l.Scope, l.Rules, p.append(packed)})
	p.count(l.Entries)
}

// count counts entries. What one file has, a number or none, all have.
func (p *Pass) count(entries []tree.Entry) {
	p.entries += len(entries)
	for i := range entries {
		if p.files {
			return
		}
		p.files = entries[i].Type == tree.File
		p.numbered = p.files && entries[i].Inode != 0
	}
}

// append puts a packed listing where many have a place, and returns it there.
func (p *Pass) append(listing []byte) []byte {
	last := len(p.packed) - 1
	if last < 0 || cap(p.packed[last])-len(p.packed[last]) < len(listing) {
		p.packed, last = append(p.packed, make([]byte, 0, max(chunkRoom, len(listing)))), last+1
	}
	at := len(p.packed[last])
	p.packed[last] = append(p.packed[last], listing...)
	return slices.Clip(p.packed[last][at:])
}

// Keeping is a source of which the next pass is kept in what it returns.
func Keeping(source volume.Source, at time.Time) (volume.Source, *Pass) {
	p := &Pass{at: at}
	return keeping{source, p}, p
}

type keeping struct {
	volume.Source
	pass *Pass
}

// Walk lists with whole times, so that they can be had again however they are to be cut. A listing that comes over a
// line is that which may be known there, and nothing is kept where that has no whole times.
func (s keeping) Walk(ctx context.Context, options scan.Options) volume.Walk {
	*s.pass = Pass{at: s.pass.at, options: options, room: mostPacked}
	granularity := options.Granularity
	if _, far := s.Source.(volume.Afar); far && granularity > 1 {
		return s.Source.Walk(ctx, options)
	}
	options.Granularity = 1
	return keepingWalk{s.Source.Walk(ctx, options), s.pass, granularity}
}

type keepingWalk struct {
	volume.Walk
	pass        *Pass
	granularity int64
}

func (w keepingWalk) List(dir tree.Path) (tree.Listing, error) {
	l, err := w.Walk.List(dir)
	if err == nil {
		w.pass.note(&l)
	}
	return cut(l, w.granularity), err
}

// Reuse takes back the entries of a listing to which nobody refers any more.
func (w keepingWalk) Reuse(listed []tree.Entry) {
	if to, wants := w.Walk.(tree.Reuser[tree.Entry]); wants {
		to.Reuse(listed)
	}
}

// cut is a listing with times cut to a granularity.
func cut(l tree.Listing, granularity int64) tree.Listing {
	if granularity <= 1 {
		return l
	}
	l.Entries = slices.Clone(l.Entries)
	for i := range l.Entries {
		l.Entries[i].Mtime = l.Entries[i].Mtime.Cut(granularity)
	}
	return l
}

// Of is a volume of which what was kept is not listed anew, and when that was listed. Names that something was done to
// since are looked at again: touched are their paths, in whatever spelling; by traits it is known how the volume spells
// them. Where these are too many for that to be worth it, where it cannot be told by them what changed, and where there
// was too much to be kept, it is the volume itself, and now.
func (p *Pass) Of(v volume.Volume, traits tree.Traits, touched iter.Seq[tree.Path],
	now time.Time) (volume.Source, time.Time) {
	literal := traits.CaseSensitive && traits.Names == tree.PosixNames
	_, afar := v.(volume.Afar)
	names, certain := p.touched(touched, afar, literal)
	if len(p.dirs) == 0 || !certain {
		return v, now
	}
	s := replay{Volume: v, pass: p, touched: names, literal: literal}
	if afar {
		s.paths = withParents(touched)
	}
	return s, p.at
}
