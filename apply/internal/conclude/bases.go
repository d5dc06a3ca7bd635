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

// namedBases tells, once it is asked, which texts the trees are on record to have agreed on, with the baseline of this
// plan, which is written: that is read beside whatever goes on until then. There are none where nothing is agreed.
func (c *Conclusion) namedBases() func() (*keptBases, error) {
	if !c.agreed() {
		return func() (*keptBases, error) { return nil, nil }
	}
	home := c.Ends.Home()
	record := &store.TreeFile{ID: home.File.ID, Synced: maps.Clone(home.File.Synced)}
	record.Synced[c.Ends[home.Side.Other()].File.ID] = c.Plan.ID
	b := &keptBases{end: home, keeping: c.Plan.Options.Keeping(), all: c.Plan.Options.Hash == plan.HashAll, later: c.Later,
		named: map[tree.Hash]agreedText{}, lacking: map[tree.Hash]tree.Path{}}
	read := make(chan error, 1)
	go func() { read <- home.Store.EachAgreed(record, b.name) }()
	return func() (*keptBases, error) { return b, <-read }
}

// bases keeps the texts that the trees have agreed on, as far as there is room, and drops those that nothing names any
// more. They are copies of treaty's own: what goes wrong with them is told, and harms nothing.
func (c *Conclusion) bases(b *keptBases, err error) {
	if err == nil && b != nil {
		err = b.sweep(c.Plan.Options.Keep())
	}
	if c.Unkept == nil {
		c.Unkept = err
	}
}

// keptBases are the bases of one tree.
type keptBases struct {
	end *ends.End
	// keeping is which texts are kept, nil for none.
	keeping *plan.Keeping
	// all tells that each text on record is to be kept, and later which are that were put in place just now and were
	// not kept then.
	all   bool
	later map[tree.Path]bool
	// named is what is on record and may be a text, by its hash.
	named map[tree.Hash]agreedText
	// lacking is where those lie that may have to be kept still.
	lacking map[tree.Hash]tree.Path
	// spare is how much room the volume has for more.
	spare int64
}

// agreedText is a file on record that may be a text.
type agreedText struct {
	size  int64
	mtime tree.Time // of several the latest
	// kept tells that something lies where it is to be kept.
	kept bool
}

// name notes what is on record.
func (b *keptBases) name(path tree.Path, e *tree.Agreed) {
	if e.Type != tree.File || !e.SHA256.Known() || b.keeping == nil || !b.keeping.Keeps(path, e.Size) {
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
	if b.all || b.later[path] {
		b.lacking[e.SHA256] = path
	}
}

// sweep drops what is not on record, and what there is no room for, and keeps what lacks. What cannot be dropped keeps
// nothing else.
func (b *keptBases) sweep(keep int64) error {
	var undropped error
	var most int64 // how much room those take that are kept
	err := b.end.Store.EachBase(func(sum tree.Hash) {
		if t, named := b.named[sum]; named {
			t.kept = true
			b.named[sum] = t
			most += store.MostRoom(t.size)
		} else {
			undropped = cmp.Or(undropped, b.end.Store.DropBase(sum))
		}
	})
	if err == nil && (len(b.lacking) > 0 || most > keep) {
		err = b.bound(keep)
	}
	return cmp.Or(undropped, err)
}

// bound goes from the newest text to the oldest, keeps what lacks as long as there is room, and drops from there on.
func (b *keptBases) bound(keep int64) error {
	space, err := b.end.Disk.Space()
	b.spare = space.Spare(0)
	var room int64
	for _, dated := range b.newestFirst() {
		sum := dated.sum
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
		}
	}
	return err
}

// datedText is a text with its time.
type datedText struct {
	sum   tree.Hash
	mtime tree.Time
}

// newestFirst are the texts that are kept, or may have to be.
func (b *keptBases) newestFirst() []datedText {
	var texts []datedText
	for sum, t := range b.named {
		if _, lacks := b.lacking[sum]; lacks || t.kept {
			texts = append(texts, datedText{sum, t.mtime})
		}
	}
	slices.SortFunc(texts, func(x, y datedText) int { return plan.NewestFirst(x.mtime, x.sum, y.mtime, y.sum) })
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
	text := b.read(sum, t.size, path)
	if text == nil {
		return false, nil
	}
	if b.spare -= store.RoomFor(t.size); b.spare < 0 {
		return false, store.ErrNoRoom
	}
	err := b.end.Store.KeepBase(sum, text)
	return err == nil, err
}

// read is a text that is on record, nil where the tree has it no more, and of what is no text.
func (b *keptBases) read(sum tree.Hash, size int64, path tree.Path) []byte {
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
