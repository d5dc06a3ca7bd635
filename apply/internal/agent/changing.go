package agent

import (
	"time"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
)

// changing are the calls of a run.
var changing = map[string]func(*call) error{
	wire.Shifted: func(c *call) error {
		c.run.Shifted(time.Duration(c.ask.Shift))
		return nil
	},
	wire.Durability: func(c *call) error {
		c.answer.Name = wire.Text(c.run.Durability())
		return nil
	},
	wire.SpaceLeft: func(c *call) error {
		space, err := c.run.Space()
		told := wire.Space(space)
		c.answer.Space = &told
		return err
	},
	wire.MayChange: func(c *call) error { return c.run.MayChange(c.path()) },

	wire.At:      func(c *call) error { return c.entry(c.run.At(string(c.ask.Name))) },
	wire.Holds:   func(c *call) error { return c.yes(c.run.Holds(string(c.ask.Name), c.ask.Before.State())) },
	wire.Spelled: func(c *call) error { return c.yes(c.run.Spelled(c.path())) },
	wire.Changed: func(c *call) error { return c.yes(c.run.Changed(string(c.ask.Place), c.ask.Before.State())) },
	wire.Waiting: func(c *call) error {
		waiting, err := c.run.Waiting(string(c.ask.Name))
		if waiting == nil {
			return err
		}
		return c.staged(*waiting, err)
	},
	wire.ReadBack: func(c *call) error {
		e, hash, err := c.run.ReadBack(string(c.ask.Name))
		c.answer.Hash = hash
		return c.entry(e, err)
	},

	wire.Stage: func(c *call) error {
		return c.staged(c.run.Stage(c.ctx, c.in, c.ask.Size, c.ask.Hash, c.ask.Mtime, c.ask.Mode))
	},
	wire.StageLink: func(c *call) error { return c.staged(c.run.StageLink(string(c.ask.Name))) },
	wire.StageCopy: func(c *call) error {
		return c.staged(c.run.StageCopy(c.ctx, c.path(), c.ask.Before.State(), c.ask.After.State()))
	},
	wire.Discard:    func(c *call) error { return c.withStaged(c.run.Discard) },
	wire.ClearStage: func(c *call) error { return c.run.ClearStage(string(c.ask.Name)) },

	wire.Place: func(c *call) error { return c.name(c.run.Place(c.path())) },
	wire.Create: func(c *call) error {
		return c.withStaged(func(s volume.Staged) error { return c.result(c.run.Create(c.path(), s)) })
	},
	wire.Replace: func(c *call) error {
		return c.withStaged(func(s volume.Staged) error {
			return c.result(c.run.Replace(c.path(), c.ask.Before.State(), s, string(c.ask.Place)))
		})
	},
	wire.ReplaceAs: func(c *call) error {
		return c.withStaged(func(s volume.Staged) error {
			return c.result(c.run.ReplaceAs(c.path(), c.to(), c.ask.Before.State(), s, string(c.ask.Place)))
		})
	},
	wire.Move: func(c *call) error {
		return c.result(c.run.Move(c.path(), c.to(), c.ask.Before.State(), string(c.ask.Place)))
	},
	wire.Park: func(c *call) error {
		return c.staged(c.run.Park(c.path(), c.ask.Before.State(), string(c.ask.Place)))
	},
	wire.Trash: func(c *call) error {
		return c.result(c.run.Trash(c.path(), c.ask.Before.State(), string(c.ask.Place)))
	},
	wire.Mkdir: func(c *call) error { return c.result(c.run.Mkdir(c.path(), c.ask.Mode, c.ask.Existing)) },
	wire.Rmdir: rmdir,
	wire.Chmod: func(c *call) error {
		return c.result(c.run.Chmod(c.path(), c.ask.Before.State(), c.ask.Mode))
	},
	wire.Touch: func(c *call) error {
		return c.result(c.run.Touch(c.path(), c.ask.Before.State(), c.ask.Mtime))
	},
	wire.Surface: func(c *call) error {
		as, err := c.run.Surface(string(c.ask.Place), c.path())
		return c.name(string(as), err)
	},
	wire.Single: func(c *call) error { return c.run.Single(string(c.ask.Place), c.path()) },

	wire.Planned: func(c *call) error {
		f, err := c.run.Content(c.path(), c.ask.Before.State())
		if err != nil {
			return err
		}
		return c.send(f)
	},
	wire.Preserve: func(c *call) error {
		return c.staged(c.run.Preserve(c.ctx, c.path(), c.in, c.ask.Before.State()))
	},
	wire.ClearCopies: func(c *call) error {
		names, err := c.listed()
		if err != nil {
			return err
		}
		keep := map[string]bool{}
		for _, name := range names {
			keep[name] = true
		}
		return c.run.ClearCopies(keep)
	},
	wire.Restore: func(c *call) error {
		return c.withStaged(func(s volume.Staged) error { return c.run.Restore(s, string(c.ask.Place)) })
	},
	wire.Quarantine: func(c *call) error {
		if c.ask.Found == nil {
			return lacks("what was found")
		}
		found, err := c.ask.Found.Checked()
		if err != nil {
			return err
		}
		return c.name(c.run.Quarantine(string(c.ask.Name), c.path(), found))
	},

	wire.Owe: func(c *call) error {
		c.run.Owe(wire.Loans(c.ask.Loans)...)
		return nil
	},
	wire.Decided: func(c *call) error {
		c.run.Decided(c.path(), c.ask.Mode)
		return nil
	},
	wire.GiveBack: func(c *call) error {
		settled, err := c.run.GiveBack()
		c.answer.Loans = wire.LoansOf(settled)
		return err
	},
}

func rmdir(c *call) error {
	litter, err := c.listed()
	if err != nil {
		return err
	}
	for _, name := range litter {
		if !wire.IsName(name) {
			return lacks("names in the directory alone")
		}
	}
	trashed, err := c.run.Rmdir(c.path(), litter...)
	if _, unsent := c.out.Write(wire.AppendNames(trashed)); unsent != nil {
		return unsent
	}
	return err
}

func (c *call) yes(yes bool, err error) error {
	c.answer.Yes = yes
	return err
}

func (c *call) name(name string, err error) error {
	c.answer.Name = wire.Text(name)
	return err
}

// result answers with what a change left behind: also a change that failed may have moved something.
func (c *call) result(r volume.Result, err error) error {
	c.answer.Result = wire.ResultOf(r)
	return err
}

func (c *call) staged(s volume.Staged, err error) error {
	if err == nil {
		c.answer.Staged = wire.StagedOf(s)
	}
	return err
}

// withStaged does something with what waits to be installed.
func (c *call) withStaged(do func(volume.Staged) error) error {
	if c.ask.Staged == nil {
		return lacks("what is staged")
	}
	return do(c.ask.Staged.Staged())
}
