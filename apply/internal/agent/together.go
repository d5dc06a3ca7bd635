package agent

import (
	"fmt"
	"io"

	"treaty/apply/internal/wire"
)

// together carries out several calls, one after the other, each answered before the next one is begun. Where one needs
// a loan first, no other change of a run is tried behind it: it may be about what that one makes.
func (c *call) together() error {
	put := false
	for {
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
		case put && changing()[call] != nil:
			err = wire.ErrLater
		default:
			a, err = one.carryOut()
		}
		if err := one.respond(a, err); err != nil {
			return err
		}
		put = put || a.outcome.Fault != nil && a.outcome.Fault.Loan != nil
		_, _ = io.Copy(io.Discard, c.in) // what an upload was aborted for was told by the call, if it came to that
		c.in.GoOn()
	}
}
