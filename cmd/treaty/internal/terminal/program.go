package terminal

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"strings"
)

// Exited tells of an error of RunProgram that the program ran, and ended with another status than 0.
func Exited(err error) bool {
	status := &exec.ExitError{}
	return errors.As(err, &status) && status.Exited()
}

// RunProgram runs a program that a person named, and gives it the terminal until it ends. Ctrl-C is its matter then.
func (c *Console) RunProgram(words []string) error {
	cmd := exec.CommandContext(c.Ctx, words[0], words[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Stdin, c.Stdout, c.Stderr
	if in, out := File(c.Stdin), File(c.Stdout); in != nil && out != nil {
		cmd.Stdin, cmd.Stdout = in, out // the terminal itself
	}
	if to := File(c.Stderr); to != nil {
		cmd.Stderr = to
	}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	return cmd.Run()
}

// Words are the words of a command that a person named, which part at blanks outside quotes; none of a blank one.
// There is no shell.
func Words(command string) []string {
	var words []string
	var quote rune
	begun := false
	for _, r := range command {
		switch {
		case quote == 0 && strings.ContainsRune(" \t", r):
			begun = false
			continue
		case !begun:
			words, begun = append(words, ""), true
		}
		switch {
		case quote == r:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote = r
		default:
			words[len(words)-1] += string(r)
		}
	}
	return words
}
