package apply_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"sync"

	"treaty/apply/internal/pipe"
	"treaty/apply/internal/wire"
)

// liar sits at an agent's end of the line: it passes on what is asked, and is free in what it answers. The tree
// there is an honest one, so that what became of it can be seen.
type liar struct {
	// lie answers a call in its own way, and tells whether it does. It may have the call carried out, or not. nil for an
	// honest one.
	lie func(c *lied) bool
	// hasty, where not nil, is lie for a call of which nothing was read yet.
	hasty func(w http.ResponseWriter, asked *bufio.Reader) bool
	// minor, where not "", is the minor version that each end is told the other one speaks, and more has every message a
	// part that neither end knows.
	minor string
	more  bool

	mu sync.Mutex
	// asked is how many calls came, and told at which of them it lied.
	asked int
	told  []string
}

// lied is a call that a liar may answer in its own way.
type lied struct {
	wire.Head
	// Place and Staged are those that it is given, if any.
	Place  wire.Inner   `json:"place"`
	Staged *wire.Staged `json:"staged"`

	liar *liar
	// nth counts the calls of the connection's apply, from 1.
	nth int
	// part tells that it is one of several that were made together, whose answers are parts of one.
	part   bool
	writer http.ResponseWriter
	truly  func() *speech
	answer *speech
	// raw are the bytes of it.
	raw []byte
}

// speech is an answer, in its parts.
type speech struct {
	// first comes before the data, nil where nothing does.
	first reply
	data  []byte
	// end is the last part; aborted, where not nil, comes instead.
	end     reply
	aborted *wire.Fault
}

// reply is an answer of any call, by the names of what is in it.
type reply map[string]json.RawMessage

// put has an answer tell something, or nothing where that is nil. It tells whether that makes a difference.
func (t reply) put(name string, value any) bool {
	was := t[name]
	if delete(t, name); value != nil {
		t[name] = marshalled(value)
	}
	return !bytes.Equal(was, t[name])
}

// has tells whether an answer tells something.
func (t reply) has(name string) bool { return t[name] != nil }

// change changes what an answer tells, if it does, which is returned.
func change[T any](t reply, name string, change func(*T)) bool {
	if !t.has(name) {
		return false
	}
	var value T
	if err := json.Unmarshal(t[name], &value); err != nil {
		panic(err)
	}
	change(&value)
	t[name] = marshalled(&value)
	return true
}

func marshalled(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}

// honest is what the tree's own agent answers. It has the call carried out, once.
func (c *lied) honest() *speech {
	if c.answer == nil {
		c.answer = c.truly()
	}
	return c.answer
}

// begin notes that a lie is being told.
func (c *lied) begin() http.ResponseWriter {
	c.liar.mu.Lock()
	defer c.liar.mu.Unlock()
	c.liar.told = append(c.liar.told, c.Call)
	return c.writer
}

// says answers.
func (c *lied) says(t *speech) {
	w := wire.NewWriter(c.begin())
	var err error
	if t.first != nil {
		err = w.Send(wire.Message, t.first)
	}
	if err == nil && t.data != nil {
		_, err = w.Write(t.data)
	}
	switch {
	case err != nil:
	case t.aborted != nil:
		err = w.Send(wire.Abort, t.aborted)
	default:
		err = w.Send(wire.End, t.end)
	}
	if err != nil {
		panic(http.ErrAbortHandler) // nobody listens any more
	}
}

// sends writes some bytes of an answer.
func sends(to io.Writer, parts ...[]byte) {
	for _, p := range parts {
		if _, err := to.Write(p); err != nil {
			panic(http.ErrAbortHandler) // nobody listens any more
		}
	}
}

// frame is one, of any kind.
func frame(kind wire.Kind, p []byte) []byte {
	head := make([]byte, 5, 5+len(p))
	head[0] = byte(kind)
	binary.BigEndian.PutUint32(head[1:], uint32(len(p)))
	return append(head, p...)
}

// over puts the liar between an agent and who asks it.
func (l *liar) over(from io.Reader, to io.Writer) (io.Reader, io.Writer) {
	toAsker, fromLiar := io.Pipe()
	fromAsker, toLiar := io.Pipe()
	asker := bufio.NewReader(fromAsker)
	answering := pipe.New(asker, fromLiar, func() error {
		return errors.Join(fromAsker.CloseWithError(io.EOF), fromLiar.CloseWithError(io.EOF))
	})
	agent := bufio.NewReader(until{from, answering.Close})
	asking := pipe.New(agent, to, to.(io.Closer).Close)
	go func() {
		l.greet(agent, fromLiar)
		l.greet(asker, to)
		server := &http.Server{Handler: l.answers(askingOver(asking)), Protocols: unencrypted(),
			ErrorLog: log.New(io.Discard, "", 0)}
		_ = server.Serve(pipe.Listen(answering)) // it ends with its one connection
		_ = asking.Close()
	}()
	return toAsker, toLiar
}

// until tells when a stream has ended.
type until struct {
	io.Reader
	ended func() error
}

func (u until) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	if err != nil {
		_ = u.ended() // whoever waits for the end is told by err
	}
	return n, err
}

func unencrypted() *http.Protocols {
	p := &http.Protocols{}
	p.SetUnencryptedHTTP2(true)
	return p
}

// askingOver asks over one connection, and over no other.
func askingOver(conn *pipe.Conn) *http.Client {
	once := make(chan net.Conn, 1)
	once <- conn
	return &http.Client{Transport: &http.Transport{Protocols: unencrypted(), DisableCompression: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			select {
			case c := <-once:
				return c, nil
			case <-conn.Closed():
			case <-ctx.Done():
			}
			return nil, pipe.ErrEnded
		}}}
}

// greet passes a first line on. Where none comes nothing else does.
func (l *liar) greet(from *bufio.Reader, to io.Writer) {
	line, err := from.ReadBytes('\n')
	if err != nil {
		return
	}
	if l.minor != "" {
		line = bytes.Replace(line, []byte(`"`+wire.NewHello("").FormatVersion+`"`), []byte(`"1.`+l.minor+`"`), 1)
	}
	_, _ = to.Write(line)
}

// later are frames as a later version may send them, if this is one: all messages tell more.
func (l *liar) later(frames []byte) (out []byte) {
	if !l.more {
		return frames
	}
	for len(frames) > 0 {
		end := 5 + binary.BigEndian.Uint32(frames[1:])
		kind, p := wire.Kind(frames[0]), frames[5:end]
		if frames = frames[end:]; kind != wire.Data {
			p = slices.Concat(bytes.TrimSuffix(p, []byte("}")), []byte(`,"later":{"tells":[1]}}`))
			p = bytes.Replace(p, []byte("{,"), []byte("{"), 1)
		}
		out = append(out, frame(kind, p)...)
	}
	return out
}

// answers is how the liar serves: by what the agent says, which the client asks, where it does not lie.
func (l *liar) answers(client *http.Client) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := bufio.NewReader(r.Body)
		if l.hasty != nil && l.hasty(w, asked) {
			return
		}
		body, err := io.ReadAll(asked)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		l.replies(client, w, body, nil)
	})
}

// replies answers a call. Of several that were made together it answers each, and is free in those that bring or take
// content, or change something. Of one of those put tells that one before needs a loan first, so that no change is
// tried behind it; nil for any other.
func (l *liar) replies(client *http.Client, w http.ResponseWriter, body []byte, put *bool) {
	if calls := together(body); slices.ContainsFunc(calls, mayBeLied) {
		put = new(bool)
		for _, one := range calls {
			l.replies(client, w, one, put)
		}
		sends(w, frame(wire.End, []byte("{}")))
		return
	}
	c := &lied{liar: l, writer: w, part: put != nil}
	if json.Unmarshal(body[5:5+binary.BigEndian.Uint32(body[1:])], c) != nil {
		panic("nobody asks so")
	}
	c.truly = func() *speech {
		c.raw = l.later(forwarded(client, l.later(body)))
		return parts(c.raw)
	}
	if c.part && *put && slices.Contains(changes, c.Call) {
		sends(w, frame(wire.End, marshalled(&wire.Outcome{Fault: wire.FaultOf(wire.ErrLater)})))
		return
	}
	l.mu.Lock()
	l.asked++
	c.nth = l.asked
	l.mu.Unlock()
	if l.lie != nil && l.lie(c) {
		return
	}
	c.honest()
	sends(w, c.raw)
	if !c.part {
		return
	}
	*put = *put || bytes.Contains(c.answer.end["fault"], []byte(`"loan":`))
}

// mayBeLied tells of one of several calls that a liar may answer in its own way.
func mayBeLied(one []byte) bool {
	contents := []string{wire.Content.Name(), wire.Stage.Name()}
	return slices.ContainsFunc(slices.Concat(changes, contents), func(call string) bool {
		return bytes.HasPrefix(one[5:], []byte(`{"call":"`+call+`"`))
	})
}

// together are the calls that are made together in one, each with what is uploaded for it; none in any other.
func together(body []byte) (calls [][]byte) {
	if !bytes.HasPrefix(body[5:], []byte(`{"call":"together"`)) {
		return nil
	}
	rest := body[5+binary.BigEndian.Uint32(body[1:]):]
	for len(rest) > 0 && wire.Kind(rest[0]) == wire.Message {
		n := 0
		for last := false; !last && n < len(rest); {
			kind := wire.Kind(rest[n])
			last = kind == wire.End || kind == wire.Abort
			n += 5 + int(binary.BigEndian.Uint32(rest[n+1:]))
		}
		calls, rest = append(calls, rest[:n]), rest[n:]
	}
	return calls
}

// forwarded is what an agent answers.
func forwarded(client *http.Client, body []byte) []byte {
	response, err := client.Post("http://agent/", "", bytes.NewReader(body))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return raw
}

// parts takes an answer apart.
func parts(raw []byte) *speech {
	t := &speech{}
	for len(raw) > 0 {
		kind, size := wire.Kind(raw[0]), binary.BigEndian.Uint32(raw[1:])
		p := raw[5 : 5+size]
		raw = raw[5+size:]
		var err error
		switch kind {
		case wire.Message:
			err = json.Unmarshal(p, &t.first)
		case wire.Data:
			t.data = append(t.data, p...)
		case wire.End:
			err = json.Unmarshal(p, &t.end)
		case wire.Abort:
			t.aborted = &wire.Fault{}
			err = json.Unmarshal(p, t.aborted)
		}
		if err != nil {
			panic(err)
		}
	}
	return t
}
