package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"treaty/apply"
	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/terminal"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
	"treaty/schema"
)

// The exit codes. 0 is done.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitConflicts   = 3
	exitStale       = 4
	exitNotApproved = 5
	exitPartial     = 6
	exitSafety      = 7
	exitLocked      = 8
	exitChanges     = 10
	exitAttention   = 11
	exitInterrupted = 130
)

// errUsage: the command line, or a file that it names, makes no sense.
var errUsage = errors.New("usage")

// complaint is an error of the command's own: what failed and why, and what to type about it.
type complaint struct {
	is  error
	why string
	// faults are those of a file; each is a line of its own, after why.
	faults schema.Errors
	hint   hint // nil where nothing helps
}

func (c *complaint) Error() string { return strings.Join(c.lines(), "; ") }

// lines are what there is to say, a fault a line, and once, whoever finds it too.
func (c *complaint) lines() []string {
	if len(c.faults) == 0 {
		return []string{c.why}
	}
	var lines []string
	for i := range c.faults {
		if line := c.why + ": " + c.faults[i].Error(); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

func (c *complaint) Unwrap() error { return c.is }

// usage is an error of the person's, with what to type instead.
func usage(h hint, why string, args ...any) error {
	return &complaint{is: errUsage, why: fmt.Sprintf(why, args...), hint: h}
}

// invalid is an error about a file that is not what it should be. The error may be schema.Errors.
func invalid(path, kind string, err error) error {
	c := &complaint{is: errors.Join(apply.ErrInvalid, err), why: fmt.Sprintf("%s is not a valid %s", path, kind),
		hint: remedy(kind)}
	if !errors.As(err, &c.faults) {
		c.why += ": " + err.Error()
	}
	return c
}

// remedy is what to do about a file that is not valid, by its kind.
func remedy(kind string) hint {
	switch kind {
	case "plan":
		return then("mend the file; or, for a new one", comparing())
	case "approval":
		return then("remove it", approveIt)
	}
	return then("mend it", again)
}

// codes are the exit codes of what can be tested for, the first that matches.
var codes = []struct {
	err  error
	code int
}{
	{errUsage, exitUsage},
	{apply.ErrInvalid, exitUsage},
	{store.ErrNoPlan, exitUsage},
	{store.ErrNoTree, exitUsage},
	{scan.ErrTooLarge, exitUsage},
	{apply.ErrConflicts, exitConflicts},
	{apply.ErrStale, exitStale},
	{apply.ErrNotApproved, exitNotApproved},
	{context.Canceled, exitInterrupted},
	{apply.ErrOpen, exitPartial},
	{apply.ErrPartial, exitPartial},
	{apply.ErrSafety, exitSafety},
	{scan.ErrVanished, exitSafety},
	{apply.ErrLocked, exitLocked},
}

// report prints an error as a person should see it and returns its exit code.
func (i *invocation) report(w io.Writer, err error) int {
	var refusal *apply.Refusal
	var room *lack
	var own *complaint
	var asked *terminal.Interrupted
	refused := errors.As(err, &refusal)
	switch {
	case !refused && errors.As(err, &own) && len(own.faults) > 0:
		for _, line := range own.lines() {
			terminal.Message(w, "treaty: %s", render.Escape(line))
		}
	case errors.Is(err, context.Canceled) && !refused && !errors.As(err, &own) && !errors.As(err, &asked):
		terminal.Message(w, "treaty: interrupted")
	case refused && errors.As(err, &room):
		terminal.Message(w, "treaty: %s", roomIn(refusal.Side, room))
	default:
		terminal.Message(w, "treaty: %s", render.Escape(err.Error()))
	}
	if refused {
		for _, line := range details(refusal) {
			terminal.Message(w, "  %s", render.Escape(line))
		}
	}
	if h := hintFor(err); h != nil {
		terminal.Message(w, "hint: %s", render.Escape(h(i)))
	}
	return exitCode(err)
}

func exitCode(err error) int {
	for _, known := range codes {
		if errors.Is(err, known.err) {
			return known.code
		}
	}
	if scan.Unplugged(err) {
		return exitSafety
	}
	return exitFailed
}

// details are the lines below a refusal: what drifted, what was not done, and what else there is to say.
func details(r *apply.Refusal) []string {
	var lines []string
	names := render.Alike(tree.Alike(pathsOf(r)))
	for _, d := range r.Drift {
		lines = append(lines, fmt.Sprintf("%s: %s: %s", d.Side, place(names, d.Path), d.Why))
	}
	for _, f := range r.Failures {
		lines = append(lines, failure(names, f))
	}
	return append(lines, r.Details...)
}

// pathsOf yields the paths that a refusal is about.
func pathsOf(r *apply.Refusal) iter.Seq[tree.Path] {
	return func(yield func(tree.Path) bool) {
		for _, d := range r.Drift {
			if !yield(d.Path) {
				return
			}
		}
		for _, f := range r.Failures {
			if len(f.Paths) > 0 && !yield(f.Paths[0]) {
				return
			}
		}
	}
}

// failure is a line about what was not done for one reason.
func failure(names render.Alike, f apply.Failure) string {
	what := render.Count(f.Count, "operation")
	switch len(f.Paths) {
	case 0:
	case 1:
		what = place(names, f.Paths[0])
	default:
		what = fmt.Sprintf("%s and %d more", place(names, f.Paths[0]), f.Count-1)
	}
	return fmt.Sprintf("%s: %s: %s", f.Outcome, what, f.Why)
}

// place is a path for a person.
func place(names render.Alike, path tree.Path) string {
	if path == tree.Root {
		return "the root"
	}
	return names.Path(path, false)
}

// hintFor is what to type about an error, nil where nothing helps.
func hintFor(err error) hint {
	var refusal *apply.Refusal
	var own *complaint
	var folder *store.NoFolder
	switch {
	case errors.As(err, &folder):
		return makeRoom(folder)
	case errors.As(err, &refusal):
		return hints[refusal.Cause](refusal)
	case errors.As(err, &own):
		return own.hint
	}
	return plainHint(err)
}

// plainHint is what to type about an error that is no refusal, nil where nothing helps.
func plainHint(err error) hint {
	var long *plan.TooLong
	switch {
	case errors.As(err, &long):
		return then("plan a part of the trees at a time (PATTERN)", comparing("--only", "PATTERN"))
	case errors.Is(err, store.ErrNoPlan), errors.Is(err, store.ErrNoTree):
		return comparing()
	case errors.Is(err, apply.ErrInvalid):
		return then("mend the file; or, for a new one", comparing())
	case errors.Is(err, scan.ErrTooLarge), errors.Is(err, scan.ErrNotRegular):
		return then("move it away: no treaty wrote that", again)
	case errors.Is(err, volume.ErrNothingServed):
		return then("mend what the agent is given there as --root", again)
	case errors.Is(err, volume.ErrNotServed):
		return then("name a tree that lies in there, or a host or key for which that machine serves more", again)
	case errors.Is(err, reach.ErrLost):
		return backAgain
	case scan.Unplugged(err):
		return then("the volume was unplugged, or its driver ended: mount it again", again)
	case scan.Full(err):
		return roomElsewhere
	case errors.Is(err, fs.ErrNotExist) && inHistory(err):
		return then("bring it back from a backup", in("", "log", "--verify"))
	case errors.Is(err, fs.ErrPermission) && inPrivate(err):
		return then("let one user own .treaty at both ends, who alone can read it: work as that one", again)
	case errors.Is(err, fs.ErrPermission):
		return then("look at the permissions of the file and of its folder", again)
	}
	return nil
}

// inPrivate tells whether an error is about what lies in a folder of treaty's own, or that folder.
func inPrivate(err error) bool {
	var about *fs.PathError
	return errors.As(err, &about) &&
		slices.Contains(strings.Split(filepath.ToSlash(about.Path), "/"), tree.PrivateFolder)
}

// inHistory tells whether an error is about what lies in a tree's history.
func inHistory(err error) bool {
	var about *tree.PathError
	return errors.As(err, &about) && about.Path.Within(tree.PrivateFolder+"/history")
}
