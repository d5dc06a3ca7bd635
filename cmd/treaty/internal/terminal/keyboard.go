package terminal

import (
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"sync"

	"golang.org/x/term"

	"treaty/cmd/treaty/internal/render"
)

// What a terminal without its usual lines sends for these keys.
const (
	KeyEnd       = 4 // Ctrl-D
	keyInterrupt = 3 // Ctrl-C
	keyEscape    = 0x1b
)

// escapes are what keys such as arrows send (ECMA-48's control sequences, and shorter ones), whose bytes would pass for
// letters.
var escapes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\x1b(\[[0-?]*[ -/]*[@-~]|O.|.?)`)
})

// Keyboard reads single keys from a terminal.
type Keyboard struct {
	of       *Console
	terminal *os.File
	typed    []byte // and not taken yet
}

// Keyboard is that of whoever sits at the standard input and sees what is asked; nil where nobody does.
func (c *Console) Keyboard() *Keyboard {
	f, ok := c.Stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || !Is(c.Facing()) {
		return nil
	}
	return &Keyboard{of: c, terminal: f}
}

// key is the next key that is pressed: its byte, of those that send one, and keyEscape for any other. The error is
// io.EOF where the terminal is gone, and that of ctx if it ends before.
func (k *Keyboard) key(ctx context.Context) (byte, error) {
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
func (k *Keyboard) read(ctx context.Context) error {
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

// Press asks for one key, of those that are named, about a subject, and shows the one that came: its byte, and that of
// escape for keys that send more. The error is io.EOF where the terminal is gone, and context.Canceled after Ctrl-C.
func (k *Keyboard) Press(subject string, keys []string) (byte, error) {
	to := k.of.Facing()
	if err := render.Question(to, subject, keys, k.of.Style()); err != nil {
		return 0, err
	}
	key, err := k.key(k.of.Ctx)
	if key > ' ' && key < 127 {
		fmt.Fprintf(to, "%c", key)
	}
	fmt.Fprintln(to)
	if err == nil && key == keyInterrupt {
		err = context.Canceled
	}
	return key, err
}
