package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"treaty/apply"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan/scan"
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

// usage is an error of the person's, with what to type instead.
func usage(hint, why string, args ...any) error {
	return &apply.Refusal{Cause: errUsage, Why: fmt.Sprintf(why, args...), Hint: hint}
}

// invalid is an error about a file that is not what it should be. The error may be schema.Errors.
func invalid(path, kind string, err error) error {
	hint := map[string]string{"plan": "mend the file, or: treaty plan", "approval": "remove it, and then: treaty approve"}[kind]
	return &apply.Refusal{Cause: errors.Join(apply.ErrInvalid, err), Hint: hint,
		Why: fmt.Sprintf("%s is not a valid %s: %v", path, kind, err)}
}

// codes are the exit codes of what can be tested for, the first that matches.
var codes = []struct {
	err  error
	code int
}{
	{errUsage, exitUsage},
	{apply.ErrInvalid, exitUsage},
	{apply.ErrNoPlan, exitUsage},
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
func report(w io.Writer, err error) int {
	var invalid schema.Errors
	var refusal *apply.Refusal
	switch {
	case errors.As(err, &invalid):
		for _, e := range invalid {
			fmt.Fprintf(w, "treaty: %s\n", render.Escape(prefix(err, invalid)+e.Error()))
		}
	case errors.Is(err, context.Canceled) && !errors.As(err, &refusal):
		fmt.Fprintln(w, "treaty: interrupted")
	default:
		fmt.Fprintf(w, "treaty: %s\n", render.Escape(err.Error()))
	}
	if errors.As(err, &refusal) {
		for _, line := range refusal.Details {
			fmt.Fprintf(w, "  %s\n", render.Escape(line))
		}
	}
	if hint := hintFor(err, refusal); hint != "" {
		fmt.Fprintf(w, "hint: %s\n", render.Escape(hint))
	}
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

// prefix is what err says before the errors of a file.
func prefix(err error, invalid schema.Errors) string {
	text, all := err.Error(), invalid.Error()
	if len(text) > len(all) && text[len(text)-len(all):] == all {
		return text[:len(text)-len(all)]
	}
	return ""
}

// hintFor is what to type about an error, "" where nothing helps.
func hintFor(err error, refusal *apply.Refusal) string {
	switch {
	case refusal != nil:
		return refusal.Hint
	case errors.Is(err, apply.ErrNoPlan):
		return "treaty plan LOCAL REMOTE"
	case errors.Is(err, apply.ErrInvalid):
		return "mend the file, or: treaty plan"
	case scan.Unplugged(err):
		return "the volume was unplugged, or its driver ended: mount it again"
	case errors.Is(err, fs.ErrPermission):
		return "look at the permissions of the file and of its folder"
	}
	return ""
}
