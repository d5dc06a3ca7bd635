//go:build unix

package apply_test

import (
	"io/fs"
	"syscall"
	"testing"

	"treaty/plan/tree"
)

func mkfifo(path string) error { return syscall.Mkfifo(path, 0o600) }

func modeOf(info fs.FileInfo) tree.Mode { return tree.Perm(uint32(info.Mode().Perm())) }

// canHold skips a test that needs what this system does not have.
func canHold(tester, tree.Path, node) {}

// skipSlow skips a test that takes minutes where calls are slow.
func skipSlow(*testing.T) {}

// needPosix skips a test that makes trees of anything POSIX has.
func needPosix(*testing.T) {}
