package conclude

import (
	"slices"

	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
)

// firstTexts are the texts that a run has kept, where none was kept before: they are all there are, and which of them
// the new baseline names shows as that is written.
type firstTexts struct {
	keeping *plan.Keeping
	kept    []keptText
	named   map[tree.Hash]textTime
	tally   store.Tally
}

// mostFirst is how many texts are noted one by one where none was kept before: as many as there is room for, unless
// somebody wants more. To go through all of a large tree takes more memory than these.
const mostFirst = 1 << 16

// firstTexts is nil where some were kept before, more are to be kept, or another baseline may name some.
func (c *Conclusion) firstTexts() *firstTexts {
	home, kept, keeping := c.Ends[c.Texts.home], c.Texts.Kept, c.Plan.Options.Keeping()
	if kept == nil || keeping == nil || c.Plan.Options.Hash == plan.HashAll {
		return nil
	}
	for other := range home.File.Synced {
		if other != c.Ends[home.Side.Other()].File.ID {
			return nil
		}
	}
	kept.mu.Lock()
	defer kept.mu.Unlock()
	if !kept.first || kept.unsure {
		return nil
	}
	f := &firstTexts{keeping: keeping, kept: slices.Clone(kept.texts),
		named: make(map[tree.Hash]textTime, len(kept.texts))}
	for _, text := range f.kept {
		f.named[text.sum] = textTime{}
	}
	return f
}

// writing is write, with what it writes noted.
func (f *firstTexts) writing(write func(tree.Path, []tree.Agreed) error) func(tree.Path, []tree.Agreed) error {
	return func(dir tree.Path, entries []tree.Agreed) error {
		f.write(dir, entries)
		return write(dir, entries)
	}
}

func (f *firstTexts) write(dir tree.Path, entries []tree.Agreed) {
	keeps := f.keeping.In(dir)
	for i := range entries {
		e := &entries[i]
		at, kept := f.named[e.SHA256]
		if !kept || e.Type != tree.File || at.named && !at.mtime.Before(e.Mtime) || !keeps(e.Name[plan.Local], e.Size) {
			continue
		}
		f.named[e.SHA256] = textTime{e.Mtime, true}
	}
}

// enough counts those that the new baseline names, and tells whether nothing else is to be looked at: all of them have
// room, and, with others that wait for room, there is none.
func (f *firstTexts) enough(keep int64, others bool) bool {
	f.tally.Counted = true
	for _, text := range f.kept {
		if at := f.named[text.sum]; at.named {
			f.tally.Room += text.room
			f.tally.Last = lastOf(f.tally.Last, store.DatedText{Sum: text.sum, Mtime: at.mtime})
		}
	}
	return f.tally.Room <= keep && !(others && f.tally.Room+store.MostRoom(0) <= keep)
}

// sweepFirst drops what the new baseline does not name, and returns the tally of what is kept; nil where everything
// must be looked at.
func (b *keptBases) sweepFirst(f *firstTexts) *store.Tally {
	unnamed := slices.DeleteFunc(f.kept, func(text keptText) bool { return f.named[text.sum].named })
	slices.SortFunc(unnamed, func(x, y keptText) int { return compareSums(x.sum, y.sum) })
	for _, text := range unnamed {
		if b.end.Store.DropBase(text.sum) != nil {
			return nil
		}
	}
	return &f.tally
}
