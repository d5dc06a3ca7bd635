package disk

import (
	"errors"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"

	"treaty/apply/volume"
)

const (
	// volumeSyncIsWhole: syncing the volume syncs all that was written to it. Kernels before 5.8 do
	// that too, but keep write-back errors to themselves.
	volumeSyncIsWhole = true
	fileSyncName      = "file-sync"
)

func sysRenameNew(_ *os.File, d handle, name string, to handle, as string) error {
	return again(func() error { return unix.Renameat2(d, name, to, as, unix.RENAME_NOREPLACE) })
}

func sysExchange(d handle, name string, with handle, as string) error {
	return again(func() error { return unix.Renameat2(d, name, with, as, unix.RENAME_EXCHANGE) })
}

func sysSetTimes(fd int, _ handle, _ string, ts [2]unix.Timespec) error {
	return again(func() error {
		_, _, errno := unix.Syscall6(unix.SYS_UTIMENSAT, uintptr(fd), 0, uintptr(unsafe.Pointer(&ts[0])), 0, 0, 0)
		if errno != 0 {
			return errno
		}
		return nil
	})
}

func sysSyncFile(f *os.File) error {
	return again(func() error { return unix.Fsync(int(f.Fd())) })
}

func sysSyncFolder(d handle) error { return again(func() error { return unix.Fsync(d) }) }

func sysSyncVolume(d handle) error { return again(func() error { return unix.Syncfs(d) }) }

// sysShare makes f share all that is in fd.
func sysShare(f newFile, fd uintptr) error {
	return again(func() error { return unix.IoctlFileClone(f.fd, int(fd)) })
}

// lease takes a read lease on f, best effort: while it is held, whoever opens the file for writing
// waits until f is closed, at most /proc/sys/fs/lease-break-time (45 s). leased is false where the
// volume has no leases or the file is another user's. ErrBusy: somebody has the file open for writing,
// or mapped so.
func lease(f *os.File) (leased bool, err error) {
	_, err = unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_RDLCK)
	if errors.Is(err, unix.EAGAIN) {
		return false, volume.ErrBusy
	}
	return err == nil, nil
}

// dropCache makes the next read of f come from the device, where the kernel agrees. f must have been
// synced.
func dropCache(f *os.File) error {
	return unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
}
