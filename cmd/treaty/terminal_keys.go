package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"treaty/cmd/treaty/internal/render"
)

// What a terminal without its usual lines sends for these keys.
const (
	keyInterrupt = 3 // Ctrl-C
	keyEnd       = 4 // Ctrl-D
	keyEscape    = 0x1b
)

// escapes are what keys such as arrows send (ECMA-48's control sequences, and shorter ones), whose bytes would pass for
// letters.
var escapes = expression(`\x1b(\[[0-?]*[ -/]*[@-~]|O.|.?)`)

// keyboard reads single keys from a terminal.
type keyboard struct {
	terminal *os.File
	typed    []byte // and not taken yet
}

// keyboardOf is that of whoever sits at the standard input and sees what is asked; nil where nobody does.
func keyboardOf(a *app) *keyboard {
	f, ok := a.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || !isTerminal(a.facing()) {
		return nil
	}
	return &keyboard{terminal: f}
}

// key is the next key that is pressed: its byte, of those that send one, and keyEscape for any other. The error is
// io.EOF where the terminal is gone, and that of ctx if it ends before.
func (k *keyboard) key(ctx context.Context) (byte, error) {
	for len(k.typed) == 0 {
		if err := k.read(ctx); err != nil {
			return 0, err
		}
		k.typed = escapes().ReplaceAll(k.typed, []byte{keyEscape})
	}
	key := k.typed[0]
	k.typed = k.typed[1:]
	return key, nil
}

// read waits for keys while the terminal neither shows them nor waits for the end of a line.
func (k *keyboard) read(ctx context.Context) error {
	state, err := term.MakeRaw(int(k.terminal.Fd()))
	if err != nil {
		return err
	}
	defer func() { _ = term.Restore(int(k.terminal.Fd()), state) }()
	keys, err := awaited(ctx, func() ([]byte, error) {
		buffer := make([]byte, 64)
		n, err := k.terminal.Read(buffer)
		return buffer[:n], err
	})
	if len(keys) == 0 && err == nil {
		err = io.EOF
	}
	k.typed = keys
	return err
}

// press asks for one key, of those that are named, about a subject, and shows the one that came.
func (k *keyboard) press(a *app, subject string, keys []string) (byte, error) {
	to := a.facing()
	if err := render.Question(to, subject, keys, a.style()); err != nil {
		return 0, err
	}
	key, err := k.key(a.ctx)
	if key > ' ' && key < 127 {
		fmt.Fprintf(to, "%c", key)
	}
	fmt.Fprintln(to)
	if err == nil && key == keyInterrupt {
		err = context.Canceled
	}
	return key, err
}

// lines writes lines for whoever presses keys, each from its second line on to hang at a column.
func (k *keyboard) lines(a *app, hang int, lines ...string) error {
	for _, line := range lines {
		if err := render.Line(a.facing(), line, 2, hang, a.style()); err != nil {
			return err
		}
	}
	return nil
}
