package remote

import (
	"context"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// examiner looks at what is there now.
type examiner struct{ *running }

// At is what is there.
func (c *examiner) At(name string) (tree.Entry, error) { return c.entry(c.named(wire.At, name)) }

// yes makes a call that is answered by yes or no.
func (c *examiner) yes(ask *wire.Ask) (bool, error) {
	answer, err := c.call(context.Background(), ask, nil)
	return answer.Yes, err
}

// Holds tells whether what is there is what state says.
func (c *examiner) Holds(name string, state *tree.State) (bool, error) {
	ask := c.named(wire.Holds, name)
	ask.Before = wire.StateOf(state)
	return c.yes(ask)
}

// Spelled tells whether a directory lists a name in exactly this spelling.
func (c *examiner) Spelled(path tree.Path) (bool, error) { return c.yes(c.about(wire.Spelled, path)) }

// Changed tells whether somebody has written to what lies in the trash.
func (c *examiner) Changed(place string, before *tree.State) (bool, error) {
	return c.yes(c.planned(wire.Changed, "", before, place))
}

// Waiting is what lies at a name in the trash, to be installed again.
func (c *examiner) Waiting(name string) (*volume.Staged, error) {
	answer, err := c.call(context.Background(), c.named(wire.Waiting, name), nil)
	if err != nil || answer.Staged == nil {
		return nil, err
	}
	staged, err := checked(c.Connection, answer.Staged, (*wire.Staged).Checked)
	return &staged, err
}

// ReadBack has a file read from the device.
func (c *examiner) ReadBack(name string) (tree.Entry, tree.Hash, error) {
	answer, err := c.call(context.Background(), c.named(wire.ReadBack, name), nil)
	if err != nil {
		return tree.Entry{}, tree.Hash{}, err
	}
	e, err := checked(c.Connection, answer.Entry, (*wire.Entry).Checked)
	return e, answer.Hash, err
}

// Granularity is that of the volume's times.
func (c *examiner) Granularity() int64 { return c.Begun.Granularity }

// Exchanges tells whether the volume can exchange names.
func (c *examiner) Exchanges() bool { return c.Begun.Exchanges }
