package agent

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"sync"
	"time"

	"treaty/apply/internal/pipe"
	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// Serving is what an agent serves, and as whom.
type Serving struct {
	// Program is the version of this program.
	Program string
	// Open opens the tree at a root, as an address has it, and tells its root, links resolved, in the same way.
	Open func(root string) (v volume.Volume, path string, err error)
	// Now is the clock of this machine.
	Now func() time.Time
}

// The other end is asked whether it is there after Ping without a word, and taken to be gone after Silence.
const (
	Ping    = 15 * time.Second
	Silence = 60 * time.Second
)

// ErrRefused: the one who asks speaks another version, or is no treaty. It was not served.
var ErrRefused = errors.New("no treaty that this one can speak with is at the other end")

// Serve says who it is, and serves the one who asks over two streams until they end; stop ends both. An error wraps
// ErrRefused, or is of the first lines, or of releasing locks.
func (how Serving) Serve(in io.Reader, out io.Writer, stop func() error) error {
	if _, err := out.Write(wire.NewHello(how.Program).Line()); err != nil {
		return err
	}
	buffered := bufio.NewReader(in)
	asker, noise, err := wire.ReadHello(buffered)
	if err != nil || len(noise) > 0 {
		if !errors.Is(err, wire.ErrNoHello) && len(noise) > 0 {
			err = errors.Join(wire.ErrNoHello, err)
		}
		return errors.Join(fmt.Errorf("%w: %w", ErrRefused, err), stop())
	}
	s := &server{how: how, newer: asker.Newer(), trees: map[int]*open{}}
	conn := pipe.New(buffered, out, stop)
	protocols := &http.Protocols{}
	protocols.SetUnencryptedHTTP2(true)
	serving := &http.Server{Handler: s, Protocols: protocols, MaxHeaderBytes: 64 << 10,
		ErrorLog: log.New(io.Discard, "", 0),
		HTTP2: &http.HTTP2Config{SendPingTimeout: Ping, PingTimeout: Silence - Ping,
			MaxReceiveBufferPerStream: window, MaxReceiveBufferPerConnection: window}}
	if err := serving.Serve(pipe.Listen(conn)); !errors.Is(err, pipe.ErrEnded) {
		return errors.Join(err, conn.Close())
	}
	s.calls.Wait()
	return s.leave()
}

// window is how many bytes may be on their way unread.
const window = 4<<20 - 1

// server is one connection being served.
type server struct {
	how Serving
	// newer tells that who asks is newer (wire.Hello).
	newer bool
	calls sync.WaitGroup

	mu    sync.Mutex
	trees map[int]*open
	last  int
}

// open is a tree that the other end has opened, with what it has begun there.
type open struct {
	volume.Volume

	mu   sync.Mutex
	runs map[int]*run
	logs map[int]volume.Log
	last int
	// claimed are the files that were claimed through this connection and not removed since: locks.
	claimed map[string][]byte
}

// run is what changes a tree, with the loans that the other end has written down.
type run struct {
	volume.Changer

	mu      sync.Mutex
	granted map[volume.Loan]bool
}

// grant takes a loan for one that is written down.
func (r *run) grant(loans []volume.Loan) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range loans {
		r.granted[l] = true
	}
}

// lend refuses a loan that is not written down yet: the other end does that, and asks for the change again.
func (r *run) lend(l volume.Loan) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.granted[l] {
		return &wire.NeedLoan{Loan: l}
	}
	return nil
}

// ServeHTTP answers a call.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.calls.Add(1)
	defer s.calls.Done()
	out := outs.Get().(*bufio.Writer)
	out.Reset(w)
	defer func() {
		out.Reset(nil)
		outs.Put(out)
	}()
	c := &call{server: s, ctx: r.Context(), in: wire.NewReader(r.Body), out: wire.NewWriter(out), flush: func() error {
		return errors.Join(out.Flush(), http.NewResponseController(w).Flush())
	}}
	c.in.Newer = s.newer
	var more bool
	var err error
	if c.asked, more, err = c.in.Question(); err != nil || !more {
		http.Error(w, "no call", http.StatusBadRequest)
		return
	}
	// Where one of these fails nobody is there to read it.
	_ = c.respond(c.carryOut())
	_ = out.Flush()
}

// outs gather what is answered: the answers to several calls, each of them short, cross in one piece.
var outs = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, wire.Chunk) }}

// respond ends the answer to a call that came to an error, nil for none. Its own error is of writing that.
func (c *call) respond(a answered, err error) error {
	a.outcome.Fault = wire.FaultOf(err)
	if c.run != nil {
		a.outcome.Stopped = wire.FaultOf(c.run.Stopped())
	}
	if err = c.out.Send(wire.End, a.answer); err != nil {
		// It may only be too long for a message.
		err = c.out.Send(wire.End, &wire.Outcome{Fault: wire.FaultOf(err)})
	}
	return err
}

// open is the tree of that number.
func (s *server) open(number int) (*open, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.trees[number]; t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("%w: no tree has the number %d", wire.ErrBroken, number)
}

// leave closes what is open, and removes the locks that are still there as they were taken.
func (s *server) leave() error {
	var failed error
	for _, t := range s.trees {
		failed = errors.Join(failed, t.leave())
	}
	return failed
}

func (t *open) leave() error {
	for _, l := range t.logs {
		l.Close()
	}
	var failed error
	for name, data := range t.claimed {
		now, err := t.ReadPrivate(name, int64(len(data)))
		if err == nil && bytes.Equal(now, data) {
			failed = errors.Join(failed, t.DropPrivate(name))
		}
	}
	return errors.Join(failed, t.Close())
}

// call is a call being carried out.
type call struct {
	*server
	ctx   context.Context
	asked wire.Asked
	in    *wire.Reader
	out   *wire.Writer
	flush func() error

	tree *open
	// run is what changes the tree, nil where the tree itself is asked.
	run *run
}

// opening are the calls before which no tree need be open.
var opening = table(func() []carriedOut {
	return []carriedOut{by(wire.Open, openTree)}
})

// carryOut finds what is asked for, and does it.
func (c *call) carryOut() (a answered, err error) {
	a = done()
	if c.asked.Call == wire.Together.Name() {
		return a, c.together()
	}
	if do := opening()[c.asked.Call]; do != nil {
		return do(c)
	}
	if c.tree, err = c.open(c.asked.Tree); err != nil {
		return a, err
	}
	if do := reading()[c.asked.Call]; do != nil && c.asked.Run == 0 {
		return do(c)
	}
	if c.asked.Run != 0 {
		c.tree.mu.Lock()
		c.run = c.tree.runs[c.asked.Run]
		c.tree.mu.Unlock()
		if c.run == nil {
			return a, fmt.Errorf("%w: no run has the number %d", wire.ErrBroken, c.asked.Run)
		}
		c.run.grant(wire.Loans(c.asked.Granted.Granted))
	}
	if do := keeping()[c.asked.Call]; do != nil {
		return do(c)
	}
	if do := changing()[c.asked.Call]; do != nil && c.run != nil {
		return do(c)
	}
	return a, fmt.Errorf("%w: an unknown call %q", wire.ErrBroken, c.asked.Call)
}

// openTree opens a tree.
func openTree(c *call, q *wire.OpenAsk) (a wire.OpenAnswer, _ error) {
	v, path, err := c.how.Open(q.Root)
	if err != nil {
		return a, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	c.trees[c.last] = &open{Volume: v, runs: map[int]*run{}, logs: map[int]volume.Log{}, claimed: map[string][]byte{}}
	a.Opened = &wire.Opened{Tree: c.last, Root: path, Host: v.Host().Name(), LosesRenames: v.LosesRenames(),
		Now: tree.TimeOf(c.how.Now())}
	a.Looked = looked(v, q.Looks)
	return a, nil
}
