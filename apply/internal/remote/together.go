package remote

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"sync"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// turn is a call that waits to be made together with others, and then what it is answered by, or why by nothing.
type turn struct {
	ask    question
	upload func(*wire.Writer) error
	sent   *exchange
	err    error
}

// fiber makes its calls together with others: it is suspended until all of these wait to be made. One runs at a time.
// When what it did is over it does something else: of thousands the stacks have grown by then to what they need.
type fiber struct {
	next func() (*turn, bool)
	stop func()
	// do is what it does, which makes its calls by yield.
	do    func(via *fiber)
	yield func(*turn) bool
	// turn is the call that it waits for, nil for none.
	turn *turn
	// more tells that another call is sure to come after the one that waits.
	more bool
}

// ask makes a call together with others. The caller closes the exchange before it makes the next.
func (f *fiber) ask(ask question, upload func(*wire.Writer) error) (*exchange, error) {
	t := &turn{ask: ask, upload: upload}
	if !f.yield(t) {
		return nil, context.Canceled
	}
	return t.sent, t.err
}

// fibers are those that do nothing just now.
type fibers struct {
	mu   sync.Mutex
	idle []*fiber
	// ended tells that none does anything else.
	ended bool
}

// mostIdle is how many fibers are kept to do something else: as many as files go together.
const mostIdle = 1024

// begin has a fiber do something up to its first call; nil where it makes none.
func (p *fibers) begin(do func(via *fiber)) *fiber {
	p.mu.Lock()
	var f *fiber
	if last := len(p.idle) - 1; last >= 0 {
		f, p.idle = p.idle[last], p.idle[:last]
	}
	p.mu.Unlock()
	if f == nil {
		f = newFiber()
	}
	if f.do = do; !p.goOn(f) {
		return nil
	}
	return f
}

// newFiber is one that does nothing yet.
func newFiber() *fiber {
	f := &fiber{}
	f.next, f.stop = iter.Pull(func(yield func(*turn) bool) {
		for f.yield = yield; ; {
			grow(0)
			f.do(f)
			if f.do = nil; !yield(nil) {
				return
			}
		}
	})
	return f
}

// grow makes a stack as large as a call needs, while there is next to nothing on it that is moved then.
//
//go:noinline
func grow(at int) byte {
	var room [5 << 10]byte
	return room[at]
}

// goOn has a fiber run up to its next call; false where it has none, and does nothing any more.
func (p *fibers) goOn(f *fiber) (more bool) {
	if f.turn, _ = f.next(); f.turn != nil {
		return true
	}
	f.more = false
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) < mostIdle && !p.ended {
		p.idle = append(p.idle, f)
	} else {
		f.stop()
	}
	return false
}

// end ends those that do nothing.
func (p *fibers) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.idle {
		f.stop()
	}
	p.idle, p.ended = nil, true
}

// together runs do for each number below n, each as a fiber. None from the number first on has a call tried where one
// before it came to an error.
func (c *Connection) together(ctx context.Context, tree, first, n int, do func(i int, via *fiber)) {
	var waiting []*fiber
	begin := func(i int) {
		if f := c.fibers.begin(func(via *fiber) { do(i, via) }); f != nil {
			waiting = append(waiting, f)
		}
	}
	for i := range first {
		begin(i)
	}
	if slices.ContainsFunc(waiting, func(f *fiber) bool { return f.more }) {
		c.rounds(ctx, tree, 0, waiting) // those behind find what came of these
		waiting = nil
	}
	first, began := len(waiting), first
	for i := began; i < n; i++ {
		begin(i)
	}
	c.rounds(ctx, tree, first, waiting)
}

// rounds makes the calls of fibers until none has another; those behind the first are tried where these came to no
// error.
func (c *Connection) rounds(ctx context.Context, tree, first int, waiting []*fiber) {
	for len(waiting) > 0 {
		waiting = c.round(ctx, tree, first, waiting)
		first = 0
	}
}

// round makes the calls of fibers, in one message where there are several, and has each fiber go on when its answer
// comes. Those behind the first are tried where these came to no error. It returns those that have another call.
func (c *Connection) round(ctx context.Context, tree, first int, asking []*fiber) (waiting []*fiber) {
	if len(asking) == 1 {
		t := asking[0].turn
		if t.sent, t.err = c.ask(ctx, t.ask, t.upload); c.fibers.goOn(asking[0]) {
			return asking
		}
		return nil
	}
	turns := make([]*turn, len(asking)) // one may be answered before it was asked, and its fiber go on
	for n, f := range asking {
		turns[n] = f.turn
		c.counts(f.turn.ask)
	}
	q := to(&files{tree: tree}, wire.Together, &wire.TogetherAsk{First: first})
	all, err := c.ask(ctx, q, func(w *wire.Writer) error {
		for _, t := range turns {
			if err := w.Send(wire.Message, t.ask.text); err != nil {
				return err
			}
			if err := w.SendPart(t.upload); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		defer all.Close()
	}
	for n, f := range asking {
		if f.turn.err = err; err == nil {
			f.turn.sent = &exchange{Connection: c, ctx: all.ctx, in: all.in, part: true}
		}
		sent := f.turn.sent
		if c.fibers.goOn(f) {
			waiting = append(waiting, f)
		}
		if sent == nil || sent.Close() == nil || n+1 == len(asking) {
			continue
		}
		// What nobody reads goes on: a file that has grown. Whoever waits behind it asks again, which changes nothing: of
		// changes no answer is so long.
		if all.Close(); !repeatable(asking[n+1:]) {
			_ = c.ended(wire.Broken("an end"))
		}
		return append(waiting, c.round(ctx, tree, 0, asking[n+1:])...)
	}
	if err == nil {
		_, _ = end(all, wire.Together) // where the line is lost, the next call tells
	}
	return waiting
}

// Together has changes cross together.
func (c *changer) Together(ctx context.Context, n int, do func(i int, as volume.Changer)) {
	c.Follow(ctx, 0, n, do)
}

// follows is the minor version from which on calls may be tried only where others came to no error.
const follows = 2

// Follows tells whether the agent does that.
func (c *changer) Follows() bool { return c.minor >= follows }

// Follow has changes cross together with what has to be done before them.
func (c *changer) Follow(ctx context.Context, first, n int, do func(i int, as volume.Changer)) {
	c.together(ctx, c.tree, first, n, func(i int, via *fiber) { do(i, c.over(via)) })
}

// Directory is a directory's own entry, without a name, which the tree is asked for and not the run.
func (c *changer) Directory(dir tree.Path) (tree.Entry, error) {
	of := c.files
	of.run = nil
	return entry(&of, wire.Directory, &wire.PathAsk{Path: wire.Inner(dir)})
}

// over is what changes the tree by calls that are made together with others.
func (c *changer) over(via *fiber) *changer {
	r := &running{c.running.files, c.begun}
	r.via = via
	return changerOf(r)
}

// LookTogether has looks cross together.
func (v *Volume) LookTogether(ctx context.Context, n int, do func(i int, as volume.Looker)) {
	v.together(ctx, v.tree, 0, n, func(i int, via *fiber) {
		as := &Volume{files: v.files, host: v.host, ahead: v.ahead}
		as.via = via
		do(i, as)
	})
}

// repeatable tells whether all that fibers ask for may be asked again, whether or not it was answered.
func repeatable(asking []*fiber) bool {
	return !slices.ContainsFunc(asking, func(f *fiber) bool { return !repeated[f.turn.ask.call] })
}

// repeated are the calls that change nothing, of those that are made together.
var repeated = map[string]bool{wire.Content.Name(): true, wire.Planned.Name(): true,
	wire.Directory.Name(): true, wire.Names.Name(): true}

// mostPassed is how many bytes of an answer that nobody wants are read, so that the next one's come.
const mostPassed = 1 << 20

// pass reads what is left of the answer to one of several calls, so that the next one's comes. Errors tell that it does
// not.
func (e *exchange) pass() error {
	_, err := io.CopyN(io.Discard, e.in, mostPassed)
	switch err {
	case io.EOF:
		e.in.GoOn()
		return nil
	case nil:
		return errLong
	}
	return nil // whoever reads on comes to the error
}

// errLong: there is more of an answer than is passed over.
var errLong = errors.New("an answer goes on")
