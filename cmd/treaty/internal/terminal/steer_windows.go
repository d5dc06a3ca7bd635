package terminal

import (
	"os"

	"golang.org/x/sys/windows"
)

// steer makes a console take escape sequences, false where it can't.
func steer(f *os.File) bool {
	var mode uint32
	console := windows.Handle(f.Fd())
	if windows.GetConsoleMode(console, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
