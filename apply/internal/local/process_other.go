//go:build unix && !linux && !darwin

package local

import (
	"errors"

	"golang.org/x/sys/unix"
)

// processOf is what the system says of a process of this machine, another user's included: here no more than whether
// it is there.
func processOf(pid int) process {
	err := unix.Kill(pid, 0)
	return process{alive: err == nil || errors.Is(err, unix.EPERM)}
}
