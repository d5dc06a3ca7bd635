package disk

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

const (
	// volumeSyncIsWhole: fsync moves each file to the drive; only then one F_FULLFSYNC drains the
	// drive's cache (fsync(2)).
	volumeSyncIsWhole = false
	fileSyncName      = "full-sync"
)

func sysRenameNew(_ *os.File, d handle, name string, to handle, as string) error {
	return despite(func() error { return unix.RenameatxNp(d, name, to, as, unix.RENAME_EXCL) }, named(d, name))
}

func sysExchange(d handle, name string, with handle, as string) error {
	return despite(func() error {
		return unix.RenameatxNp(d, name, with, as, unix.RENAME_SWAP)
	}, named(d, name), named(with, as))
}

// sysSetTimes goes by name: futimens is not to be had without cgo, and futimes drops nanoseconds.
//
// Race: name is replaced after its file was examined. Worst: the new file gets the planned mtime; the
// caller's check afterwards finds and reports it.
func sysSetTimes(_ int, d handle, name string, ts [2]unix.Timespec) error {
	return despite(func() error { return unix.UtimesNanoAt(d, name, ts[:], unix.AT_SYMLINK_NOFOLLOW) }, named(d, name))
}

func sysSyncFile(f *os.File) error {
	return again(func() error { return unix.Fsync(int(f.Fd())) })
}

func sysSyncFolder(d handle) error { return again(func() error { return unix.Fsync(d) }) }

// sysSyncVolume drains the drive's cache. exFAT (ENOTTY) and some FUSE volumes (EINVAL) don't have it.
func sysSyncVolume(d handle) error {
	return again(func() error {
		_, err := unix.FcntlInt(uintptr(d), unix.F_FULLFSYNC, 0)
		return err
	})
}

// sysShare: nothing is shared here. APFS clones files only with their attributes, which are nothing of a plan.
func sysShare(newFile, uintptr) error { return errors.ErrUnsupported }

// lease: there are none here.
func lease(*os.File) (bool, error) { return false, nil }

// dropCache makes the next read of f come from the device. F_NOCACHE alone keeps what is read out of the
// cache, and still takes what is in there; so that is invalidated first.
func dropCache(f *os.File) error {
	size, _, err := stampOf(f)
	if err == nil && size > 0 {
		err = invalidate(int(f.Fd()), size)
	}
	if err != nil {
		return err
	}
	_, err = unix.FcntlInt(f.Fd(), unix.F_NOCACHE, 1)
	return err
}

// invalidate drops the cached pages of a file, a part at a time for the sake of small address spaces.
func invalidate(fd int, size int64) error {
	const part = 1 << 30
	for at := int64(0); at < size; at += part {
		pages, err := unix.Mmap(fd, at, int(min(part, size-at)), unix.PROT_READ, unix.MAP_SHARED)
		if err != nil {
			return err
		}
		err = unix.Msync(pages, unix.MS_INVALIDATE)
		if unmapped := unix.Munmap(pages); err == nil {
			err = unmapped
		}
		if err != nil {
			return err
		}
	}
	return nil
}
