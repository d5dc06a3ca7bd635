package apply_test

import (
	"errors"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"treaty/apply/internal/agent"
	"treaty/apply/internal/remote"
	"treaty/apply/volume"
	"treaty/plan/address"
	"treaty/plan/tree"
)

// afar is a place that is reached through an agent, at the other end of a pipe in this process.
type afar struct {
	place
	// line, where not nil, is what it is reached over.
	line *cutLine
	// liar, where not nil, answers in the place of the agent there.
	liar *liar
	// ahead is by how much the clock there is ahead.
	ahead time.Duration
}

// farRoot is how a place is called that is reached so.
func farRoot(root string) string { return "ssh://test" + addressed(root) }

// addressed is a path as addresses have it: "/C:/Work" is "C:\Work" on Windows.
func addressed(root string) string { return "/" + strings.TrimPrefix(filepath.ToSlash(root), "/") }

func (f afar) open() (volume.Volume, error) {
	v, err := f.place.open()
	if err != nil {
		return nil, err
	}
	var cut func(io.Reader, io.Writer) (io.Reader, io.Writer)
	switch {
	case f.line != nil:
		cut = f.line.over
	case f.liar != nil:
		cut = f.liar.over
	}
	far, err := throughAgent(v, cut, f.ahead)
	if err != nil {
		return nil, err
	}
	return &plainly{far, v.Root()}, nil
}

// plainly is a tree behind an agent that is called as if it were here: worlds know their trees by their places.
type plainly struct {
	*remote.Volume
	root string
}

func (p *plainly) Root() string { return p.root }

func (p *plainly) Where(path tree.Path) string {
	return filepath.Join(p.root, filepath.FromSlash(string(path)))
}

// throughAgent is a volume as it is reached through an agent of its own, whose clock is ahead. cut, where not nil, may
// spoil the streams.
func throughAgent(v volume.Volume, cut func(io.Reader, io.Writer) (io.Reader, io.Writer),
	ahead time.Duration) (*remote.Volume, error) {
	fromAgent, toHere := io.Pipe()
	fromHere, toAgent := io.Pipe()
	var served sync.WaitGroup
	serving := agent.Serving{Program: "test", Open: func(string) (volume.Volume, string, error) {
		return v, addressed(v.Root()), nil
	}, Now: func() time.Time { return time.Now().Add(ahead) }}
	var failed error
	served.Go(func() {
		failed = serving.Serve(fromHere, toHere, func() error {
			return errors.Join(fromHere.CloseWithError(io.EOF), toHere.CloseWithError(io.EOF))
		})
	})
	streams := remote.Streams{Now: time.Now, From: fromAgent, To: toAgent, Stop: func() error {
		return errors.Join(fromAgent.CloseWithError(io.ErrClosedPipe), toAgent.CloseWithError(io.EOF))
	}}
	if cut != nil {
		streams.From, streams.To = cut(streams.From, streams.To)
	}
	c, _, err := remote.Connect(streams, "test")
	if err != nil {
		served.Wait()
		return nil, errors.Join(err, failed)
	}
	at, err := address.Parse(farRoot(v.Root()))
	if err != nil {
		return nil, err
	}
	far, err := c.Open(at, func() error {
		err := c.Close()
		served.Wait()
		return errors.Join(err, failed)
	})
	if err != nil {
		c.Close()
		served.Wait()
	}
	return far, err
}
