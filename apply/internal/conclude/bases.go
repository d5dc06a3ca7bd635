package conclude

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"io"
	"maps"
	"slices"

	"treaty/apply/internal/ends"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
)

// Texts is what is known of the texts that are kept to merge by.
type Texts struct {
	// Later tells of a path whether its text is to be kept as far as there is room, and was not yet; nil where that is
	// true of none.
	Later func(tree.Path) bool
	// Tally is what was known of them before the first write, nil where nothing was, and Kept are those that were kept
	// since, nil where that is not known.
	Tally *store.Tally
	Kept  *Kept
	// Unkept is the first error of keeping one, nil where there was none.
	Unkept error
	// home is the side on which the baseline lies, and changed compares it with the one before, nil where that tells too
	// little.
	home    plan.Side
	changed *changedTexts
	// first are those of the run alone, nil where they are not all that there is to look at.
	first *firstTexts
	// records is how many files with a hash the baseline has, nil where an earlier run has written it.
	records *int
}

// namedBases tells, once it is asked, which texts the trees are on record to have agreed on, with the baseline of this
// plan, which is written: that is read beside whatever goes on until then, unless what has changed may be enough, or
// none is kept and none is to be. There are none where nothing is agreed.
func (c *Conclusion) namedBases() func() (*keptBases, error) {
	if !c.agreed() {
		return func() (*keptBases, error) { return nil, nil }
	}
	home := c.Ends[c.Texts.home]
	record := &store.TreeFile{ID: home.File.ID, Synced: maps.Clone(home.File.Synced)}
	record.Synced[c.Ends[home.Side.Other()].File.ID] = c.Plan.ID
	b := &keptBases{end: home, record: record, keeping: c.Plan.Options.Keeping(),
		all: c.Plan.Options.Hash == plan.HashAll, later: c.Texts.Later,
		named: map[tree.Hash]agreedText{}, lacking: map[tree.Hash]tree.Path{}}
	if c.Texts.changed != nil || c.Texts.first != nil {
		return func() (*keptBases, error) { return b, nil }
	}
	if c.Texts.records != nil && !b.all && b.later == nil && store.NoBases(home.Store.Reader) {
		b.tally.Records = *c.Texts.records
		return func() (*keptBases, error) { return b, nil }
	}
	read := make(chan error, 1)
	go func() { read <- b.read() }()
	return func() (*keptBases, error) { return b, <-read }
}

// bases keeps the texts that the trees have agreed on, as far as there is room, and drops those that nothing names any
// more. They are copies of treaty's own: what goes wrong with them is told, and harms nothing.
func (c *Conclusion) bases(b *keptBases, err error) {
	if err == nil && b != nil {
		err = c.sweep(b)
	}
	if c.Texts.Unkept == nil {
		c.Texts.Unkept = err
	}
}

// sweep sweeps, and keeps a tally of what is left.
func (c *Conclusion) sweep(b *keptBases) error {
	keep := c.Plan.Options.Keep()
	var tally *store.Tally
	switch {
	case c.Texts.changed != nil:
		tally = b.sweepChanged(c.Texts.changed, keep)
	case c.Texts.first != nil:
		tally = b.sweepFirst(c.Texts.first)
	}
	if tally == nil {
		if c.Texts.changed != nil || c.Texts.first != nil {
			if err := b.read(); err != nil {
				return err
			}
		}
		if err := b.sweep(keep); err != nil {
			return err
		}
		tally = &b.tally
	}
	if b.keeping == nil || b.end.Side != plan.Local || len(b.record.Synced) > 1 {
		return nil
	}
	tally.Which = b.keeping.Sum()
	return store.KeepTally(b.end.Store, c.Plan.ID, tally)
}

// keptBases are the bases of one tree.
type keptBases struct {
	end *ends.End
	// record says which baselines lie there.
	record *store.TreeFile
	// keeping is which texts are kept, nil for none.
	keeping *plan.Keeping
	// all tells that each text on record is to be kept, and later, where it is not nil, which were put in place just now
	// and were not kept then.
	all   bool
	later func(tree.Path) bool
	// named is what is on record and may be a text, by its hash.
	named map[tree.Hash]agreedText
	// lacking is where those lie that may have to be kept still.
	lacking map[tree.Hash]tree.Path
	// spare is how much room the volume has for more.
	spare int64
	// tally is of what is kept.
	tally store.Tally
}

// agreedText is a file on record that may be a text.
type agreedText struct {
	size  int64
	mtime tree.Time // of several the latest
	// kept tells that something lies where it is to be kept.
	kept bool
}

// read reads what is on record.
func (b *keptBases) read() error { return b.end.Store.EachAgreed(b.record, b.name) }

// name notes what is on record.
func (b *keptBases) name(path tree.Path, e *tree.Agreed) {
	if e.Type != tree.File || !e.SHA256.Known() {
		return
	}
	b.tally.Records++
	if b.keeping == nil || !b.keeping.Keeps(path, e.Size) {
		return
	}
	t, known := b.named[e.SHA256]
	if !known {
		t = agreedText{size: e.Size, mtime: e.Mtime}
	}
	if !known || t.mtime.Before(e.Mtime) {
		t.mtime = e.Mtime
		b.named[e.SHA256] = t
	}
	if b.all || b.later != nil && b.later(path) {
		b.lacking[e.SHA256] = path
	}
}

// sweep drops what is not on record, and what there is no room for, and keeps what lacks. What cannot be dropped keeps
// nothing else.
func (b *keptBases) sweep(keep int64) error {
	var undropped error
	err := b.end.Store.EachBase(func(sum tree.Hash) {
		if t, named := b.named[sum]; named {
			t.kept = true
			b.named[sum] = t
			b.tally.Room += store.MostRoom(t.size)
			b.tally.Last = lastOf(b.tally.Last, store.DatedText{Sum: sum, Mtime: t.mtime})
		} else {
			undropped = cmp.Or(undropped, b.end.Store.DropBase(sum))
		}
	})
	if err == nil && (len(b.lacking) > 0 || b.tally.Room > keep) {
		err = b.bound(keep)
	}
	return cmp.Or(undropped, err)
}

// bound goes from the newest text to the oldest, keeps what lacks as long as there is room, and drops from there on.
func (b *keptBases) bound(keep int64) error {
	space, err := b.end.Disk.Space()
	b.spare = space.Spare(0)
	b.tally.Room, b.tally.Counted, b.tally.Last = 0, true, store.DatedText{}
	var room int64
	for _, dated := range b.newestFirst() {
		sum := dated.Sum
		t := b.named[sum]
		if path, lacks := b.lacking[sum]; lacks && room+store.MostRoom(0) <= keep {
			kept, e := b.keepMissing(sum, &t, path)
			t.kept, err = t.kept || kept, cmp.Or(err, e)
		}
		if !t.kept {
			continue
		}
		if room += b.room(sum, t.size); room > keep {
			err = cmp.Or(err, b.end.Store.DropBase(sum))
			continue
		}
		b.tally.Room, b.tally.Last = room, dated
	}
	return err
}

// newestFirst are the texts that are kept, or may have to be.
func (b *keptBases) newestFirst() []store.DatedText {
	texts := make([]store.DatedText, 0, len(b.named))
	for sum, t := range b.named {
		if _, lacks := b.lacking[sum]; lacks || t.kept {
			texts = append(texts, store.DatedText{Sum: sum, Mtime: t.mtime})
		}
	}
	slices.SortFunc(texts, newestFirst)
	return texts
}

// room is how much room a base takes. Of one that cannot take more than the least nobody asks.
func (b *keptBases) room(sum tree.Hash, size int64) int64 {
	if most := store.MostRoom(size); most == store.MostRoom(0) {
		return most
	}
	return b.end.Store.BaseRoom(sum)
}

// keepMissing keeps a text that the tree has and that is not kept yet, or not as it was, as far as the volume has room
// to spare, and tells whether it did.
func (b *keptBases) keepMissing(sum tree.Hash, t *agreedText, path tree.Path) (bool, error) {
	if t.kept && b.end.Store.Base(sum) != nil {
		return false, nil
	}
	text := b.text(sum, t.size, path)
	if text == nil {
		return false, nil
	}
	if b.spare -= store.RoomFor(t.size); b.spare < 0 {
		return false, store.ErrNoRoom
	}
	_, err := b.end.Store.KeepBase(sum, text)
	return err == nil, err
}

// text is a text that is on record, nil where the tree has it no more, and of what is no text.
func (b *keptBases) text(sum tree.Hash, size int64, path tree.Path) []byte {
	f, err := b.end.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	var text bytes.Buffer
	if _, err := io.Copy(&text, io.LimitReader(f, size+1)); err != nil || sha256.Sum256(text.Bytes()) != sum {
		return nil
	}
	if !b.keeping.IsText(text.Bytes()) {
		return nil
	}
	return text.Bytes()
}
