package conclude

import (
	"bytes"
	"maps"
	"slices"
	"sync"

	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
)

// Kept are the texts that one run of an apply has kept as it put them in place. It is safe for concurrent use.
type Kept struct {
	mu    sync.Mutex
	texts []keptText
	// unsure tells that there are others too, and first that there were none before.
	unsure, first bool
}

type keptText struct {
	sum  tree.Hash
	room int64
}

// mostKept is how many texts are noted one by one. Where there are more, going through all costs little beside them.
const mostKept = 1 << 13

// AreFirst tells that no text was kept before.
func (k *Kept) AreFirst() { k.first = true }

// most is how many are noted.
func (k *Kept) most() int {
	if k.first {
		return mostFirst
	}
	return mostKept
}

// Note notes what keeping a text came to.
func (k *Kept) Note(sum tree.Hash, kept store.KeptBase, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case err != nil || kept == store.BaseMended || len(k.texts) == k.most():
		k.unsure = true
	case kept > 0:
		k.texts = append(k.texts, keptText{sum, int64(kept)})
	}
}

// changedTexts compares a new baseline, as it is written, with the one before: where that was tallied, no other texts
// than those need a look of which the two speak differently.
type changedTexts struct {
	keeping *plan.Keeping
	tally   *store.Tally
	kept    *Kept
	// listed is what the old baseline holds of directories that the new one has not come to yet, and recorded of how
	// many files that was in all; records is how many the new one has. Only files with hashes count.
	listed            map[tree.Path][]keyedText
	recorded, records int
	spare             [][]keyedText
	// changed are the texts of which one of the two says what the other does not, with their times in the new one.
	changed map[tree.Hash]textTime
	// named are the texts that the new one names, as often as it does.
	named [][]store.DatedText
}

// keyedText is a text with the key of its name.
type keyedText struct {
	key string
	store.DatedText
}

// textTime is a text's time on record; the zero value is that of one that is on record no more.
type textTime struct {
	mtime tree.Time
	named bool
}

// mostCarried is for how many applies what was tallied is carried on, before all is looked at again: whoever removes
// what lies where texts are kept tells nobody.
const mostCarried = 32

// compareTexts is nil where there is no tally of the old baseline.
func (c *Conclusion) compareTexts(old *store.Memory) *changedTexts {
	tally, keeping := c.Texts.Tally, c.Plan.Options.Keeping()
	if tally == nil || old == nil || keeping == nil || c.Plan.Options.Hash == plan.HashAll || c.Texts.Later != nil ||
		tally.Which != keeping.Sum() || tally.Carried >= mostCarried {
		return nil
	}
	return &changedTexts{keeping: keeping, tally: tally, kept: c.Texts.Kept, listed: map[tree.Path][]keyedText{},
		changed: map[tree.Hash]textTime{}}
}

// comparedMemory is an old baseline of which it is noted what is asked.
type comparedMemory struct {
	*store.Memory
	texts *changedTexts
}

// List lists a directory of it.
func (m comparedMemory) List(dir tree.Path) ([]tree.Agreed, error) {
	entries, err := m.Memory.List(dir)
	if err == nil {
		m.texts.list(dir, entries)
	}
	return entries, err
}

// list notes what the old baseline holds of a directory.
func (c *changedTexts) list(dir tree.Path, entries []tree.Agreed) {
	var texts []keyedText
	if last := len(c.spare) - 1; last >= 0 {
		texts, c.spare = c.spare[last], c.spare[:last]
	}
	for i := range entries {
		if e := &entries[i]; e.Type == tree.File && e.SHA256.Known() {
			texts = append(texts, keyedText{e.Key, store.DatedText{Sum: e.SHA256, Mtime: e.Mtime}})
		}
	}
	c.recorded += len(texts)
	c.listed[dir] = texts
}

// writing is write, with what it writes noted.
func (c *changedTexts) writing(write func(tree.Path, []tree.Agreed) error) func(tree.Path, []tree.Agreed) error {
	return func(dir tree.Path, entries []tree.Agreed) error {
		err := write(dir, entries)
		if err == nil {
			c.write(dir, entries)
		}
		return err
	}
}

// write notes what the new baseline holds of a directory, in order of Key.
func (c *changedTexts) write(dir tree.Path, entries []tree.Agreed) {
	old := c.listed[dir]
	delete(c.listed, dir)
	kept, rest := c.keeping.In(dir), old
	for i := range entries {
		e := &entries[i]
		if e.Type != tree.File || !e.SHA256.Known() {
			continue
		}
		c.records++
		text := store.DatedText{Sum: e.SHA256, Mtime: e.Mtime}
		if kept(e.Name[plan.Local], e.Size) {
			c.name(text)
		}
		for len(rest) > 0 && rest[0].key < e.Key {
			c.change(rest[0].Sum)
			rest = rest[1:]
		}
		if len(rest) > 0 && rest[0].key == e.Key {
			if was := rest[0].DatedText; was != text {
				c.change(was.Sum)
				c.change(text.Sum)
			}
			rest = rest[1:]
			continue
		}
		c.change(text.Sum)
	}
	for _, gone := range rest {
		c.change(gone.Sum)
	}
	clear(old)
	c.spare = append(c.spare, old[:0])
}

func (c *changedTexts) change(sum tree.Hash) { c.changed[sum] = textTime{} }

// mostTogether is how many named texts lie together.
const mostTogether = 1 << 12

func (c *changedTexts) name(text store.DatedText) {
	last := len(c.named) - 1
	if last < 0 || len(c.named[last]) == mostTogether {
		last++
		c.named = append(c.named, make([]store.DatedText, 0, mostTogether))
	}
	c.named[last] = append(c.named[last], text)
}

// whole ends the comparison, and tells whether all that may have changed is known.
func (c *changedTexts) whole() bool {
	for _, texts := range c.listed {
		for _, gone := range texts {
			c.change(gone.Sum)
		}
	}
	c.listed = nil
	c.kept.mu.Lock()
	defer c.kept.mu.Unlock()
	for _, text := range c.kept.texts {
		c.change(text.sum)
	}
	if c.kept.unsure || c.recorded != c.tally.Records {
		return false
	}
	for _, texts := range c.named {
		for i := range texts {
			if at, changed := c.changed[texts[i].Sum]; changed && (!at.named || at.mtime.Before(texts[i].Mtime)) {
				c.changed[texts[i].Sum] = textTime{texts[i].Mtime, true}
			}
		}
	}
	return true
}

// sweepChanged is sweep for what has changed since there was a tally. It returns the tally of what is kept now, nil
// where everything must be looked at.
func (b *keptBases) sweepChanged(c *changedTexts, keep int64) *store.Tally {
	if !c.whole() {
		return nil
	}
	t := *c.tally
	t.Records, t.Carried = c.records, t.Carried+1
	for _, text := range c.kept.texts {
		t.Room += text.room
	}
	for _, sum := range slices.SortedFunc(maps.Keys(c.changed), compareSums) {
		if at := c.changed[sum]; at.named {
			t.Last = lastOf(t.Last, store.DatedText{Sum: sum, Mtime: at.mtime})
		} else if b.drop(sum, &t) != nil {
			return nil
		}
	}
	if t.Room > keep && !t.Counted {
		return nil
	}
	for _, text := range c.lastOnes(t.Room-keep, t.Last) {
		if t.Room <= keep {
			break
		}
		if b.drop(text.Sum, &t) != nil {
			return nil
		}
		t.Last = text
	}
	if t.Room > keep {
		return nil
	}
	return &t
}

// drop drops a base, if there is one, and takes it off a tally.
func (b *keptBases) drop(sum tree.Hash, t *store.Tally) error {
	room := b.end.Store.BaseRoom(sum)
	if room == 0 {
		return nil
	}
	t.Room -= room
	return b.end.Store.DropBase(sum)
}

func compareSums(x, y tree.Hash) int { return bytes.Compare(x[:], y[:]) }

func newestFirst(x, y store.DatedText) int { return plan.NewestFirst(x.Mtime, x.Sum, y.Mtime, y.Sum) }

// lastOf is the one of two texts that goes first where there is no room; the other one where one is none.
func lastOf(x, y store.DatedText) store.DatedText {
	if !x.Sum.Known() || y.Sum.Known() && newestFirst(x, y) < 0 {
		return y
	}
	return x
}

// lastOnes are the texts that go first where there is no room, the first first, of which none is kept that goes before
// last: as many as it may take to make some room, and more, since not each is kept.
func (c *changedTexts) lastOnes(room int64, last store.DatedText) []store.DatedText {
	if room <= 0 {
		return nil
	}
	most := 2*int(store.MostBases(room)) + mostTogether
	var texts []store.DatedText
	cut := func() {
		slices.SortFunc(texts, func(x, y store.DatedText) int { return newestFirst(y, x) })
		texts = texts[:min(len(texts), most)]
	}
	var newest store.DatedText // of those that count, once there are enough
	for _, named := range c.named {
		for _, text := range named {
			if last.Sum.Known() && newestFirst(last, text) < 0 || newest.Sum.Known() && newestFirst(text, newest) < 0 {
				continue
			}
			if texts = append(texts, text); len(texts) == 2*most {
				cut()
				newest = texts[most-1]
			}
		}
	}
	cut()
	return c.latest(texts)
}

// latest are those of some texts that have no later time as well.
func (c *changedTexts) latest(texts []store.DatedText) []store.DatedText {
	times := make(map[tree.Hash]tree.Time, len(texts))
	for _, text := range texts {
		times[text.Sum] = text.Mtime
	}
	for _, named := range c.named {
		for i := range named {
			if at, among := times[named[i].Sum]; among && at.Before(named[i].Mtime) {
				times[named[i].Sum] = named[i].Mtime
			}
		}
	}
	return slices.DeleteFunc(texts, func(text store.DatedText) bool { return times[text.Sum] != text.Mtime })
}
