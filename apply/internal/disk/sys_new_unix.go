//go:build unix

package disk

import (
	"io"
	"time"

	"golang.org/x/sys/unix"

	"treaty/plan/tree"
)

// newFile is a file that was made just now, and is being filled. On small files os.File would cost as much as the
// writing.
type newFile struct{ fd int }

func sysMake(d handle, name string, perm uint32) (newFile, error) {
	fd, err := descriptorAt(d, name, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL, perm)
	return newFile{fd}, err
}

// sysFill appends all of p.
func sysFill(f newFile, p []byte) error {
	for len(p) > 0 {
		n, err := unix.Write(f.fd, p)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return err
		}
		p = p[n:]
	}
	return nil
}

// Read reads on from where it was read or filled last.
func (f newFile) Read(p []byte) (int, error) {
	for {
		n, err := unix.Read(f.fd, p)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return 0, err
		case n == 0 && len(p) > 0:
			return 0, io.EOF
		}
		return n, nil
	}
}

// sysTouchNew gives f its time; when it was read last is now.
func sysTouchNew(f newFile, d handle, name string, mtime tree.Time) error {
	return sysSetTimes(f.fd, d, name, [2]unix.Timespec{timespec(time.Now()), timespec(mtime.Time())})
}

func sysChmodNew(f newFile, perm uint32) error {
	return despite(func() error { return unix.Fchmod(f.fd, perm) }, lockable{open: f.fd})
}

// stamp is the time and the mode that f has.
func (f newFile) stamp() (tree.Time, tree.Mode, error) {
	var st unix.Stat_t
	if err := unix.Fstat(f.fd, &st); err != nil {
		return tree.Time{}, 0, err
	}
	return tree.UnixTime(int64(st.Mtim.Sec), int64(st.Mtim.Nsec)), tree.Perm(uint32(st.Mode)), nil
}

func (f newFile) close() error { return unix.Close(f.fd) }
