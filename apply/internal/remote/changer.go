package remote

import (
	"context"
	"time"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// Shifted says by how much all times of the volume are off.
func (c *running) Shifted(by time.Duration) {
	ask := c.asking(wire.Shifted)
	ask.Shift = int64(by)
	_ = c.do(ask, nil) // where that is not told, the connection is lost, and every change is refused
}

// Durability is how Barrier makes things durable there.
func (c *running) Durability() string {
	answer, err := c.call(context.Background(), c.asking(wire.Durability), nil)
	if err != nil {
		return "unknown: " + err.Error()
	}
	return string(answer.Name)
}

// Space is what the volume there has to give.
func (c *running) Space() (volume.Space, error) {
	answer, err := c.call(context.Background(), c.asking(wire.SpaceLeft), nil)
	if err != nil {
		return volume.Space{}, err
	}
	return checked(c.Connection, answer.Space, (*wire.Space).Checked)
}

// MayChange tells whether entries may be created and renamed in a directory.
func (c *running) MayChange(dir tree.Path) error { return c.do(c.about(wire.MayChange, dir), nil) }
