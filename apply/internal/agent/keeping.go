package agent

import (
	"io"
	"math"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// keeping are the calls that are about treaty's own files, of a tree or of a run.
var keeping = map[string]func(*call) error{
	wire.PrivateNames:  privateNames,
	wire.PrivateEntry:  privateEntry,
	wire.PrivateFile:   privateFile,
	wire.PrivatePart:   privatePart,
	wire.WritePrivate:  writePrivate,
	wire.ClaimPrivate:  claimPrivate,
	wire.CreatePrivate: createPrivate,
	wire.OpenLog:       openLog,
	wire.AppendLog:     appendLog,
	wire.CloseLog:      closeLog,
	wire.SetAside:      setAside,
	wire.Barrier:       barrier,
	wire.Trashed:       trashed,

	wire.RemovePrivate: func(c *call) error { return c.unclaim(c.private().RemovePrivate) },
	wire.DropPrivate:   func(c *call) error { return c.unclaim(c.private().DropPrivate) },
	wire.RemoveEmpty:   func(c *call) error { return c.private().RemoveEmptyPrivate() },
	wire.ClearTrash:    func(c *call) error { return c.private().ClearTrash(string(c.ask.Name)) },
	wire.TrashRuns:     func(c *call) error { return c.listOf(c.private().TrashRuns()) },
}

// private is what keeps treaty's own files: the run's, or the tree's.
func (c *call) private() volume.Private {
	if c.run != nil {
		return c.run
	}
	return c.tree
}

func privateNames(c *call) error { return c.listOf(c.private().PrivateNames(string(c.ask.Name))) }

func privateEntry(c *call) error {
	e, err := c.private().PrivateEntry(string(c.ask.Name))
	return c.entry(e, err)
}

// privateFile sends a file of treaty's own that has at most so many bytes.
func privateFile(c *call) error {
	data, err := c.private().ReadPrivate(string(c.ask.Name), c.ask.Most)
	if err == nil {
		_, err = c.out.Write(data)
	}
	return err
}

// privatePart sends a file of treaty's own from some byte on, before that its size.
func privatePart(c *call) error {
	f, size, err := c.private().OpenPrivate(string(c.ask.Name))
	if err != nil {
		return err
	}
	defer f.Close()
	if err := c.out.Send(wire.Message, &wire.Answer{Size: size}); err != nil {
		return err
	}
	if _, err := f.Seek(c.ask.From, io.SeekStart); err != nil {
		return err
	}
	return wire.Copy(c.out, f)
}

// uploaded is all that comes in.
func (c *call) uploaded() ([]byte, error) { return io.ReadAll(c.in) }

func writePrivate(c *call) error {
	data, err := c.uploaded()
	if err != nil {
		return err
	}
	return c.private().WritePrivate(string(c.ask.Name), data)
}

func claimPrivate(c *call) error {
	data, err := c.uploaded()
	if err != nil {
		return err
	}
	c.tree.mu.Lock()
	defer c.tree.mu.Unlock()
	if err := c.private().ClaimPrivate(string(c.ask.Name), data); err != nil {
		return err
	}
	c.tree.claimed[string(c.ask.Name)] = data
	return nil
}

// unclaim removes a file, which is claimed no more.
func (c *call) unclaim(remove func(string) error) error {
	c.tree.mu.Lock()
	defer c.tree.mu.Unlock()
	err := remove(string(c.ask.Name))
	if err == nil {
		delete(c.tree.claimed, string(c.ask.Name))
	}
	return err
}

// createPrivate writes a file, which has its name only once all of it came in.
func createPrivate(c *call) error {
	f, err := c.private().CreatePrivate(string(c.ask.Name))
	if err != nil {
		return err
	}
	defer f.Close()
	if err := wire.Copy(f, c.in); err != nil {
		return err
	}
	return f.Commit()
}

func openLog(c *call) error {
	l, err := c.private().OpenLog(string(c.ask.Name))
	if err != nil {
		return err
	}
	c.tree.mu.Lock()
	defer c.tree.mu.Unlock()
	c.tree.last++
	c.tree.logs[c.tree.last] = l
	c.answer.Log = c.tree.last
	return nil
}

// log is the open log of that number.
func (c *call) log(remove bool) (volume.Log, error) {
	c.tree.mu.Lock()
	defer c.tree.mu.Unlock()
	l := c.tree.logs[c.ask.Log]
	if l == nil {
		return nil, lacks("a log that is open")
	}
	if remove {
		delete(c.tree.logs, c.ask.Log)
	}
	return l, nil
}

func appendLog(c *call) error {
	l, err := c.log(false)
	if err != nil {
		return err
	}
	p, err := c.uploaded()
	if err != nil {
		return err
	}
	return l.Append(p, c.ask.Sync)
}

func closeLog(c *call) error {
	l, err := c.log(true)
	if err != nil {
		return err
	}
	return l.Close()
}

func setAside(c *call) error {
	place, err := c.private().SetAside(string(c.ask.Name))
	c.answer.Name = wire.Text(place)
	return err
}

func barrier(c *call) error {
	staged := make([]volume.Staged, len(c.ask.Stageds))
	for i, s := range c.ask.Stageds {
		if s == nil {
			return lacks("what is staged")
		}
		staged[i] = s.Staged()
	}
	return c.private().Barrier(staged...)
}

func trashed(c *call) error {
	bytes, last, err := c.private().Trashed(string(c.ask.Name))
	c.answer.Size, c.answer.Mtime = bytes, last
	return err
}

// listed are names that come in.
func (c *call) listed() ([]string, error) { return wire.ReadNames(c.in, math.MaxUint16) }

// path is the path that is asked about, and to the other one.
func (c *call) path() tree.Path { return tree.Path(c.ask.Path) }
func (c *call) to() tree.Path   { return tree.Path(c.ask.To) }
