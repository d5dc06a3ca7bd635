package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// changer changes the tree for one run.
type changer struct {
	*running
	examiner
	staging
	swapping
	copying
	lending
}

// running is a run that an agent has begun, as calls are made to it.
type running struct {
	files
	*begun
}

// begun is a run that an agent has begun, or is about to.
type begun struct {
	wire.Begun
	// told is closed when the agent has told of it, or has not, for failed.
	told   chan struct{}
	failed error
	lend   func(volume.Loan) error

	mu sync.Mutex
	// stopped is why the volume there takes no further change, nil as long as it does.
	stopped error
	// granted are the loans that were written down, and owes tells that an earlier run has left some.
	granted map[volume.Loan]bool
	owes    bool
	// barriers is held by the one that is under way, where there may be but one.
	barriers sync.Mutex
}

var _ volume.Changer = (*changer)(nil)

// Change begins the changes of a run. That crosses while something else is done: where it fails, all that is asked of
// the run comes to that error.
func (v *Volume) Change(run string, options volume.Options) (volume.Changer, error) {
	b := &begun{told: make(chan struct{}), lend: options.Lend, granted: map[volume.Loan]bool{}}
	q := &wire.ChangeAsk{Name: wire.Inner(run), Options: wire.OptionsOf(options)}
	go func() {
		defer close(b.told)
		b.failed = b.begin(v, q)
	}()
	return changerOf(&running{files{asker: v.asker, at: v.at, tree: v.tree, run: b}, b}), v.Lost()
}

func (b *begun) begin(v *Volume, q *wire.ChangeAsk) error {
	answer, err := call(context.Background(), &v.files, wire.Change, q, nil)
	switch {
	case err != nil:
		return err
	case answer.Begun == nil || answer.Begun.Run < 1 || answer.Begun.Granularity < 0:
		return v.ended(wire.Broken("a run"))
	}
	b.Begun = *answer.Begun
	return nil
}

// wait waits until the run was begun; the error is why it was not. Nil is of no run, and begun.
func (b *begun) wait() error {
	if b == nil {
		return nil
	}
	<-b.told
	return b.failed
}

func changerOf(r *running) *changer {
	return &changer{r, examiner{r}, staging{r}, swapping{r}, copying{r}, lending{r}}
}

// most is how many directories one change may need to be made workable.
const most = 64

// mostLater is how often one of several changes is put off: each time one before it is made.
const mostLater = 4096

// change makes a call of the run. Where that needs a directory to be made workable, the loan is written down, and the
// call made again: nothing was changed by it.
func change[Q, A any](ctx context.Context, c *running, of wire.Changing[Q, A], q *Q,
	upload func(*wire.Writer) error) (*A, error) {
	return changeBy(c, of, q, func(q *Q) (*A, error) { return call(ctx, &c.files, of.Call, q, upload) })
}

// changeBy is change of a call that is made by a function.
func changeBy[Q, A any](c *running, of wire.Changing[Q, A], q *Q, call func(*Q) (*A, error)) (*A, error) {
	for later, loans := 0, 0; later < mostLater && loans < most; loans++ {
		answer, err := call(q)
		c.note(of.Outcome(answer))
		var need *wire.NeedLoan
		switch {
		case errors.Is(err, wire.ErrLater):
			later, loans = later+1, loans-1
			continue
		case !errors.As(err, &need):
			return answer, err
		}
		if err := c.grant(need.Loan); err != nil {
			return answer, err
		}
		of.Grant(q, wire.LoanOf(need.Loan))
	}
	return new(A), c.ended(fmt.Errorf("%w: it asks for loans without end", wire.ErrBroken))
}

// note keeps why the volume has stopped.
func (c *running) note(outcome *wire.Outcome) {
	if outcome.Stopped == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped == nil {
		c.stopped = &stopped{outcome.Stopped.Err()}
	}
}

// grant writes a loan down, once.
func (c *running) grant(loan volume.Loan) error {
	if c.lend == nil {
		return c.ended(fmt.Errorf("%w: it asks for a loan that was not offered", wire.ErrBroken))
	}
	if _, err := tree.ParsePath(string(loan.Path)); err != nil && loan.Path != tree.Root {
		return c.ended(fmt.Errorf("%w: a loan of %q", wire.ErrBroken, string(loan.Path)))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.granted[loan] {
		return nil
	}
	if err := c.lend(loan); err != nil {
		return err
	}
	c.granted[loan] = true
	return nil
}

// stopped is why nothing more is changed: a volume.ErrStopped.
type stopped struct{ why error }

func (s *stopped) Error() string { return s.why.Error() }

func (s *stopped) Is(target error) bool { return target == volume.ErrStopped }

func (s *stopped) Unwrap() error { return s.why }

// Stopped is why the volume takes no further change: for a reason of its own, or since the connection is lost.
func (c *running) Stopped() error {
	if err := c.Lost(); err != nil {
		return &stopped{err}
	}
	select {
	case <-c.told:
		if c.failed != nil {
			return &stopped{c.failed}
		}
	default:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopped
}

// severalBarriers is the minor version from which on several barriers may be under way.
const severalBarriers = 1

// Barrier makes durable all that was changed before it.
func (c *running) Barrier(staged ...volume.Staged) error {
	if c.minor < severalBarriers {
		c.barriers.Lock()
		defer c.barriers.Unlock()
	}
	for {
		var q wire.BarrierAsk
		q.Stageds, staged = wire.StagedsOf(staged)
		if c.via != nil {
			c.via.more = len(staged) > 0
		}
		if _, err := change(context.Background(), c, wire.Barrier, &q, nil); err != nil {
			return err
		}
		if len(staged) == 0 {
			return nil
		}
	}
}

// sending uploads what is read. An error of reading is the other end's too.
func sending(src io.Reader) func(*wire.Writer) error {
	return func(w *wire.Writer) error {
		err := wire.Copy(w, src)
		if err != nil && scan.Damaged(err) {
			err = &volume.Unreadable{Err: err}
		}
		return err
	}
}

// staged makes a call that is answered by what waits then.
func staged[Q any](ctx context.Context, c *running, of wire.Changing[Q, wire.StagedAnswer], q *Q,
	upload func(*wire.Writer) error) (volume.Staged, error) {
	answer, err := change(ctx, c, of, q, upload)
	if err != nil {
		return volume.Staged{}, err
	}
	return checked(c.Connection, answer.Staged, (*wire.Staged).Checked)
}
