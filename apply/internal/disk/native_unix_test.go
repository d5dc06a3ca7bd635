//go:build unix

package disk

import (
	"syscall"
	"testing"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// native are the traits of the volume that tests run on.
const native = tree.POSIX

var ways = []way{
	{"exchange", volume.Capabilities{Exchange: true, NoReplace: true, Link: true}},
	{"rename aside", volume.Capabilities{NoReplace: true}},
	{"link", volume.Capabilities{Link: true}},
	{"look and rename", volume.Capabilities{}},
}

const (
	errIO       = syscall.EIO
	errNoSpace  = syscall.ENOSPC
	errReadOnly = syscall.EROFS
)

// noModes is what volumes without modes say.
var noModes = []syscall.Errno{syscall.ENOSYS, syscall.EPERM, syscall.EOPNOTSUPP}

// stride is how far apart the calls are at which faults are tried.
const stride = 6

func perm(bits uint32) tree.Mode { return tree.Perm(bits) }

func needModes(*testing.T) {}
func needLinks(*testing.T) {}

// refused tells whether a save did not happen, and can be tried again.
func refused(error) bool { return false }

func needUnlink(*testing.T) {}
