package remote

import (
	"context"
	"io"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// copying keeps content of the other end, and brings content back.
type copying struct{ *running }

// Content opens a file for reading, if its stat is what before says.
func (c *copying) Content(path tree.Path, before *tree.State) (volume.Content, error) {
	return receive(&c.files, wire.Planned, &wire.PlannedAsk{Path: wire.Inner(path), Before: wire.StateOf(before)})
}

// Preserve sends content of the other end.
func (c *copying) Preserve(ctx context.Context, path tree.Path, src io.Reader,
	state *tree.State) (volume.Staged, error) {
	q := &wire.ContentAsk{Path: wire.Inner(path), Before: wire.StateOf(state)}
	return staged(ctx, c.running, wire.Preserve, q, sending(src))
}

// ClearCopies removes the copies of this run but for those to keep.
func (c *copying) ClearCopies(keep map[string]bool) error {
	names := make([]string, 0, len(keep))
	for name, kept := range keep {
		if kept {
			names = append(names, name)
		}
	}
	_, err := change(context.Background(), c.running, wire.ClearCopies, &wire.AllAsk{}, whole(wire.AppendNames(names)))
	return err
}

// Restore gives what is staged a name in the trash.
func (c *copying) Restore(staged volume.Staged, place string) error {
	q := &wire.RestoreAsk{Place: wire.Inner(place), Staged: wire.StagedOf(staged)}
	_, err := change(context.Background(), c.running, wire.Restore, q, nil)
	return err
}

// Quarantine moves a file to a place of its own in the trash.
func (c *copying) Quarantine(name string, path tree.Path, found tree.Entry) (string, error) {
	entry := wire.EntryOf(&found)
	q := &wire.QuarantineAsk{Name: wire.Inner(name), Path: wire.Inner(path), Found: &entry}
	answer, err := change(context.Background(), c.running, wire.Quarantine, q, nil)
	if err != nil {
		return "", err
	}
	place, err := wire.CheckedPlace(answer.Name)
	if err != nil {
		return "", c.ended(err)
	}
	return place, nil
}
