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
	q := &wire.StageAsk{Mode: mode, Mtime: mtime, Size: size, Hash: want}
	waits, err := staged(ctx, c.running, wire.Stage, q, sending(src))
	if err == nil && !waits.Hash.Known() {
		return volume.Staged{}, c.ended(wire.Broken("the hash of what was sent"))
	}
	return waits, err
}

// StageLink stages a symbolic link.
func (c *staging) StageLink(target string) (volume.Staged, error) {
	return staged(context.Background(), c.running, wire.StageLink, &wire.LinkAsk{Target: wire.Text(target)}, nil)
}

// StageCopy stages a copy of a file that is there.
func (c *staging) StageCopy(ctx context.Context, path tree.Path, before, after *tree.State) (volume.Staged, error) {
	q := &wire.CopyAsk{Path: wire.Inner(path), Before: wire.StateOf(before), After: wire.StateOf(after)}
	return staged(ctx, c.running, wire.StageCopy, q, nil)
}

// Discard removes what was staged and nobody installed.
func (c *staging) Discard(staged volume.Staged) error {
	q := &wire.DiscardAsk{Staged: wire.StagedOf(staged)}
	_, err := change(context.Background(), c.running, wire.Discard, q, nil)
	return err
}

// ClearStage removes what a run has left in the stage.
func (c *staging) ClearStage(run string) error {
	_, err := change(context.Background(), c.running, wire.ClearStage, &wire.RunAsk{Name: wire.Inner(run)}, nil)
	return err
}
