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
	// Where that is not told, the connection is lost, and every change is refused.
	_ = tell(&c.files, wire.Shifted, &wire.ShiftedAsk{Shift: int64(by)}, nil)
}

// Durability is how Barrier makes things durable there.
func (c *running) Durability() string {
	answer, err := call(context.Background(), &c.files, wire.Durability, &wire.Plain{}, nil)
	if err != nil {
		return "unknown: " + err.Error()
	}
	return string(answer.Name)
}

// Space is what the volume there has to give.
func (c *running) Space() (volume.Space, error) {
	answer, err := call(context.Background(), &c.files, wire.SpaceLeft, &wire.Plain{}, nil)
	if err != nil {
		return volume.Space{}, err
	}
	return checked(c.Connection, answer.Space, (*wire.Space).Checked)
}

// MayChange tells whether entries may be created and renamed in a directory.
func (c *running) MayChange(dir tree.Path) error {
	return tell(&c.files, wire.MayChange, &wire.PathAsk{Path: wire.Inner(dir)}, nil)
}
