package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"treaty/cmd/treaty/internal/render"
)

// declined is the answer to a question that was not answered with yes.
func declined(why string) error { return errors.New(why) }

// ask asks a person; only "y" or "yes" is yes. Of anything else, no answer included, it says why, and after an
// interrupt that too.
func (c *console) ask(question, why string) error {
	switch answer, err := c.answer(question, why); {
	case err != nil:
		return err
	case answer == "y", answer == "yes":
		return nil
	}
	return declined(why)
}

// answer is what a person answers to a question for yes or no, in lower case; "" where nobody does. After an interrupt
// it is an error.
func (c *console) answer(question, why string) (string, error) {
	to := c.facing()
	fmt.Fprintf(to, "%s [y/N] ", question)
	line, err := awaited(c.ctx, func() (string, error) { return bufio.NewReader(c.stdin).ReadString('\n') })
	if err != nil {
		// Nobody has ended the line of the question.
		fmt.Fprintln(to)
	}
	c.terminal.answered()
	if c.ctx.Err() != nil {
		return "", &complaint{is: c.ctx.Err(), why: "interrupted; " + why}
	}
	return strings.ToLower(strings.TrimSpace(line)), nil
}

// facing is the stream that the person who is asked can see: standard output, unless only standard error is a
// terminal.
func (c *console) facing() io.Writer {
	if !isTerminal(c.stdout) && isTerminal(c.stderr) {
		return c.stderr
	}
	return c.stdout
}

// awaited is what read returns, or the error of ctx if that ends before: a read from a terminal waits for ever
// and cannot be called off, so it is left alone.
func awaited[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := read()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// passphrase asks for that of a key, without showing it.
func (c *console) passphrase(path string) ([]byte, error) {
	f, ok := c.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil, fmt.Errorf("the key %s has a passphrase, and standard input is no terminal; use ssh-agent", path)
	}
	state, err := term.GetState(int(f.Fd()))
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(c.stderr, "Passphrase of %s: ", render.Name(path))
	defer fmt.Fprintln(c.stderr)
	word, err := awaited(c.ctx, func() ([]byte, error) { return term.ReadPassword(int(f.Fd())) })
	if c.ctx.Err() != nil {
		// Who reads on has left the terminal without its echo.
		return nil, errors.Join(c.ctx.Err(), term.Restore(int(f.Fd()), state))
	}
	return word, err
}
