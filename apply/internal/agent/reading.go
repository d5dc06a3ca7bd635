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
var reading = map[string]func(*call) error{
	wire.Close:     closeTree,
	wire.Walk:      walk,
	wire.List:      list,
	wire.Hash:      hash,
	wire.ReadText:  text,
	wire.Content:   content,
	wire.EntryAt:   entryAt,
	wire.Directory: directory,
	wire.Names:     names,
	wire.Traits_:   traits,
	wire.Probe:     probe,
	wire.Change:    change,

	wire.Present: func(c *call) error { return c.tree.Present() },
	wire.Rescued: func(c *call) error {
		name, err := c.tree.Rescued()
		c.answer.Name = wire.Text(name)
		return err
	},
	wire.Self: func(c *call) error {
		self := c.tree.Host().Self()
		c.answer.Holder = &self
		return nil
	},
	wire.Gone: func(c *call) error {
		if c.ask.Holder == nil {
			return lacks("a holder")
		}
		c.answer.Yes = c.tree.Host().Gone(*c.ask.Holder)
		return nil
	},
	wire.Kin: func(c *call) (err error) {
		c.answer.Kin, err = kinOf(c.tree.Volume)
		return err
	},
}

// lacks is the error of a call that was not given what it needs.
func lacks(what string) error { return fmt.Errorf("%w: a call without %s", wire.ErrBroken, what) }

func closeTree(c *call) error {
	c.mu.Lock()
	delete(c.trees, c.ask.Tree)
	c.mu.Unlock()
	return c.tree.leave()
}

// walk sends all listings, or, where they have the sum that is asked for, nothing but that.
func walk(c *call) error {
	if c.ask.Walking == nil {
		return lacks("how to walk")
	}
	if err := c.flush(); err != nil { // who asks need not wait for what is found
		return err
	}
	walk := c.tree.Walk(c.ctx, c.ask.Walking.Options())
	defer walk.Close()
	held := &withheld{to: c.out, sum: c.ask.Hash}
	listings := wire.NewListingWriter(held)
	for dir, due := listings.Next(); due; dir, due = listings.Next() {
		l, err := walk.List(dir)
		if err != nil {
			return err
		}
		if err := listings.Write(&l); err != nil {
			return err
		}
	}
	if err := listings.Close(); err != nil {
		return err
	}
	same, err := held.end()
	if err != nil {
		return err
	}
	err = walk.Finish()
	c.answer.Yes, c.answer.Idle = same, wire.IdleOf(walk.IdlePatterns())
	return err
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
func list(c *call) error {
	if c.ask.Walking == nil {
		return lacks("how to walk")
	}
	walk := c.tree.Walk(c.ctx, c.ask.Walking.Options())
	defer walk.Close()
	l, err := walk.List(tree.Path(c.ask.Path))
	if err != nil {
		return err
	}
	_, err = c.out.Write(wire.AppendListing(&l))
	return err
}

// atOnce is how many files are taken in before the first is read.
const atOnce = 1024

// hash reads the files that come in, and sends what that brings.
func hash(c *call) error {
	wanted, contents := wire.NewWantedReader(c.in), wire.NewContentWriter(c.out)
	reader := c.tree.Reader(c.ask.Granularity, nil)
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

func text(c *call) error {
	wanted := tree.Wanted{Path: tree.Path(c.ask.Path), Size: c.ask.Size, Mtime: c.ask.Mtime}
	text, err := c.tree.Reader(c.ask.Granularity, nil).Text(c.ctx, wanted, c.ask.Most)
	if err != nil {
		return err
	}
	_, err = c.out.Write(text)
	return err
}

// content sends a file of the user's.
func content(c *call) error {
	f, err := c.tree.Open(tree.Path(c.ask.Path))
	if err != nil {
		return err
	}
	return c.send(f)
}

// send sends an open file, which it closes: before its content the size and the time that it has then, and after it
// those that it has then.
func (c *call) send(f volume.Content) error {
	defer f.Close()
	size, mtime, err := f.Stamp()
	if err != nil {
		return err
	}
	if err := c.out.Send(wire.Message, &wire.Answer{Size: size, Mtime: mtime}); err != nil {
		return err
	}
	if err := wire.Copy(c.out, f); err != nil {
		if scan.Damaged(err) {
			err = &volume.Unreadable{Err: err}
		}
		return err
	}
	c.answer.Size, c.answer.Mtime, err = f.Stamp()
	return err
}

func entryAt(c *call) error {
	e, err := c.tree.Entry(tree.Path(c.ask.Path))
	return c.entry(e, err)
}

func directory(c *call) error {
	e, err := c.tree.Directory(tree.Path(c.ask.Path))
	return c.entry(e, err)
}

// entry answers with an entry, or an error.
func (c *call) entry(e tree.Entry, err error) error {
	if err == nil {
		entry := wire.EntryOf(&e)
		c.answer.Entry = &entry
	}
	return err
}

func names(c *call) error {
	names, err := c.tree.Names(tree.Path(c.ask.Path))
	return c.listOf(names, err)
}

// listOf answers with names, or an error.
func (c *call) listOf(names []string, err error) error {
	if err == nil {
		_, err = c.out.Write(wire.AppendNames(names))
	}
	return err
}

func traits(c *call) error {
	var recorded *tree.Traits
	if c.ask.Recorded != nil {
		given := c.ask.Recorded.Given()
		recorded = &given
	}
	traits, err := c.tree.Traits(c.ask.Declared, recorded)
	c.answer.Traits = wire.TraitsOf(traits)
	return err
}

func probe(c *call) error {
	probed, err := c.tree.Probe()
	c.answer.Probed = wire.AbleOf(probed)
	return err
}

// change begins a run.
func change(c *call) error {
	if c.ask.Options == nil {
		return lacks("options")
	}
	r := &run{granted: map[volume.Loan]bool{}}
	var err error
	if r.Changer, err = c.tree.Change(string(c.ask.Name), c.ask.Options.Options(r.lend)); err != nil {
		return err
	}
	c.tree.mu.Lock()
	defer c.tree.mu.Unlock()
	c.tree.last++
	c.tree.runs[c.tree.last] = r
	c.answer.Begun = &wire.Begun{Run: c.tree.last, Granularity: r.Granularity(), Exchanges: r.Exchanges(),
		LosesRenames: r.LosesRenames()}
	return nil
}
