package reach

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"treaty/apply/internal/agent"
	"treaty/apply/internal/local"
	"treaty/apply/internal/remote"
	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/address"
	"treaty/plan/scan"
)

var (
	// ErrElsewhere: a root is on another machine, which nothing connects to here. It is an fs.ErrNotExist too.
	ErrElsewhere error = elsewhere{}
	// ErrLost: the connection to another machine is no more. It is a scan.ErrVanished too.
	ErrLost = remote.ErrLost
	// ErrNoAgent: what answered there is no agent of treaty's.
	ErrNoAgent = wire.ErrNoHello
	// ErrNoise, an ErrNoAgent: before one could have answered, more than 64 KiB came, such as what a login prints.
	ErrNoise = wire.ErrNoise
	// ErrRefused: who asked an agent is no treaty that it can speak with.
	ErrRefused = agent.ErrRefused
)

// VersionError tells of an agent that speaks another major version.
type VersionError = wire.VersionError

// Streams are what connects to an agent.
type Streams = remote.Streams

type elsewhere struct{}

func (elsewhere) Error() string { return "it is on another machine, which nothing connects to here" }

func (elsewhere) Is(target error) bool { return target == fs.ErrNotExist }

// Network reaches trees of other machines, with one connection to each. It may be used by many goroutines at once.
type Network struct {
	// Dial connects to the agent on a machine, by its address without a path.
	Dial func(machine address.Address) (Streams, error)
	// Heard, where not nil, is told what came from a machine before its agent spoke, also where none did.
	Heard func(machine address.Address, noise []byte)
	// Program is the version of this program.
	Program string

	mu    sync.Mutex
	lines map[address.Address]*line
}

// line is a connection with how many trees are open through it.
type line struct {
	*remote.Connection
	open int
}

// Open opens what a root names: a directory of this machine, or, by its address, a tree of another one. Errors are
// those of scan.Open, of Dial, or wrap ErrNoAgent, ErrLost or address.ErrAddress, or are a *VersionError.
func (n *Network) Open(root string) (volume.Volume, error) {
	if !address.Is(root) {
		return Open(root)
	}
	at, err := address.Parse(root)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	l, err := n.line(at.Machine())
	if err != nil {
		return nil, err
	}
	v, err := l.Open(at, func() error { return n.leave(at.Machine(), l) })
	if err != nil {
		return nil, errors.Join(err, n.unused(at.Machine(), l))
	}
	l.open++
	return v, nil
}

// line is the connection to a machine, which is made where there is none.
func (n *Network) line(machine address.Address) (*line, error) {
	if l := n.lines[machine]; l != nil && l.Lost() == nil {
		return l, nil
	}
	streams, err := n.Dial(machine)
	if err != nil {
		return nil, err
	}
	streams.Now = local.Now
	c, noise, err := remote.Connect(streams, n.Program)
	if n.Heard != nil && len(noise) > 0 {
		n.Heard(machine, noise)
	}
	if err != nil {
		return nil, err
	}
	if n.lines == nil {
		n.lines = map[address.Address]*line{}
	}
	n.lines[machine] = &line{Connection: c}
	return n.lines[machine], nil
}

// leave is told that a tree was closed.
func (n *Network) leave(machine address.Address, l *line) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	l.open--
	return n.unused(machine, l)
}

// unused keeps a connection that no tree is open through: the next may need it. One that is lost is forgotten.
func (n *Network) unused(machine address.Address, l *line) error {
	if l.open > 0 || l.Lost() == nil {
		return nil
	}
	if n.lines[machine] == l {
		delete(n.lines, machine)
	}
	return l.Connection.Close()
}

// Close ends all connections. What is open there is lost.
func (n *Network) Close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	var failed error
	for _, l := range n.lines {
		failed = errors.Join(failed, l.Connection.Close())
	}
	n.lines = nil
	return failed
}

// Serving is an agent of this machine.
type Serving struct {
	// Program is the version of this program.
	Program string
	// Within, where not "", is the directory that all trees have to lie in.
	Within string
}

// Serve lets a treaty on another machine work on trees of this one, over two streams, until they end; stop ends both.
// Errors wrap ErrRefused where nobody is there to be served. Where Within cannot be opened, whoever asks is told so.
func (how Serving) Serve(in io.Reader, out io.Writer, stop func() error) error {
	within, err := how.within()
	open := func(root string) (volume.Volume, string, error) {
		if err != nil {
			return nil, "", &notServed{how.Within, err}
		}
		return openWithin(fromAddress(root), within)
	}
	return agent.Serving{Program: how.Program, Now: local.Now, Open: open}.Serve(in, out, stop)
}

// within is Within with links resolved.
func (how Serving) within() (string, error) {
	if how.Within == "" {
		return "", nil
	}
	v, err := local.Open(how.Within)
	if err != nil {
		return "", err
	}
	return v.Root(), v.Close()
}

// openWithin opens a directory that lies in another one, "" for anywhere.
func openWithin(root, within string) (volume.Volume, string, error) {
	v, err := local.Open(root)
	if err != nil {
		if within != "" {
			// It is not told what there is elsewhere.
			err = outside(root, within, err)
		}
		return nil, "", err
	}
	if within != "" && !inside(v.Root(), within) {
		// A link may have led out of it.
		return nil, "", errors.Join(&notServed{within: within}, v.Close())
	}
	return v, toAddress(v.Root()), nil
}

// outside is err, or, where a root does not lie within a directory, an error that says no more than that.
func outside(root, within string, err error) error {
	clean := filepath.Clean(root)
	if inside(clean, within) {
		return err
	}
	return &notServed{within: within}
}

// notServed is the error of a root that an agent does not serve: a volume.ErrNotServed, and so a scan.ErrVanished.
// Where it serves none, for why, it is a volume.ErrNothingServed too.
type notServed struct {
	within string
	why    error
}

func (n *notServed) Error() string {
	if n.why != nil {
		return fmt.Sprintf("this agent serves nothing but what lies in a directory that cannot be opened: %v", n.why)
	}
	return fmt.Sprintf("this agent serves what lies in %s, and nothing else", n.within)
}

func (n *notServed) Is(target error) bool {
	return target == volume.ErrNotServed || target == scan.ErrVanished ||
		n.why != nil && target == volume.ErrNothingServed
}

// inside tells whether an absolute path is a directory or leads into it.
func inside(path, dir string) bool {
	rest, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rest)
}

// fromAddress is the path of this machine that an address has: "/C:/Work" is "C:\Work" on Windows.
func fromAddress(path string) string {
	if runtime.GOOS == "windows" && len(path) > 2 && path[2] == ':' {
		path = path[1:]
	}
	return filepath.FromSlash(path)
}

// toAddress is a path of this machine as an address has it.
func toAddress(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return path
}
