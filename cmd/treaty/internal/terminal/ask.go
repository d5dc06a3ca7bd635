package terminal

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

// Interrupted is the error of a question in whose answer's place an interrupt came. It wraps context.Canceled.
type Interrupted struct {
	why string // what has not come about, such as "nothing was changed"
	is  error
}

func (i *Interrupted) Error() string { return "interrupted; " + i.why }

func (i *Interrupted) Unwrap() error { return i.is }

// Ask asks a person; only "y" or "yes" is yes. Anything else, no answer included, is an error that says why, what has
// not come about for want of a yes. After an interrupt it is an *Interrupted.
func (c *Console) Ask(question, why string) error {
	switch answer, err := c.Answer(question, why); {
	case err != nil:
		return err
	case answer == "y", answer == "yes":
		return nil
	}
	return errors.New(why)
}

// Answer is what a person answers to a question for yes or no, in lower case; "" where nobody does. After an interrupt
// it is an *Interrupted.
func (c *Console) Answer(question, why string) (string, error) {
	line, err := c.Line(question+" [y/N]", why, bufio.NewReader(c.Stdin))
	if stopped := (*Interrupted)(nil); errors.As(err, &stopped) {
		return "", err
	}
	return strings.ToLower(line), nil
}

// Line asks for a line of text, and reads it, without blanks around it, from what is buffered of standard input. After
// an interrupt the error is an *Interrupted that says why, and else that of the reading: io.EOF where the input ends.
func (c *Console) Line(question, why string, from *bufio.Reader) (string, error) {
	to := c.Facing()
	fmt.Fprintf(to, "%s ", question)
	line, err := awaited(c.Ctx, func() (string, error) { return from.ReadString('\n') })
	if err != nil {
		// Nobody has ended the line of the question.
		fmt.Fprintln(to)
	}
	c.Screen.answered()
	if c.Ctx.Err() != nil {
		err = &Interrupted{why, c.Ctx.Err()}
	}
	return strings.TrimSpace(line), err
}

// Facing is the stream that the person who is asked can see: standard output, unless only standard error is a
// terminal.
func (c *Console) Facing() io.Writer {
	if !Is(c.Stdout) && Is(c.Stderr) {
		return c.Stderr
	}
	return c.Stdout
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

// Passphrase asks for that of the key in the file at path, without showing it. Where standard input is no terminal,
// that is an error.
func (c *Console) Passphrase(path string) ([]byte, error) {
	f, ok := c.Stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil, fmt.Errorf("the key %s has a passphrase, and standard input is no terminal; use ssh-agent", path)
	}
	state, err := term.GetState(int(f.Fd()))
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(c.Stderr, "Passphrase of %s: ", render.Name(path))
	defer fmt.Fprintln(c.Stderr)
	word, err := awaited(c.Ctx, func() ([]byte, error) { return term.ReadPassword(int(f.Fd())) })
	if c.Ctx.Err() != nil {
		// Who reads on has left the terminal without its echo.
		return nil, errors.Join(c.Ctx.Err(), term.Restore(int(f.Fd()), state))
	}
	return word, err
}
