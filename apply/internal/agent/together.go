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
		more, err := c.in.More(&one.ask)
		if err != nil || !more {
			return err
		}
		switch {
		case one.ask.Call == wire.Together, one.ask.Call == wire.Open, one.ask.Call == wire.Close:
			err = fmt.Errorf("%w: a call %q together with others", wire.ErrBroken, one.ask.Call)
		case put && changing[one.ask.Call] != nil:
			err = wire.ErrLater
		default:
			err = one.carryOut()
		}
		if err := one.respond(err); err != nil {
			return err
		}
		put = put || one.answer.Fault != nil && one.answer.Fault.Loan != nil
		_, _ = io.Copy(io.Discard, c.in) // what an upload was aborted for was told by the call, if it came to that
		c.in.GoOn()
	}
}
