package terminal

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strings"
	"sync"

	"treaty/cmd/treaty/internal/render"
)

// errRead: whoever reads has left the pager, and wants no more.
var errRead = errors.New("the reader has left")

// Paged has a text written that may be longer than the screen. On a terminal, one that is goes through a pager; one
// that is not stays on the screen as it is.
func (c *Console) Paged(write func() error) error {
	out, isStream := c.Stdout.(Stream)
	if !isStream || !Drawable(c.Stdin, out) || c.Plain {
		return write()
	}
	width, height, known := Size(out)
	if !known {
		return write()
	}
	p := &pager{stream: out, width: width, room: height - 1, words: pagerWords(os.LookupEnv), of: c}
	c.Stdout = p
	err := write()
	c.Stdout = out
	err = errors.Join(err, p.close())
	if errors.Is(err, errRead) {
		return nil
	}
	return err
}

// pager holds back what is written to a terminal until it is more than a screen, and gives it to a program then by
// which it can be read.
type pager struct {
	stream      Stream
	width, room int
	words       []string // the command; none where there shall be no pager
	held        bytes.Buffer
	running     *exec.Cmd
	to          io.WriteCloser
	of          *Console // is told where there is no pager
	release     func()   // gives interrupts back to who had them
}

// Write is errRead once nobody reads any more.
func (p *pager) Write(text []byte) (int, error) {
	if p.to != nil {
		return p.pass(text)
	}
	if len(p.words) == 0 {
		return p.stream.Write(text)
	}
	p.held.Write(text)
	p.room -= rowsOf(text, p.width)
	if p.room >= 0 {
		return len(text), nil
	}
	if err := p.start(); err != nil {
		p.of.Warn("there is no pager %s: %s", render.Name(p.words[0]), render.Escape(err.Error()))
		p.words = nil
		_, err := p.held.WriteTo(p.stream)
		return len(text), err
	}
	if _, err := p.pass(p.held.Bytes()); err != nil {
		return 0, err
	}
	p.held = bytes.Buffer{}
	return len(text), nil
}

func (p *pager) pass(text []byte) (int, error) {
	n, err := p.to.Write(text)
	if err != nil {
		err = errRead
	}
	return n, err
}

// start runs the program. Ctrl-C is its matter then: it reaches both, and whoever reads may have meant to end a search.
func (p *pager) start() error {
	p.stream.of.clear()
	cmd := exec.Command(p.words[0], p.words[1:]...)
	cmd.Stdout, cmd.Stderr = File(p.stream), File(p.stream.of.Stderr)
	if _, set := os.LookupEnv("LESS"); !set {
		// Colours as they are, and the screen left as it was.
		cmd.Env = append(os.Environ(), "LESS=FRX")
	}
	to, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	p.running, p.to, p.release = cmd, to, func() { signal.Stop(interrupts) }
	return nil
}

// close writes what was held back, or waits until the pager is left. How it ends is nobody's matter.
func (p *pager) close() error {
	if p.running == nil {
		_, err := p.held.WriteTo(p.stream)
		return err
	}
	defer p.release()
	err := p.to.Close()
	_ = p.running.Wait()
	return err
}

// pagerWords are the command of the pager: TREATY_PAGER's, else PAGER's, else less, if that is there. One that is
// empty, or "cat", is none.
func pagerWords(env func(string) (string, bool)) []string {
	for _, name := range []string{"TREATY_PAGER", "PAGER"} {
		if command, set := env(name); set {
			words := Words(command)
			if len(words) == 1 && words[0] == "cat" {
				return nil
			}
			return words
		}
	}
	if less := usual(); less != "" {
		return []string{less}
	}
	return nil
}

// usual finds the pager that most systems have, once; "" where it is not there.
var usual = sync.OnceValue(func() string {
	less, err := exec.LookPath("less")
	if err != nil {
		return ""
	}
	return less
})

// colours are what render writes to a terminal besides text.
var colours = regexp.MustCompile("\x1b\\[[0-9;]*m")

// rowsOf is how many rows a text of whole lines takes on a terminal that is so wide.
func rowsOf(text []byte, width int) int {
	rows := 0
	for line := range bytes.Lines(colours.ReplaceAll(text, nil)) {
		rows += max(1, (render.Columns(strings.TrimSuffix(string(line), "\n"))+width-1)/max(1, width))
	}
	return rows
}
