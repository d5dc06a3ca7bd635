//go:build unix

package terminal

import "os"

// steer: every terminal takes escape sequences.
func steer(*os.File) bool { return true }
