package disk

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/windows"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// native are the traits of the volume that tests run on.
const native = tree.NTFS

var ways = []way{{"by handle", volume.Capabilities{NoReplace: true}}}

const (
	errIO       = windows.ERROR_IO_DEVICE
	errNoSpace  = windows.ERROR_DISK_FULL
	errReadOnly = windows.ERROR_WRITE_PROTECT
)

// noModes is what volumes without modes say.
var noModes = []syscall.Errno{syscall.ENOSYS, syscall.EOPNOTSUPP}

// stride is how far apart the calls are at which faults are tried: Wine takes 30 times as long as Linux.
const stride = 13

func perm(uint32) tree.Mode { return 0 }

func needModes(t *testing.T) { t.Skip("Windows keeps no modes") }

// needUnlink: Wine deletes a file that is open when it is closed, and by its name then, which another may have.
func needUnlink(t *testing.T) { t.Skip("what is open and deleted keeps its name") }

func needLinks(t *testing.T) {
	t.Helper()
	link := filepath.Join(t.TempDir(), "link")
	err := os.Symlink("target", link)
	if err == nil {
		_, err = os.Readlink(link) // Wine 8 makes none, and says it did
	}
	if err != nil {
		t.Skipf("this account, or Wine, makes no symbolic links: %v", err)
	}
}

// refused tells whether a save did not happen, and can be tried again.
func refused(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED)
}
