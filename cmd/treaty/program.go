package main

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
)

// exited tells of an error of runProgram that the program ran, and ended with another status than 0.
func exited(err error) bool {
	status := &exec.ExitError{}
	return errors.As(err, &status) && status.Exited()
}

// runProgram runs a program that a person named, and gives it the terminal until it ends. Ctrl-C is its matter then.
func runProgram(a *app, words []string) error {
	cmd := exec.CommandContext(a.ctx, words[0], words[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = a.stdin, a.stdout, a.stderr
	if in, out := file(a.stdin), file(a.stdout); in != nil && out != nil {
		cmd.Stdin, cmd.Stdout = in, out // the terminal itself
	}
	if to := file(a.stderr); to != nil {
		cmd.Stderr = to
	}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	return cmd.Run()
}
