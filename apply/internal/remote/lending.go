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
	for len(loans) > 0 {
		n := min(len(loans), loansAtOnce)
		ask := c.asking(wire.Owe)
		ask.Loans = wire.LoansOf(loans[:n])
		_ = c.do(ask, nil) // where that is not told, the connection is lost, and every change is refused
		loans = loans[n:]
	}
}

// Decided says which mode a directory is to have.
func (c *lending) Decided(path tree.Path, mode tree.Mode) {
	ask := c.about(wire.Decided, path)
	ask.Mode = mode
	_ = c.do(ask, nil) // as in Owe
}

// GiveBack gives directories the modes that they are owed.
func (c *lending) GiveBack() (settled []volume.Loan, err error) {
	answer, err := c.change(context.Background(), c.asking(wire.GiveBack), nil)
	return wire.Loans(answer.Loans), err
}
