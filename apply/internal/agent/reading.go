package agent

import (
	"crypto/sha256"
	"fmt"
	"io"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// reading are the calls of a tree that change nothing in it.
var reading = table(func() []carriedOut {
	return []carriedOut{
		plainly(wire.Close, closeTree),
		by(wire.Walk, walk),
		plainly(wire.List, list),
		plainly(wire.Hash, hash),
		plainly(wire.ReadText, text),
		by(wire.Content, content),
		by(wire.EntryAt, func(c *call, q *wire.PathAsk) (wire.EntryAnswer, error) {
			return entryOf(c.tree.Entry(tree.Path(q.Path)))
		}),
		by(wire.Directory, func(c *call, q *wire.PathAsk) (wire.EntryAnswer, error) {
			return entryOf(c.tree.Directory(tree.Path(q.Path)))
		}),
		plainly(wire.Names, func(c *call, q *wire.PathAsk) error { return c.listOf(c.tree.Names(tree.Path(q.Path))) }),
		by(wire.GetTraits, traits),
		by(wire.Probe, func(c *call, _ *wire.Plain) (wire.AbleAnswer, error) {
			probed, err := c.tree.Probe()
			return wire.AbleAnswer{Probed: wire.AbleOf(probed)}, err
		}),
		by(wire.Change, change),

		plainly(wire.Present, func(c *call, _ *wire.Plain) error { return c.tree.Present() }),
		by(wire.Rescued, func(c *call, _ *wire.Plain) (wire.NameAnswer, error) { return nameOf(c.tree.Rescued()) }),
		by(wire.Self, func(c *call, _ *wire.Plain) (wire.HolderAnswer, error) {
			self := c.tree.Host().Self()
			return wire.HolderAnswer{Holder: &self}, nil
		}),
		by(wire.Gone, func(c *call, q *wire.GoneAsk) (a wire.YesAnswer, _ error) {
			if q.Holder == nil {
				return a, lacks("a holder")
			}
			return yesOf(c.tree.Host().Gone(*q.Holder), nil)
		}),
		by(wire.Kin, func(c *call, _ *wire.Plain) (wire.KinAnswer, error) {
			kin, err := kinOf(c.tree.Volume)
			return wire.KinAnswer{Kin: kin}, err
		}),
	}
})

// lacks is the error of a call that was not given what it needs.
func lacks(what string) error { return fmt.Errorf("%w: a call without %s", wire.ErrBroken, what) }

func closeTree(c *call, _ *wire.Plain) error {
	c.mu.Lock()
	delete(c.trees, c.asked.Tree)
	c.mu.Unlock()
	return c.tree.leave()
}

// walk sends all listings, or, where they have the sum that is asked for, nothing but that.
func walk(c *call, q *wire.WalkAsk) (a wire.WalkAnswer, err error) {
	if q.Walking == nil {
		return a, lacks("how to walk")
	}
	if err := c.flush(); err != nil { // who asks need not wait for what is found
		return a, err
	}
	walk := c.tree.Walk(c.ctx, q.Walking.Options())
	defer walk.Close()
	held := &withheld{to: c.out, sum: q.Hash}
	listings := wire.NewListingWriter(held)
	for dir, due := listings.Next(); due; dir, due = listings.Next() {
		l, err := walk.List(dir)
		if err != nil {
			return a, err
		}
		if err := listings.Write(&l); err != nil {
			return a, err
		}
	}
	if err := listings.Close(); err != nil {
		return a, err
	}
	same, err := held.end()
	if err != nil {
		return a, err
	}
	err = walk.Finish()
	return wire.WalkAnswer{Yes: same, Idle: wire.IdleOf(walk.IdlePatterns()), Trees: wire.TreesOf(walk.Trees())}, err
}

// withheld is a listing that is not sent before it is known not to have some sum; all else is sent at once.
type withheld struct {
	to io.Writer
	// sum is zero where it need not be withheld, or no more.
	sum  tree.Hash
	held []byte
}

func (w *withheld) Write(p []byte) (int, error) {
	if !w.sum.Known() {
		return w.to.Write(p)
	}
	w.held = append(w.held, p...)
	if len(w.held) > volume.MostKnown {
		return len(p), w.release() // nobody keeps so much
	}
	return len(p), nil
}

func (w *withheld) release() error {
	_, err := w.to.Write(w.held)
	w.sum, w.held = tree.Hash{}, nil
	return err
}

// end sends what is withheld, and tells whether it has the sum, and need not be sent.
func (w *withheld) end() (same bool, err error) {
	if !w.sum.Known() {
		return false, nil
	}
	if sha256.Sum256(w.held) == w.sum {
		return true, nil
	}
	return false, w.release()
}

// list sends the listing of one directory, which a walk does not come to.
func list(c *call, q *wire.ListAsk) error {
	if q.Walking == nil {
		return lacks("how to walk")
	}
	walk := c.tree.Walk(c.ctx, q.Walking.Options())
	defer walk.Close()
	l, err := walk.List(tree.Path(q.Path))
	if err != nil {
		return err
	}
	_, err = c.out.Write(wire.AppendListing(&l))
	return err
}

// atOnce is how many files are taken in before the first is read.
const atOnce = 1024

// hash reads the files that come in, and sends what that brings.
func hash(c *call, q *wire.HashAsk) error {
	wanted, contents := wire.NewWantedReader(c.in), wire.NewContentWriter(c.out)
	reader := c.tree.Reader(q.Granularity, nil)
	for {
		list, err := wanted.Next(atOnce)
		if err != nil || len(list) == 0 {
			return err
		}
		var unsent error
		err = reader.Hash(c.ctx, list, func(_ int, is tree.Content) {
			if unsent == nil {
				unsent = contents.Write(&is)
			}
		})
		if err != nil {
			return err
		}
		if unsent != nil {
			return unsent
		}
		if err := contents.Flush(); err != nil {
			return err
		}
		if err := c.flush(); err != nil {
			return err
		}
	}
}

func text(c *call, q *wire.TextAsk) error {
	wanted := tree.Wanted{Path: tree.Path(q.Path), Size: q.Size, Mtime: q.Mtime}
	text, err := c.tree.Reader(q.Granularity, nil).Text(c.ctx, wanted, q.Most)
	if err != nil {
		return err
	}
	_, err = c.out.Write(text)
	return err
}

// content sends a file of the user's.
func content(c *call, q *wire.PathAsk) (a wire.StampAnswer, _ error) {
	f, err := c.tree.Open(tree.Path(q.Path))
	if err != nil {
		return a, err
	}
	return c.send(f)
}

// send sends an open file, which it closes: before its content the size and the time that it has then, and after it
// those that it has then.
func (c *call) send(f volume.Content) (a wire.StampAnswer, err error) {
	defer f.Close()
	size, mtime, err := f.Stamp()
	if err != nil {
		return a, err
	}
	if err := c.out.Send(wire.Message, &wire.StampAnswer{Size: size, Mtime: mtime}); err != nil {
		return a, err
	}
	if err := wire.Copy(c.out, f); err != nil {
		if scan.Damaged(err) {
			err = &volume.Unreadable{Err: err}
		}
		return a, err
	}
	a.Size, a.Mtime, err = f.Stamp()
	return a, err
}

// listOf answers with names, or an error.
func (c *call) listOf(names []string, err error) error {
	if err == nil {
		_, err = c.out.Write(wire.AppendNames(names))
	}
	return err
}

func traits(c *call, q *wire.TraitsAsk) (wire.TraitsAnswer, error) {
	var recorded *tree.Traits
	if q.Recorded != nil {
		given := q.Recorded.Given()
		recorded = &given
	}
	traits, err := c.tree.Traits(q.Declared, recorded)
	return wire.TraitsAnswer{Traits: wire.TraitsOf(traits)}, err
}

// change begins a run.
func change(c *call, q *wire.ChangeAsk) (a wire.ChangeAnswer, err error) {
	if q.Options == nil {
		return a, lacks("options")
	}
	r := &run{granted: map[volume.Loan]bool{}}
	if r.Changer, err = c.tree.Change(string(q.Name), q.Options.Options(r.lend)); err != nil {
		return a, err
	}
	c.tree.mu.Lock()
	defer c.tree.mu.Unlock()
	c.tree.last++
	c.tree.runs[c.tree.last] = r
	a.Begun = &wire.Begun{Run: c.tree.last, Granularity: r.Granularity(), Exchanges: r.Exchanges(),
		LosesRenames: r.LosesRenames()}
	return a, nil
}
