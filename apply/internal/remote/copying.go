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
	return c.receive(c.planned(wire.Planned, path, before, ""))
}

// Preserve sends content of the other end.
func (c *copying) Preserve(ctx context.Context, path tree.Path, src io.Reader,
	state *tree.State) (volume.Staged, error) {
	return c.staged(ctx, c.planned(wire.Preserve, path, state, ""), sending(src))
}

// ClearCopies removes the copies of this run but for those to keep.
func (c *copying) ClearCopies(keep map[string]bool) error {
	names := make([]string, 0, len(keep))
	for name, kept := range keep {
		if kept {
			names = append(names, name)
		}
	}
	_, err := c.change(context.Background(), c.asking(wire.ClearCopies), whole(wire.AppendNames(names)))
	return err
}

// Restore gives what is staged a name in the trash.
func (c *copying) Restore(staged volume.Staged, place string) error {
	ask := c.asking(wire.Restore)
	ask.Staged, ask.Place = wire.StagedOf(staged), wire.Text(place)
	_, err := c.change(context.Background(), ask, nil)
	return err
}

// Quarantine moves a file to a place of its own in the trash.
func (c *copying) Quarantine(name string, path tree.Path, found tree.Entry) (string, error) {
	ask := c.about(wire.Quarantine, path)
	entry := wire.EntryOf(&found)
	ask.Name, ask.Found = wire.Text(name), &entry
	answer, err := c.change(context.Background(), ask, nil)
	if err != nil {
		return "", err
	}
	place, err := wire.CheckedPlace(answer.Name)
	if err != nil {
		return "", c.ended(err)
	}
	return place, nil
}
