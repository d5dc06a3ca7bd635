package remote

import (
	"context"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// lending makes directories workable for the while.
type lending struct{ *running }

// loansAtOnce is how many are told in one call.
const loansAtOnce = 1024

// Owe takes over loans that an earlier run has left.
func (c *lending) Owe(loans ...volume.Loan) {
	c.mu.Lock()
	c.owes = c.owes || len(loans) > 0
	c.mu.Unlock()
	for len(loans) > 0 {
		n := min(len(loans), loansAtOnce)
		// Where that is not told, the connection is lost, and every change is refused.
		_ = tell(&c.files, wire.Owe, &wire.OweAsk{Loans: wire.LoansOf(loans[:n])}, nil)
		loans = loans[n:]
	}
}

// Decided says which mode a directory is to have.
func (c *lending) Decided(path tree.Path, mode tree.Mode) {
	_ = tell(&c.files, wire.Decided, &wire.DecidedAsk{Path: wire.Inner(path), Mode: mode}, nil) // as in Owe
}

// GiveBack gives directories the modes that they are owed. Where nothing was lent there is nothing to ask for: there is
// no loan that was not written down here first.
func (c *lending) GiveBack() (settled []volume.Loan, err error) {
	if c.Stopped() == nil && !c.lent() {
		return nil, nil
	}
	answer, err := change(context.Background(), c.running, wire.GiveBack, &wire.AllAsk{}, nil)
	return wire.Loans(answer.Loans), err
}

// lent tells whether directories may be owed their modes.
func (c *lending) lent() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.owes || len(c.granted) > 0
}
