package conclude

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"io"
	"slices"

	"treaty/apply/internal/ends"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
)

// bases keeps the texts that the trees have agreed on, as far as there is room, and drops those that nothing names any
// more. They are copies of treaty's own: what goes wrong with them is told, and harms nothing.
func (c *Conclusion) bases() {
	if !c.agreed() {
		return
	}
	home := c.Ends.Home()
	b := keptBases{end: home, keeping: c.Plan.Options.Keeping(), named: map[tree.Hash]tree.Time{}}
	err := home.Store.EachAgreed(home.File, b.name)
	if err == nil && c.Plan.Options.Hash == plan.HashAll {
		err = b.keepMissing()
	}
	if err == nil {
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
	// named are the times of what is on record and kept, by its hash: of several the latest.
	named map[tree.Hash]tree.Time
	// most is how much room they take at most, and missing where those lie that may have to be kept still.
	most    int64
	missing []agreedText
}

type agreedText struct {
	path tree.Path
	sum  tree.Hash
	size int64
}

// name notes what is on record.
func (b *keptBases) name(path tree.Path, e *tree.Agreed) {
	if e.Type != tree.File || !e.SHA256.Known() || b.keeping == nil || !b.keeping.Keeps(path, e.Size) {
		return
	}
	latest, known := b.named[e.SHA256]
	if !known {
		b.most += store.RoomFor(e.Size + e.Size>>8)
		b.missing = append(b.missing, agreedText{path, e.SHA256, e.Size})
	}
	if !known || latest.Before(e.Mtime) {
		b.named[e.SHA256] = e.Mtime
	}
}

// keepMissing keeps the texts on record that the tree has and that are not kept yet, or not as they were, as far as its
// volume has room to spare.
func (b *keptBases) keepMissing() error {
	space, err := b.end.Disk.Space()
	if err != nil {
		return err
	}
	room := space.Spare(0)
	for _, m := range b.missing {
		if b.end.Store.Base(m.sum) != nil {
			continue
		}
		text := b.read(m)
		if text == nil {
			continue
		}
		if room -= store.RoomFor(m.size); room < 0 {
			return store.ErrNoRoom
		}
		if err := b.end.Store.KeepBase(m.sum, text); err != nil {
			return err
		}
	}
	return nil
}

// read is a text that is on record, nil where the tree has it no more, and of what is no text.
func (b *keptBases) read(m agreedText) []byte {
	f, err := b.end.Open(m.path)
	if err != nil {
		return nil
	}
	defer f.Close()
	var text bytes.Buffer
	if _, err := io.Copy(&text, io.LimitReader(f, m.size+1)); err != nil || sha256.Sum256(text.Bytes()) != m.sum {
		return nil
	}
	if !b.keeping.IsText(text.Bytes()) {
		return nil
	}
	return text.Bytes()
}

// sweep drops what is not on record, and what there is no room for. What cannot be dropped keeps nothing else.
func (b *keptBases) sweep(keep int64) error {
	all, err := b.end.Store.Bases()
	if err != nil {
		return err
	}
	var kept []tree.Hash
	for _, sum := range all {
		if _, named := b.named[sum]; named {
			kept = append(kept, sum)
		} else {
			err = cmp.Or(err, b.end.Store.DropBase(sum))
		}
	}
	if b.most > keep {
		err = cmp.Or(err, b.bound(kept, keep))
	}
	return err
}

// bound drops the oldest of what is kept as long as there is no room for it: by the times on record, then by hash.
func (b *keptBases) bound(kept []tree.Hash, keep int64) error {
	slices.SortFunc(kept, func(x, y tree.Hash) int {
		switch {
		case b.named[y].Before(b.named[x]):
			return -1
		case b.named[x].Before(b.named[y]):
			return 1
		}
		return bytes.Compare(x[:], y[:])
	})
	var room int64
	var err error
	for _, sum := range kept {
		if room += b.end.Store.BaseRoom(sum); room > keep {
			err = cmp.Or(err, b.end.Store.DropBase(sum))
		}
	}
	return err
}
