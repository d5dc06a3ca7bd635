package remote

import (
	"context"
	"io"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// staging has sent what waits to be put in place.
type staging struct{ *running }

// Stage sends what is to be put in place.
func (c *staging) Stage(ctx context.Context, src io.Reader, size int64, want tree.Hash, mtime tree.Time,
	mode tree.Mode) (volume.Staged, error) {
	ask := c.asking(wire.Stage)
	ask.Size, ask.Hash, ask.Mtime, ask.Mode = size, want, mtime, mode
	staged, err := c.staged(ctx, ask, sending(src))
	if err == nil && !staged.Hash.Known() {
		return volume.Staged{}, c.ended(wire.Broken("the hash of what was sent"))
	}
	return staged, err
}

// StageLink stages a symbolic link.
func (c *staging) StageLink(target string) (volume.Staged, error) {
	return c.staged(context.Background(), c.named(wire.StageLink, target), nil)
}

// StageCopy stages a copy of a file that is there.
func (c *staging) StageCopy(ctx context.Context, path tree.Path, before, after *tree.State) (volume.Staged, error) {
	ask := c.planned(wire.StageCopy, path, before, "")
	ask.After = wire.StateOf(after)
	return c.staged(ctx, ask, nil)
}

// Discard removes what was staged and nobody installed.
func (c *staging) Discard(staged volume.Staged) error {
	ask := c.asking(wire.Discard)
	ask.Staged = wire.StagedOf(staged)
	_, err := c.change(context.Background(), ask, nil)
	return err
}

// ClearStage removes what a run has left in the stage.
func (c *staging) ClearStage(run string) error {
	_, err := c.change(context.Background(), c.named(wire.ClearStage, run), nil)
	return err
}
