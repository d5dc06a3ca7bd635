package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"treaty/apply"
	"treaty/apply/reach"
	"treaty/cmd/treaty/internal/home"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/terminal"
	"treaty/cmd/treaty/internal/trees"
	"treaty/plan"
)

// grammar is the command line. Each command is a file of its own.
type grammar struct {
	everywhere

	Plan     planCommand     `cmd:"" help:"Compare two trees and write a plan."`
	Show     showCommand     `cmd:"" help:"Read a plan as a person would."`
	Review   reviewCommand   `cmd:"" help:"Read and settle a plan on the whole screen."`
	Resolve  resolveCommand  `cmd:"" help:"Settle conflicts (the same as editing the JSON)."`
	Skip     skipCommand     `cmd:"" help:"Leave operations out, or take them in again (the same as editing the JSON)."`
	Approve  approveCommand  `cmd:"" help:"Approve a plan, this very text of it."`
	Apply    applyCommand    `cmd:"" help:"Carry out an approved plan, and only that."`
	Recover  recoverCommand  `cmd:"" help:"Settle what an interrupted apply left open."`
	Undo     undoCommand     `cmd:"" help:"Write a plan that reverses an applied one."`
	Snapshot snapshotCommand `cmd:"" help:"Read and hash a tree into a file, to plan with where the tree is not."`
	Restore  restoreCommand  `cmd:"" help:"Bring back what an apply replaced or deleted."`
	Log      logCommand      `cmd:"" help:"List the applied plans, and verify them."`
	Clean    cleanCommand    `cmd:"" help:"Remove old trash and old plans, the only command that does."`
	Status   statusCommand   `cmd:"" help:"Say whether two trees are in step, and what is in the way."`
	Sync     syncCommand     `cmd:"" help:"Plan, show, ask, approve and apply in one sitting."`
	Init     initCommand     `cmd:"" help:"Set up the first tree of a pair, by three questions or by flags."`
	Config   configCommand   `cmd:"" help:"Show, explain and set what the config of a tree says."`
	Ignore   ignoreCommand   `cmd:"" help:"Leave out what matches a pattern, from the next plan on."`
	Agent    agentCommand    `cmd:"" help:"Be the other end of ssh; nobody types it."`
	Doctor   doctorCommand   `cmd:"" help:"Say what is wrong with trees, and what to type."`
	Schema   schemaCommand   `cmd:"" help:"Print a JSON Schema."`
	Demo     demoCommand     `cmd:"" help:"Make two small trees and walk through it all."`

	Completion completionCommand `cmd:"" help:"Print a script by which a shell completes words of treaty."`
	Complete   completeCommand   `cmd:"" name:"__complete" hidden:"" passthrough:"" help:"Say what may come next, to such a script."`
	Manual     manualCommand     `cmd:"" name:"__manual" hidden:"" help:"Write the manual pages."`
}

// everywhere are the flags of all commands.
type everywhere struct {
	Dir     string      `short:"C" name:"directory" placeholder:"DIR" help:"Do as if started in this directory."`
	Color   string      `enum:"auto,always,never" default:"auto" help:"When to use colours: auto, always or never."`
	Quiet   bool        `short:"q" help:"Print no summaries and no progress."`
	NoPager bool        `help:"Write long texts to the terminal as others, and not through a pager."`
	Version versionFlag `help:"Print the version."`
}

// process is what the command lines have in common that one start of treaty runs.
type process struct {
	screen *terminal.Screen
	now    func() time.Time
	// done is set once trees or what treaty keeps of them were changed: that this cannot be shown changes no exit code.
	done bool
}

// app is what commands work with besides their flags.
type app struct {
	*terminal.Console
	process *process
	call    *invocation
	net     *network
}

// exitStatus is an exit code without an error to tell.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// run parses and runs one command line and returns its exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	t := terminal.New(stdout, stderr)
	defer t.Close()
	return (&process{screen: t, now: time.Now}).run(args, stdin)
}

func (p *process) run(args []string, stdin io.Reader) int {
	if len(args) == 0 {
		args = []string{"--help"}
	}
	t := p.screen
	call := &invocation{args: args, asks: terminal.Is(stdin), draws: terminal.Drawable(stdin, t.Stdout)}
	g, parsed, err := parse(t, args)
	if err != nil {
		return p.exit(call, err)
	}
	if err := emptyArgument(parsed); err != nil {
		return p.exit(call, err)
	}
	call.dir, call.name = g.Dir, parsed.Selected().Name
	back, err := startIn(g.Dir)
	if err == nil {
		err = placed(call.name)
	}
	if err != nil {
		return p.exit(call, err)
	}
	defer back()
	ctx, stop := interruptible()
	defer stop()
	a := &app{&terminal.Console{Ctx: ctx, Stdin: stdin, Stdout: t.Stdout, Stderr: t.Stderr, Screen: t,
		Quiet: g.Quiet, Plain: g.NoPager, Now: p.now, Color: terminal.Coloured(g.Color, t.Stdout)}, p, call, nil}
	a.net = newNetwork(a)
	err = interruptedOr(ctx, parsed.Run(a))
	_ = a.net.Close() // what was done is done, and told
	return p.exit(call, err)
}

// exit tells what a command line came to, and that not all of it could be written.
func (p *process) exit(call *invocation, err error) int {
	t := p.screen
	var status exitStatus
	silent, lost := err == nil || errors.As(err, &status), t.Lost()
	switch {
	case lost != nil && p.done:
		call.report(t.Stderr, fmt.Errorf("what was done cannot be shown: %w", lost))
		silent = silent || errors.Is(err, lost)
	case lost != nil && silent:
		return call.report(t.Stderr, lost)
	}
	if silent {
		return int(status)
	}
	return call.report(t.Stderr, err)
}

// startIn makes dir the current directory, "" none, and returns how to go back.
func startIn(dir string) (back func(), err error) {
	if dir == "" {
		return func() {}, nil
	}
	if err := notHere("-C", dir); err != nil {
		return nil, err
	}
	before, _ := os.Getwd() // where that is gone, nobody goes back to it
	dir = home.Expand(dir)
	switch info, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usage(exactly("treaty --help"), "-C: there is no directory %s", dir)
	case err == nil && !info.IsDir():
		return nil, usage(exactly("treaty --help"), "-C: %s is not a directory", dir)
	}
	if err := os.Chdir(dir); err != nil {
		return nil, err
	}
	// Whoever called has what it had, or stands where it is: nothing more can be done.
	return func() { _ = os.Chdir(before) }, nil
}

// placed refuses a command that finds trees from the current directory where that was removed.
func placed(command string) error {
	if strings.HasPrefix(command, "__") || slices.Contains([]string{"schema", "completion", "demo"}, command) {
		return nil
	}
	if _, err := os.Getwd(); errors.Is(err, fs.ErrNotExist) {
		return &complaint{is: apply.ErrSafety, why: "the current directory is no longer there",
			hint: then("cd to one that is", again)}
	}
	return nil
}

// interruptible ends its context at the first interrupt; the second ends the process at once. A terminal that is closed
// is one too, but where that is not to end the process (nohup); it may be told of twice, which is once.
func interruptible() (context.Context, func()) {
	interrupts := []os.Signal{os.Interrupt, syscall.SIGTERM}
	hangs := !signal.Ignored(syscall.SIGHUP)
	if hangs {
		interrupts = append(interrupts, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), interrupts...)
	ended := context.AfterFunc(ctx, func() {
		if hangs {
			signal.Ignore(syscall.SIGHUP)
		}
		stop()
	})
	return ctx, func() { ended(); stop() }
}

// lostByInterrupt is an error that an interrupt has led to.
type lostByInterrupt struct{ error }

func (l lostByInterrupt) Unwrap() []error { return []error{context.Canceled, l.error} }

// sameMoment is how long after a connection was lost an interrupt may come that has ended it: Ctrl-C is for ssh too.
const sameMoment = 200 * time.Millisecond

// interruptedOr is the error of a command, as a lostByInterrupt where a connection was lost by one.
func interruptedOr(ctx context.Context, err error) error {
	if !errors.Is(err, reach.ErrLost) {
		return err
	}
	select {
	case <-ctx.Done():
		return lostByInterrupt{err}
	case <-time.After(sameMoment):
		return err
	}
}

// view is the style for a plan, with the lines of diffs or without.
func (a *app) view(p *plan.Plan, diffs bool) render.Options {
	o := a.Style()
	o.Names, o.Diffs, o.There, o.Undoes = trees.Names(p), diffs, there(p), undoneBy(p)
	o.Text, o.Alike = versionsOf(p), plan.Alike(p)
	return o
}
