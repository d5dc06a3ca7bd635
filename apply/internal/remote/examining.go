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
func (c *examiner) At(name string) (tree.Entry, error) {
	return entry(&c.files, wire.At, &wire.NameAsk{Name: wire.Inner(name)})
}

// yes makes a call that is answered by yes or no.
func yes[Q any](f *files, of wire.Call[Q, wire.YesAnswer], q *Q) (bool, error) {
	answer, err := call(context.Background(), f, of, q, nil)
	return answer.Yes, err
}

// Holds tells whether what is there is what state says.
func (c *examiner) Holds(name string, state *tree.State) (bool, error) {
	return yes(&c.files, wire.Holds, &wire.HoldsAsk{Name: wire.Inner(name), Before: wire.StateOf(state)})
}

// Spelled tells whether a directory lists a name in exactly this spelling.
func (c *examiner) Spelled(path tree.Path) (bool, error) {
	return yes(&c.files, wire.Spelled, &wire.PathAsk{Path: wire.Inner(path)})
}

// Changed tells whether somebody has written to what lies in the trash.
func (c *examiner) Changed(place string, before *tree.State) (bool, error) {
	return yes(&c.files, wire.Changed, &wire.ChangedAsk{Place: wire.Inner(place), Before: wire.StateOf(before)})
}

// Waiting is what lies at a name in the trash, to be installed again.
func (c *examiner) Waiting(name string) (*volume.Staged, error) {
	answer, err := call(context.Background(), &c.files, wire.Waiting, &wire.NameAsk{Name: wire.Inner(name)}, nil)
	if err != nil || answer.Staged == nil {
		return nil, err
	}
	staged, err := checked(c.Connection, answer.Staged, (*wire.Staged).Checked)
	return &staged, err
}

// ReadBack has a file read from the device.
func (c *examiner) ReadBack(name string) (tree.Entry, tree.Hash, error) {
	answer, err := call(context.Background(), &c.files, wire.ReadBack, &wire.NameAsk{Name: wire.Inner(name)}, nil)
	if err != nil {
		return tree.Entry{}, tree.Hash{}, err
	}
	e, err := checked(c.Connection, answer.Entry, (*wire.Entry).Checked)
	return e, answer.Hash, err
}

// Granularity is that of the volume's times.
func (c *examiner) Granularity() int64 {
	_ = c.run.wait() // of a run that was not begun nothing is believed
	return c.begun.Granularity
}

// Exchanges tells whether the volume can exchange names.
func (c *examiner) Exchanges() bool { return c.run.wait() == nil && c.begun.Exchanges }
