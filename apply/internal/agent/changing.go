package agent

import (
	"time"

	"treaty/apply/internal/wire"
	"treaty/plan/tree"
)

// changing are the calls of a run.
var changing = table(func() []carriedOut {
	return []carriedOut{
		plainly(wire.Shifted, func(c *call, q *wire.ShiftedAsk) error {
			c.run.Shifted(time.Duration(q.Shift))
			return nil
		}),
		by(wire.Durability, func(c *call, _ *wire.Plain) (wire.NameAnswer, error) { return nameOf(c.run.Durability(), nil) }),
		by(wire.SpaceLeft, func(c *call, _ *wire.Plain) (wire.SpaceAnswer, error) {
			space, err := c.run.Space()
			told := wire.Space(space)
			return wire.SpaceAnswer{Space: &told}, err
		}),
		plainly(wire.MayChange, func(c *call, q *wire.PathAsk) error { return c.run.MayChange(tree.Path(q.Path)) }),

		by(wire.At, func(c *call, q *wire.NameAsk) (wire.EntryAnswer, error) { return entryOf(c.run.At(string(q.Name))) }),
		by(wire.Holds, func(c *call, q *wire.HoldsAsk) (wire.YesAnswer, error) {
			return yesOf(c.run.Holds(string(q.Name), q.Before.State()))
		}),
		by(wire.Spelled, func(c *call, q *wire.PathAsk) (wire.YesAnswer, error) {
			return yesOf(c.run.Spelled(tree.Path(q.Path)))
		}),
		by(wire.Changed, func(c *call, q *wire.ChangedAsk) (wire.YesAnswer, error) {
			return yesOf(c.run.Changed(string(q.Place), q.Before.State()))
		}),
		by(wire.Waiting, func(c *call, q *wire.NameAsk) (a wire.StagedAnswer, _ error) {
			waiting, err := c.run.Waiting(string(q.Name))
			if waiting == nil {
				return a, err
			}
			return stagedOf(*waiting, err)
		}),
		by(wire.ReadBack, func(c *call, q *wire.NameAsk) (wire.ReadAnswer, error) {
			e, hash, err := c.run.ReadBack(string(q.Name))
			a, err := entryOf(e, err)
			return wire.ReadAnswer{Entry: a.Entry, Hash: hash}, err
		}),

		by(wire.Stage.Call, func(c *call, q *wire.StageAsk) (wire.StagedAnswer, error) {
			return stagedOf(c.run.Stage(c.ctx, c.in, q.Size, q.Hash, q.Mtime, q.Mode))
		}),
		by(wire.StageLink.Call, func(c *call, q *wire.LinkAsk) (wire.StagedAnswer, error) {
			return stagedOf(c.run.StageLink(string(q.Target)))
		}),
		by(wire.StageCopy.Call, func(c *call, q *wire.CopyAsk) (wire.StagedAnswer, error) {
			return stagedOf(c.run.StageCopy(c.ctx, tree.Path(q.Path), q.Before.State(), q.After.State()))
		}),
		plainly(wire.Discard.Call, func(c *call, q *wire.DiscardAsk) error {
			staged, err := given(q.Staged)
			if err != nil {
				return err
			}
			return c.run.Discard(staged)
		}),
		plainly(wire.ClearStage.Call, func(c *call, q *wire.RunAsk) error { return c.run.ClearStage(string(q.Name)) }),

		plainly(wire.Owe, func(c *call, q *wire.OweAsk) error {
			c.run.Owe(wire.Loans(q.Loans)...)
			return nil
		}),
		plainly(wire.Decided, func(c *call, q *wire.DecidedAsk) error {
			c.run.Decided(tree.Path(q.Path), q.Mode)
			return nil
		}),
		by(wire.GiveBack.Call, func(c *call, _ *wire.AllAsk) (wire.LoansAnswer, error) {
			settled, err := c.run.GiveBack()
			return wire.LoansAnswer{Loans: wire.LoansOf(settled)}, err
		}),

		by(wire.Planned, func(c *call, q *wire.PlannedAsk) (a wire.StampAnswer, _ error) {
			f, err := c.run.Content(tree.Path(q.Path), q.Before.State())
			if err != nil {
				return a, err
			}
			return c.send(f)
		}),
		by(wire.Preserve.Call, func(c *call, q *wire.ContentAsk) (wire.StagedAnswer, error) {
			return stagedOf(c.run.Preserve(c.ctx, tree.Path(q.Path), c.in, q.Before.State()))
		}),
		plainly(wire.ClearCopies.Call, clearCopies),
		plainly(wire.Restore.Call, func(c *call, q *wire.RestoreAsk) error {
			staged, err := given(q.Staged)
			if err != nil {
				return err
			}
			return c.run.Restore(staged, string(q.Place))
		}),
		by(wire.Quarantine.Call, quarantine),

		by(wire.Place, func(c *call, q *wire.PathAsk) (wire.NameAnswer, error) {
			return nameOf(c.run.Place(tree.Path(q.Path)))
		}),
		by(wire.Create.Call, create),
		by(wire.Replace.Call, replace),
		by(wire.ReplaceAs.Call, replaceAs),
		by(wire.Move.Call, func(c *call, q *wire.MoveAsk) (wire.ResultAnswer, error) {
			return resultOf(c.run.Move(tree.Path(q.Path), tree.Path(q.To), q.Before.State(), string(q.Place)))
		}),
		by(wire.Park.Call, func(c *call, q *wire.TrashAsk) (wire.StagedAnswer, error) {
			return stagedOf(c.run.Park(tree.Path(q.Path), q.Before.State(), string(q.Place)))
		}),
		by(wire.Trash.Call, func(c *call, q *wire.TrashAsk) (wire.ResultAnswer, error) {
			return resultOf(c.run.Trash(tree.Path(q.Path), q.Before.State(), string(q.Place)))
		}),
		by(wire.Mkdir.Call, func(c *call, q *wire.MkdirAsk) (wire.ResultAnswer, error) {
			return resultOf(c.run.Mkdir(tree.Path(q.Path), q.Mode, q.Existing))
		}),
		plainly(wire.Rmdir.Call, rmdir),
		by(wire.Chmod.Call, func(c *call, q *wire.ChmodAsk) (wire.ResultAnswer, error) {
			return resultOf(c.run.Chmod(tree.Path(q.Path), q.Before.State(), q.Mode))
		}),
		by(wire.Touch.Call, func(c *call, q *wire.TouchAsk) (wire.ResultAnswer, error) {
			return resultOf(c.run.Touch(tree.Path(q.Path), q.Before.State(), q.Mtime))
		}),
		by(wire.Surface.Call, func(c *call, q *wire.PlaceAsk) (wire.NameAnswer, error) {
			as, err := c.run.Surface(string(q.Place), tree.Path(q.Path))
			return nameOf(string(as), err)
		}),
		plainly(wire.Single.Call, func(c *call, q *wire.PlaceAsk) error {
			return c.run.Single(string(q.Place), tree.Path(q.Path))
		}),
	}
})

func create(c *call, q *wire.CreateAsk) (a wire.ResultAnswer, _ error) {
	staged, err := given(q.Staged)
	if err != nil {
		return a, err
	}
	return resultOf(c.run.Create(tree.Path(q.Path), staged))
}

func replace(c *call, q *wire.ReplaceAsk) (a wire.ResultAnswer, _ error) {
	staged, err := given(q.Staged)
	if err != nil {
		return a, err
	}
	return resultOf(c.run.Replace(tree.Path(q.Path), q.Before.State(), staged, string(q.Place)))
}

func replaceAs(c *call, q *wire.ReplaceAsAsk) (a wire.ResultAnswer, _ error) {
	staged, err := given(q.Staged)
	if err != nil {
		return a, err
	}
	return resultOf(c.run.ReplaceAs(tree.Path(q.Path), tree.Path(q.To), q.Before.State(), staged, string(q.Place)))
}

func clearCopies(c *call, _ *wire.AllAsk) error {
	names, err := c.listed()
	if err != nil {
		return err
	}
	keep := map[string]bool{}
	for _, name := range names {
		keep[name] = true
	}
	return c.run.ClearCopies(keep)
}

func quarantine(c *call, q *wire.QuarantineAsk) (a wire.NameAnswer, _ error) {
	if q.Found == nil {
		return a, lacks("what was found")
	}
	found, err := q.Found.Checked()
	if err != nil {
		return a, err
	}
	return nameOf(c.run.Quarantine(string(q.Name), tree.Path(q.Path), found))
}

func rmdir(c *call, q *wire.RmdirAsk) error {
	litter, err := c.listed()
	if err != nil {
		return err
	}
	for _, name := range litter {
		if !wire.IsName(name) {
			return lacks("names in the directory alone")
		}
	}
	trashed, err := c.run.Rmdir(tree.Path(q.Path), litter...)
	if _, unsent := c.out.Write(wire.AppendNames(trashed)); unsent != nil {
		return unsent
	}
	return err
}
