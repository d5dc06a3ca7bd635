package apply_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"

	"treaty/apply"
	"treaty/plan"
	"treaty/plan/tree"
)

const (
	posix = false
	// spelling is what a volume here is that ignores case, whatever it can do otherwise.
	spelling = tree.NTFS
	// slowness: Wine takes twenty times as long as Linux.
	slowness = 20

	errIO        = windows.ERROR_IO_DEVICE
	errNoSpace   = windows.ERROR_DISK_FULL
	errDenied    = windows.ERROR_ACCESS_DENIED
	errUnplugged = windows.ERROR_NOT_READY
)

func mkfifo(string) error { return errors.ErrUnsupported }

// modeOf is what the language takes for granted: Windows keeps no modes.
func modeOf(info fs.FileInfo) tree.Mode { return usual(info.IsDir()) }

func usual(directory bool) tree.Mode {
	if directory {
		return tree.Perm(0o755)
	}
	return tree.Perm(0o644)
}

func refused(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED)
}

// native is m without links, modes and FIFOs, and with times of 100 ns. Wine 8 makes no links, and Windows
// only for some.
func native(m nodes) nodes {
	if m == nil {
		return nil
	}
	out := nodes{}
	for path, n := range m {
		if n.kind == tree.File || n.kind == tree.Directory {
			n.mode, n.mtime = usual(n.kind == tree.Directory), n.mtime.Cut(100)
			out[path] = n
		}
	}
	return out
}

// fit takes the modes out of a case, and skips it where it is about modes, links, or names that Windows
// does not have.
func (c *tableCase) fit(t *testing.T) {
	t.Helper()
	for _, option := range c.options {
		if strings.HasSuffix(option, "-fs=posix") || strings.HasSuffix(option, "-fs=apfs") {
			t.Skip("no volume of Windows can do as much as " + option)
		}
	}
	for _, m := range []*nodes{&c.base, &c.before[0], &c.before[1], &c.after[0], &c.after[1], &c.trash[0], &c.trash[1]} {
		for path, n := range *m {
			if n.kind != tree.File && n.kind != tree.Directory {
				t.Skip("Windows has no FIFOs, and links only for some")
			}
			if linked := len(c.links[0])+len(c.links[1]) > 0; linked && n.mode != usual(n.kind == tree.Directory) {
				t.Skip("Windows keeps no modes, by which names of one file would become files of their own")
			}
			if why := tree.NTFS.Traits().NameProblem(path.Base()); why != "" {
				t.Skip(why)
			}
		}
		*m = native(*m)
	}
	for _, line := range c.plan {
		if strings.HasPrefix(line, "chmod ") {
			t.Skip("Windows keeps no modes")
		}
	}
}

// Windows soon gives the number of a process that ended to another: whoever began after the lock was taken
// does not hold it.
func TestALockIsOfAProcessThatWasThere(t *testing.T) {
	alive := livePID(t)
	for at, held := range map[time.Time]bool{
		time.Now():                        true,
		time.Now().Add(-2 * time.Minute):  false,
		time.Now().Add(-2400 * time.Hour): false,
		time.Now().Add(10 * time.Minute):  true,
	} {
		w, r := faulty(t)
		w.lock(plan.Remote, holderSince(alive, at))
		if held {
			w.refuses(r, &fault{cause: apply.ErrLocked, why: w.at[plan.Remote]})
		} else if _, err := apply.Apply(context.Background(), r); err != nil {
			t.Errorf("%v: a lock of a process that ended is in the way: %v", at, err)
		}
	}
}

func needPosix(t *testing.T, what string) {
	t.Helper()
	t.Skip("it needs " + what)
}
