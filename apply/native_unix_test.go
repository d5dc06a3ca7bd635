//go:build unix

package apply_test

import (
	"io/fs"
	"syscall"
	"testing"

	"treaty/plan/tree"
)

const (
	// posix tells whether the system has links, modes and FIFOs.
	posix = true
	// spelling is what a volume here is that ignores case, whatever it can do otherwise.
	spelling = tree.APFS

	errIO        = syscall.EIO
	errNoSpace   = syscall.ENOSPC
	errDenied    = syscall.EPERM
	errUnplugged = syscall.ENOTCONN
)

func mkfifo(path string) error { return syscall.Mkfifo(path, 0o600) }

func modeOf(info fs.FileInfo) tree.Mode { return tree.Perm(uint32(info.Mode().Perm())) }

// refused tells whether a save did not happen, and the person who saves knows.
func refused(error) bool { return false }

// native is m as far as the system can hold it: all of it.
func native(m nodes) nodes { return m }

// fit makes the case one for this system, or skips it.
func (c *tableCase) fit(*testing.T) {}

// needPosix skips a test that makes trees with what only POSIX has.
func needPosix(*testing.T, string) {}
