package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// echoes tells whether a terminal shows what is typed by itself, as it does unless a program waits for single keys.
func echoes(terminal *os.File) bool {
	settings, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	return err == nil && settings.Lflag&unix.ECHO != 0
}
