// Package pipe makes a connection of two streams, as HTTP wants one: what a program reads and writes on its standard
// streams, or what this one reads and writes of another's. It opens none: there is no address, and no time limit but
// that of whoever reads and writes.
package pipe

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// Conn is two streams as a connection.
type Conn struct {
	from io.Reader
	to   io.Writer
	// Stop ends both.
	Stop func() error

	once   sync.Once
	closed chan struct{}
	err    error

	mu sync.Mutex
	// broke is the first error of reading or writing.
	broke error
}

// New is a connection of a stream that is read, one that is written, and what ends both.
func New(from io.Reader, to io.Writer, stop func() error) *Conn {
	return &Conn{from: from, to: to, Stop: stop, closed: make(chan struct{})}
}

var _ net.Conn = (*Conn)(nil)

// Read reads what the other end has written.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	return n, c.note(err)
}

// Write writes to the other end.
func (c *Conn) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	return n, c.note(err)
}

func (c *Conn) note(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil && c.broke == nil {
		c.broke = err
	}
	return err
}

// Broke is the first error of reading or writing, nil for none.
func (c *Conn) Broke() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.broke
}

// Close ends both streams; it may be called more than once.
func (c *Conn) Close() error {
	c.once.Do(func() {
		c.err = c.Stop()
		close(c.closed)
	})
	return c.err
}

// Closed is closed once the connection was.
func (c *Conn) Closed() <-chan struct{} { return c.closed }

type nowhere struct{}

func (nowhere) Network() string { return "pipe" }
func (nowhere) String() string  { return "pipe" }

// LocalAddr is no address.
func (c *Conn) LocalAddr() net.Addr { return nowhere{} }

// RemoteAddr is no address.
func (c *Conn) RemoteAddr() net.Addr { return nowhere{} }

// SetDeadline does nothing: pings tell whether the other end is there.
func (c *Conn) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (c *Conn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (c *Conn) SetWriteDeadline(time.Time) error { return nil }

// listener hands out one connection, and then waits for its end.
type listener struct {
	conn  *Conn
	first chan net.Conn
}

// Listen is a listener that a server gets this one connection from. It ends with the connection.
func Listen(conn *Conn) net.Listener {
	l := &listener{conn, make(chan net.Conn, 1)}
	l.first <- conn
	return l
}

// ErrEnded is what a listener returns once its connection has ended.
var ErrEnded = errors.New("the connection has ended")

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.first:
		return c, nil
	case <-l.conn.Closed():
		return nil, ErrEnded
	}
}

func (l *listener) Close() error   { return l.conn.Close() }
func (l *listener) Addr() net.Addr { return nowhere{} }
