package agent

import (
	"io"
	"math"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
)

// keeping are the calls that are about treaty's own files, of a tree or of a run.
var keeping = table(func() []carriedOut {
	return []carriedOut{
		plainly(wire.PrivateNames, func(c *call, q *wire.NameAsk) error {
			return c.listOf(c.private().PrivateNames(string(q.Name)))
		}),
		by(wire.PrivateEntry, func(c *call, q *wire.NameAsk) (wire.EntryAnswer, error) {
			return entryOf(c.private().PrivateEntry(string(q.Name)))
		}),
		plainly(wire.PrivateFile, privateFile),
		by(wire.PrivatePart, privatePart),
		plainly(wire.WritePrivate, writePrivate),
		plainly(wire.ClaimPrivate, claimPrivate),
		plainly(wire.CreatePrivate, createPrivate),
		by(wire.OpenLog, openLog),
		plainly(wire.AppendLog, appendLog),
		plainly(wire.CloseLog, closeLog),
		by(wire.SetAside, func(c *call, q *wire.NameAsk) (wire.NameAnswer, error) {
			return nameOf(c.private().SetAside(string(q.Name)))
		}),
		plainly(wire.Barrier.Call, barrier),
		by(wire.Trashed, func(c *call, q *wire.NameAsk) (wire.StampAnswer, error) {
			bytes, last, err := c.private().Trashed(string(q.Name))
			return wire.StampAnswer{Size: bytes, Mtime: last}, err
		}),

		plainly(wire.RemovePrivate, func(c *call, q *wire.NameAsk) error {
			return c.unclaim(string(q.Name), c.private().RemovePrivate)
		}),
		plainly(wire.DropPrivate, func(c *call, q *wire.NameAsk) error {
			return c.unclaim(string(q.Name), c.private().DropPrivate)
		}),
		plainly(wire.RemoveEmpty, func(c *call, _ *wire.Plain) error { return c.private().RemoveEmptyPrivate() }),
		plainly(wire.ClearTrash, func(c *call, q *wire.NameAsk) error { return c.private().ClearTrash(string(q.Name)) }),
		plainly(wire.TrashRuns, func(c *call, _ *wire.Plain) error { return c.listOf(c.private().TrashRuns()) }),
	}
})

// private is what keeps treaty's own files: the run's, or the tree's.
func (c *call) private() volume.Private {
	if c.run != nil {
		return c.run
	}
	return c.tree
}

// privateFile sends a file of treaty's own that has at most so many bytes.
func privateFile(c *call, q *wire.FileAsk) error {
	data, err := c.private().ReadPrivate(string(q.Name), q.Most)
	if err == nil {
		_, err = c.out.Write(data)
	}
	return err
}

// privatePart sends a file of treaty's own from some byte on, before that its size.
func privatePart(c *call, q *wire.PartAsk) (a wire.StampAnswer, _ error) {
	f, size, err := c.private().OpenPrivate(string(q.Name))
	if err != nil {
		return a, err
	}
	defer f.Close()
	if err := c.out.Send(wire.Message, &wire.StampAnswer{Size: size}); err != nil {
		return a, err
	}
	if _, err := f.Seek(q.From, io.SeekStart); err != nil {
		return a, err
	}
	return a, wire.Copy(c.out, f)
}

// uploaded is all that comes in.
func (c *call) uploaded() ([]byte, error) { return io.ReadAll(c.in) }

func writePrivate(c *call, q *wire.NameAsk) error {
	data, err := c.uploaded()
	if err != nil {
		return err
	}
	return c.private().WritePrivate(string(q.Name), data)
}

func claimPrivate(c *call, q *wire.NameAsk) error {
	data, err := c.uploaded()
	if err != nil {
		return err
	}
	c.tree.mu.Lock()
	defer c.tree.mu.Unlock()
	if err := c.private().ClaimPrivate(string(q.Name), data); err != nil {
		return err
	}
	c.tree.claimed[string(q.Name)] = data
	return nil
}

// unclaim removes a file, which is claimed no more.
func (c *call) unclaim(name string, remove func(string) error) error {
	c.tree.mu.Lock()
	defer c.tree.mu.Unlock()
	err := remove(name)
	if err == nil {
		delete(c.tree.claimed, name)
	}
	return err
}

// createPrivate writes a file, which has its name only once all of it came in.
func createPrivate(c *call, q *wire.NameAsk) error {
	f, err := c.private().CreatePrivate(string(q.Name))
	if err != nil {
		return err
	}
	defer f.Close()
	if err := wire.Copy(f, c.in); err != nil {
		return err
	}
	return f.Commit()
}

// openLog opens a log, and writes durably to it what comes with that.
func openLog(c *call, q *wire.NameAsk) (a wire.LogAnswer, _ error) {
	p, err := c.uploaded()
	if err != nil {
		return a, err
	}
	l, err := c.private().OpenLog(string(q.Name))
	if err != nil {
		return a, err
	}
	c.tree.mu.Lock()
	defer c.tree.mu.Unlock()
	c.tree.last++
	c.tree.logs[c.tree.last] = l
	if a.Log = c.tree.last; len(p) > 0 {
		err = l.Append(p, true)
	}
	return a, err
}

// log is the open log of that number.
func (c *call) log(number int, remove bool) (volume.Log, error) {
	c.tree.mu.Lock()
	defer c.tree.mu.Unlock()
	l := c.tree.logs[number]
	if l == nil {
		return nil, lacks("a log that is open")
	}
	if remove {
		delete(c.tree.logs, number)
	}
	return l, nil
}

func appendLog(c *call, q *wire.AppendAsk) error {
	l, err := c.log(q.Log, false)
	if err != nil {
		return err
	}
	p, err := c.uploaded()
	if err != nil {
		return err
	}
	return l.Append(p, q.Sync)
}

func closeLog(c *call, q *wire.LogAsk) error {
	l, err := c.log(q.Log, true)
	if err != nil {
		return err
	}
	return l.Close()
}

func barrier(c *call, q *wire.BarrierAsk) error {
	staged := make([]volume.Staged, len(q.Stageds))
	for i, s := range q.Stageds {
		var err error
		if staged[i], err = given(s); err != nil {
			return err
		}
	}
	return c.private().Barrier(staged...)
}

// listed are names that come in.
func (c *call) listed() ([]string, error) { return wire.ReadNames(c.in, math.MaxUint16) }
