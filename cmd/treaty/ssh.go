package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"treaty/apply"
	"treaty/apply/reach"
	"treaty/cmd/treaty/internal/config"
	"treaty/plan/address"
)

// Nobody who is there to answer is waited for longer than patience, where ssh may ask nobody; and ssh, once nothing is
// said to it any more, for no longer than parting.
const (
	patience = 2 * time.Minute
	parting  = 10 * time.Second
)

// connection is ssh while it runs, with an agent at its other end.
type connection struct {
	// a has the terminal, which is lent to ssh until the agent has spoken.
	a       *app
	machine address.Address
	own     *config.Person
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     io.Reader
	words   lastWords

	greeted sync.Once
	stopped sync.Once
	hello   greetingDue
	// ended is how ssh ended, once it was stopped.
	ended error
	// noise is what came before the agent spoke, until somebody was told.
	noise string
}

// greetingDue is for the first word of an agent. It ends ssh where nobody answers, or who waits wants no more.
type greetingDue struct {
	timer *time.Timer // nil where a person may be asked something first
	// late tells that nobody answered, opened that a tree was opened there, and killed that ssh was ended from here.
	late, opened, killed atomic.Bool
	// release ends the waiting for an interrupt.
	release func() bool
}

// lastWords are the last that ssh, or the agent, has said to people.
type lastWords struct {
	mu   sync.Mutex
	text []byte
}

// mostWords is how many bytes are kept of them.
const mostWords = 4 << 10

func (w *lastWords) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text = append(w.text, p...)
	w.text = w.text[max(0, len(w.text)-mostWords):]
	return len(p), nil
}

// lines are what was said and not taken yet.
func (w *lastWords) lines() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := strings.TrimSpace(strings.ReplaceAll(string(w.text), "\r", ""))
	w.text = nil
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// parting is for how long ssh may go on once it is told to end: whoever has opened no tree has no lock to release.
func (g *greetingDue) parting() time.Duration {
	if g.opened.Load() {
		return parting
	}
	return time.Second
}

// errNotRun: what connects cannot be run. No file that is missing for that is a tree that is.
var errNotRun = errors.New("it cannot be run")

// connect runs ssh, for the agent on a machine. It asks whatever it asks on the terminal itself.
func connect(a *app, machine address.Address) (*connection, error) {
	own, err := readPersonal()
	if err != nil {
		return nil, err
	}
	words := own.Connecting(machine)
	c := &connection{a: a, machine: machine, own: own, cmd: exec.Command(words[0], words[1:]...)}
	c.cmd.Stderr, c.cmd.WaitDelay = &c.words, parting
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if c.out, err = c.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	widen(c.in)
	widen(c.out)
	c.a.Screen.Lend()
	if err := c.cmd.Start(); err != nil {
		c.a.Screen.TakeBack()
		return nil, &complaint{is: errNotRun, why: fmt.Sprintf("%s cannot be run, which connects to %s: %v", words[0],
			machine.Host, err), hint: then("install it, or name what connects as ssh.command in "+argument(own.File), again)}
	}
	c.hello.release = context.AfterFunc(a.Ctx, c.dismiss)
	if !a.call.asks {
		c.hello.timer = time.AfterFunc(patience, func() {
			c.hello.late.Store(true)
			c.dismiss()
		})
	}
	return c, nil
}

// dismiss asks ssh to end, which gives the terminal back first as it was before its question, and ends it where it
// does not.
func (c *connection) dismiss() {
	c.hello.killed.Store(true)
	if c.cmd.Process.Signal(syscall.SIGTERM) != nil { // a system that has no such word, or it has ended
		c.kill()
		return
	}
	time.AfterFunc(c.hello.parting(), c.kill)
}

// kill ends ssh. What is not there any more needs no ending.
func (c *connection) kill() {
	c.hello.killed.Store(true)
	_ = c.cmd.Process.Kill()
}

// streams are the ends of ssh that speak with the agent.
func (c *connection) streams() reach.Streams {
	return reach.Streams{From: c.out, To: greeting{c}, Stop: c.stop, Why: c.why}
}

// greeting writes to the agent. The first word to it comes after its own: from then on nobody waits for ssh to connect.
type greeting struct{ of *connection }

func (g greeting) Write(p []byte) (int, error) {
	g.of.greet()
	return g.of.in.Write(p)
}

// greet ends the waiting for an answer. An interrupt is from then on the matter of who works with the tree.
func (c *connection) greet() {
	c.greeted.Do(func() {
		c.a.Screen.TakeBack()
		c.hello.release()
		if c.hello.timer != nil {
			c.hello.timer.Stop()
		}
	})
}

// stop ends ssh, after the agent has ended by itself: it has locks to release.
func (c *connection) stop() error {
	c.stopped.Do(func() {
		_ = c.in.Close()              // it may have ended already
		go io.Copy(io.Discard, c.out) // nobody waits for somebody to read
		end := time.AfterFunc(c.hello.parting(), c.kill)
		defer end.Stop()
		c.ended = c.cmd.Wait()
		c.greet()
	})
	return nil
}

// why is what ssh said of the connection that is lost, nil for nothing.
func (c *connection) why() error {
	if lines := c.words.lines(); len(lines) > 0 {
		return errors.New(sshSaid(lines))
	}
	return nil
}

// sshSaid are the words of ssh in one line. The hint of an agent is for whoever would type its command there.
func sshSaid(lines []string) string {
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "hint: ") })
	return "ssh: " + strings.TrimPrefix(strings.Join(lines, "; "), "ssh: ")
}

// failedBy is the exit code of ssh for a failure of its own (ssh(1)).
const failedBy = 255

// failed is an error of speaking with the agent for the first time, by what became of ssh.
func (c *connection) failed(err error) error {
	var other *reach.VersionError
	var exit *exec.ExitError
	said, host := c.words.lines(), c.machine.Host
	words := "nothing was said"
	switch noise := beginning(c.noise); {
	case len(said) > 0:
		words = sshSaid(said)
	case noise != "":
		words = "what is there says: " + noise
	}
	switch errors.As(c.ended, &exit); {
	case c.a.Ctx.Err() != nil:
		return c.a.Ctx.Err()
	case exit != nil && interrupted(exit):
		return context.Canceled // which is told here a little later
	case errors.As(err, &other):
		return c.otherVersion(other)
	case !errors.Is(err, reach.ErrNoAgent):
		return err
	case c.hello.late.Load():
		return &complaint{is: apply.ErrSafety, why: fmt.Sprintf("%s has not answered for %v: %s", host, patience, words),
			hint: then("see that ssh reaches it without asking", again)}
	case exit != nil && (exit.ExitCode() == failedBy || exit.ExitCode() < 0 && !c.hello.killed.Load()):
		return &complaint{is: apply.ErrSafety, why: fmt.Sprintf("%s cannot be reached: %s", host, words),
			hint: then("see that ssh reaches it", again)}
	case errors.Is(err, reach.ErrNoise):
		return &complaint{is: err,
			why: fmt.Sprintf("no treaty answered on %s within the 64 KiB that a login may print first: what is there says: %s",
				host, beginning(c.noise)),
			hint: then(fmt.Sprintf("have a login that is no person's print nothing, and see that this version (%s) is there",
				version()), again)}
	}
	how := strings.TrimPrefix(err.Error(), reach.ErrNoAgent.Error()+": ")
	return &complaint{is: err, why: fmt.Sprintf("no treaty answered on %s (%s): %s", host, how, words),
		hint: then(fmt.Sprintf("install this version (%s) there, where the PATH of a shell without a login has it, or name "+
			"where it lies as ssh.hosts.%s.agent in %s", version(), host, argument(c.own.File)), again)}
}

// interrupted tells whether a program was ended by an interrupt, as everything on a terminal is together.
func interrupted(exit *exec.ExitError) bool {
	status, known := exit.Sys().(syscall.WaitStatus)
	return known && status.Signaled() && status.Signal() == syscall.SIGINT
}

// otherVersion is the error of an agent that speaks another major version.
func (c *connection) otherVersion(v *reach.VersionError) error {
	renew := "renew the treaty on " + c.machine.Host
	if v.Newer() {
		renew = "renew the treaty here"
	}
	return &complaint{is: v, why: fmt.Sprintf("%s: %v", c.machine.Host, v), hint: then(renew, again)}
}
