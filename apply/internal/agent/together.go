package agent

import (
	"fmt"
	"io"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
)

// together carries out several calls, one after the other, each answered before the next one is begun. Where one needs
// a loan first, no other change of a run is tried behind it: it may be about what that one makes. Where one of the
// first comes to an error, nothing is tried behind it.
func (c *call) together() error {
	q, err := wire.Together.Read(c.asked)
	if err != nil {
		return err
	}
	put, failed := false, false
	for nth := 0; ; nth++ {
		if gone := c.ctx.Err(); gone != nil {
			return gone // what came in before the line broke is not begun any more
		}
		one := &call{server: c.server, ctx: c.ctx, in: c.in, out: c.out, flush: c.flush}
		var more bool
		var err error
		if one.asked, more, err = c.in.Question(); err != nil || !more {
			return err
		}
		a := done()
		switch call := one.asked.Call; {
		case call == wire.Together.Name(), call == wire.Open.Name(), call == wire.Close.Name():
			err = fmt.Errorf("%w: a call %q together with others", wire.ErrBroken, call)
		case failed:
			err = volume.ErrNotTried
		case put && changing()[call] != nil:
			err = wire.ErrLater
		default:
			a, err = one.carryOut()
		}
		if err := one.respond(a, err); err != nil {
			return err
		}
		put = put || a.outcome.Fault != nil && a.outcome.Fault.Loan != nil
		failed = failed || nth < q.First && a.outcome.Fault != nil
		_, _ = io.Copy(io.Discard, c.in) // what an upload was aborted for was told by the call, if it came to that
		c.in.GoOn()
	}
}
