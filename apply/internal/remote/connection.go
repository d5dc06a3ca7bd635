package remote

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"treaty/apply/internal/pipe"
	"treaty/apply/internal/wire"
	"treaty/plan/scan"
)

// ErrLost: the connection to the other end is no more.
var ErrLost = errors.New("the connection is lost")

// lost is why a connection is no more: an ErrLost, and a scan.ErrVanished.
type lost struct{ why error }

func (l *lost) Error() string { return fmt.Sprintf("%v: %v", ErrLost, l.why) }

func (l *lost) Is(target error) bool { return target == ErrLost || target == scan.ErrVanished }

func (l *lost) Unwrap() error { return l.why }

// The other end is asked whether it is there after Ping without a word, and taken to be gone after Silence.
const (
	Ping    = 15 * time.Second
	Silence = 60 * time.Second
)

// Streams are what connects to an agent.
type Streams struct {
	From io.Reader
	To   io.Writer
	// Stop ends both.
	Stop func() error
	// Now is the clock of this machine.
	Now func() time.Time
	// Why, where not nil, says more of why they ended; nil for nothing.
	Why func() error
}

// lost is why streams ended, which are of no use any more.
func (s *Streams) lost(err error) error {
	if s.Why != nil {
		if why := s.Why(); why != nil {
			err = why
		}
	}
	return &lost{err}
}

// Connection is an agent that is asked. Many goroutines may ask at once.
type Connection struct {
	streams Streams
	// newer tells that the agent is newer (wire.Hello), and minor is the minor version that is spoken.
	newer  bool
	minor  int
	conn   *pipe.Conn
	client *http.Client
	// slots bounds how many calls are under way.
	slots  chan struct{}
	fibers fibers

	mu   sync.Mutex
	lost error
	// left are the trees that nobody asks any more and that are open there still: with the connection they are closed.
	left []*files
	// asked is how many calls were made that may have looked at a tree, and changes how many calls were no quiet ones.
	asked, changes atomic.Int64
}

// atOnce is how many calls are under way at most, and window how many bytes may be on their way unread.
const (
	atOnce = 64
	window = 4<<20 - 1
)

// Connect speaks to the agent at the other end of streams. It returns what came before the agent's first line. Errors
// are those of wire.ReadHello, or wrap ErrLost where the agent is gone after its own; then the streams were ended.
func Connect(streams Streams, program string) (c *Connection, noise []byte, err error) {
	buffered := bufio.NewReader(streams.From)
	agent, noise, err := wire.ReadHello(buffered)
	if err != nil {
		return nil, noise, errors.Join(err, streams.Stop())
	}
	if _, err := streams.To.Write(wire.NewHello(program).Line()); err != nil {
		stopped := streams.Stop()
		return nil, noise, errors.Join(streams.lost(err), stopped)
	}
	c = &Connection{streams: streams, newer: agent.Newer(), minor: agent.Minor(), slots: make(chan struct{}, atOnce)}
	c.conn = pipe.New(buffered, streams.To, streams.Stop)
	protocols := &http.Protocols{}
	protocols.SetUnencryptedHTTP2(true)
	once := make(chan net.Conn, 1)
	once <- c.conn
	c.client = &http.Client{CheckRedirect: elsewhere, Transport: &http.Transport{Protocols: protocols,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 64 << 10,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			select {
			case conn := <-once:
				return conn, nil
			case <-c.conn.Closed():
				return nil, pipe.ErrEnded
			case <-ctx.Done():
				// The one connection was not yet known to be free when this was asked for.
				return nil, ctx.Err()
			}
		},
		HTTP2: &http.HTTP2Config{SendPingTimeout: Ping, PingTimeout: Silence - Ping, StrictMaxConcurrentRequests: true,
			MaxReceiveBufferPerStream: window, MaxReceiveBufferPerConnection: window}}}
	return c, noise, nil
}

// elsewhere refuses to be sent anywhere: there is one connection, and what is no answer breaks the rules.
func elsewhere(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Close ends the connection.
func (c *Connection) Close() error {
	c.mu.Lock()
	if c.lost == nil {
		c.lost = &lost{errors.New("it was closed here")}
	}
	c.mu.Unlock()
	c.fibers.end()
	return c.conn.Close()
}

// leave leaves a tree to be closed when the next is opened, or with the connection: nobody waits for that.
func (c *Connection) leave(tree *files) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left = append(c.left, tree)
}

// closeLeft closes the trees that were left.
func (c *Connection) closeLeft() error {
	c.mu.Lock()
	left := c.left
	c.left = nil
	c.mu.Unlock()
	for _, tree := range left {
		if err := tell(tree, wire.Close, &wire.Plain{}, nil); err != nil {
			return err
		}
	}
	return nil
}

// Lost is why the connection is no more, nil as long as it is.
func (c *Connection) Lost() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lost
}

// ended ends the connection because of an error, and returns why it is lost.
func (c *Connection) ended(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lost != nil {
		return c.lost
	}
	if broke := c.conn.Broke(); broke != nil && errors.Is(err, pipe.ErrEnded) {
		err = fmt.Errorf("%w: %w", err, broke)
	}
	_ = c.conn.Close() // it is of no use any more
	var about *url.Error
	if errors.As(err, &about) {
		err = about.Err // the call has no address that says anything to a person
	}
	c.lost = c.streams.lost(err)
	return c.lost
}

// counts counts a call that is no quiet one.
func (c *Connection) counts(q question) {
	if !quiet[q.call] {
		c.changes.Add(1)
	}
}

// exchange is a call that was asked, whose answer is read.
type exchange struct {
	*Connection
	// nth is how many calls that may have looked at a tree were made by the time that it was.
	nth    int64
	body   io.ReadCloser
	in     *wire.Reader
	cancel context.CancelFunc
	ctx    context.Context
	once   sync.Once
	// upload is what is read of what is uploaded, and uploaded is closed when nothing more is written to it; nil for
	// none.
	upload   *io.PipeReader
	uploaded chan struct{}
	// part tells that it is one of several that were asked together, read in their order.
	part bool
	// left tells of a part that there is more of it than was read.
	left error
}

// ask begins a call. With upload, what that writes follows the question. The caller closes the exchange.
func (c *Connection) ask(ctx context.Context, q question, upload func(*wire.Writer) error) (*exchange, error) {
	if err := c.Lost(); err != nil {
		return nil, err
	}
	c.counts(q)
	nth := c.asked.Load()
	if !blind[q.call] {
		nth = c.asked.Add(1)
	}
	select {
	case c.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	e := &exchange{Connection: c, nth: nth}
	e.ctx, e.cancel = context.WithCancel(ctx)
	request, err := http.NewRequestWithContext(e.ctx, http.MethodPost, "http://agent/", nil)
	if err == nil {
		err = e.fill(request, q, upload)
	}
	var response *http.Response
	if err == nil {
		// No call is made twice: who carries it out may have begun.
		request.GetBody = func() (io.ReadCloser, error) { return nil, pipe.ErrEnded }
		if response, err = c.client.Do(request); err != nil {
			err = e.failed(err)
		}
	}
	if err != nil {
		e.Close()
		return nil, err
	}
	e.body, e.in = response.Body, wire.NewReader(response.Body)
	e.in.Newer = c.newer
	if response.StatusCode != http.StatusOK {
		defer e.Close()
		return nil, c.ended(fmt.Errorf("%w: %s", wire.ErrBroken, response.Status))
	}
	return e, nil
}

// fill gives a request its body: at once what is small, else as it is written.
func (e *exchange) fill(request *http.Request, q question, upload func(*wire.Writer) error) error {
	var whole bytes.Buffer
	w := wire.NewWriter(&whole)
	if err := w.Send(wire.Message, q.text); err != nil {
		return err
	}
	if upload == nil {
		if err := w.SendPart(nil); err != nil {
			return err
		}
		request.Body, request.ContentLength = io.NopCloser(&whole), int64(whole.Len())
		return nil
	}
	reader, writer := io.Pipe()
	request.Body, request.ContentLength = reader, -1
	e.upload, e.uploaded = reader, make(chan struct{})
	go func() {
		defer close(e.uploaded)
		out := bufio.NewWriterSize(writer, wire.Chunk)
		_, err := whole.WriteTo(out)
		frames := wire.NewWriter(out)
		if err == nil {
			err = frames.SendPart(upload)
		}
		if err == nil {
			err = out.Flush()
		}
		writer.CloseWithError(err)
	}()
	return nil
}

// failed is an error of what carries a call: where the caller did not end it, the connection is lost.
func (e *exchange) failed(err error) error {
	if stop := e.ctx.Err(); stop != nil {
		return stop
	}
	return e.ended(err)
}

// Read reads the data of the answer. Errors are those of the connection.
func (e *exchange) Read(p []byte) (int, error) {
	n, err := e.in.Read(p)
	if err != nil && err != io.EOF {
		err = e.failed(err)
	}
	return n, err
}

// Close ends the call.
func (e *exchange) Close() error {
	e.once.Do(func() {
		if e.part {
			e.left = e.pass()
			return
		}
		e.cancel()
		if e.body != nil {
			_ = e.body.Close() // nothing more is read
		}
		if e.upload != nil {
			e.upload.CloseWithError(context.Canceled)
			<-e.uploaded // what is uploaded is the caller's again
		}
		<-e.slots
	})
	return e.left
}

// early is an error of reading data: the one that the other end tells, where that has ended it for a reason of its own.
func (e *exchange) early(err error) error {
	if failed := e.in.Failed(); failed != nil {
		return e.checked(failed)
	}
	return e.failed(err)
}
