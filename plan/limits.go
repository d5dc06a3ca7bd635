package plan

import (
	"treaty/plan/internal/ignore"
	"treaty/plan/tree"
)

// Limits are the part that a plan is limited to; the zero value is both trees whole.
type Limits struct {
	named *ignore.Part
}

// Limits are what these options limit a plan to.
func (o *Options) Limits() Limits {
	if len(o.Only) == 0 {
		return Limits{}
	}
	named := ignore.PartOf(o.Only)
	return Limits{&named}
}

// Has tells whether an entry is of the part.
func (l Limits) Has(path tree.Path, e *tree.Entry) bool {
	return l.named == nil || l.named.Has(string(path), e.Type == tree.Directory)
}

// MayReach tells whether a directory is of the part, or something of it may be below.
func (l Limits) MayReach(dir tree.Path) bool {
	return l.named == nil || dir == tree.Root || l.named.Has(string(dir), true) || l.named.MayLieIn(string(dir))
}

// with adds to the lines of a part's digest the one of an entry, by either side's spelling: as digests have it where it
// is of the part, the bare name of a directory where only something below it is, and none otherwise. whole is the
// directory's own digest, and part that with only the part in it, zero where nothing is.
func (l Limits) with(lines []tree.Line, path Sides[tree.Path], e *tree.Entry, whole, part tree.Hash) []tree.Line {
	switch {
	case l.Has(path[Local], e) || l.Has(path[Remote], e):
		return append(lines, tree.Line{Entry: e, Below: whole})
	case part.Known():
		return append(lines, tree.Line{Entry: &tree.Entry{Name: e.Name, Type: tree.Directory}, Below: part})
	}
	return lines
}
