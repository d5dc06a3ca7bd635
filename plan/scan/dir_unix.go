//go:build unix

package scan

import (
	"os"

	"golang.org/x/sys/unix"

	"treaty/plan/tree"
)

// handle is an open directory. dev and ino are those of one below the root, as it was opened: which they are for is the
// same for as long as it is open.
type handle struct {
	fd       int
	dev, ino uint64
}

// FD is the directory's descriptor, for system calls relative to it. It stays the Dir's own: don't
// close it, and don't read the directory through it, since the position is shared.
func (h handle) FD() int { return h.fd }

func (h handle) close() { unix.Close(h.fd) }

// again repeats a call that a signal interrupted; FUSE and NFS do that, whatever SA_RESTART says.
func again[T any](call func() (T, error)) (T, error) {
	for {
		if v, err := call(); err != unix.EINTR {
			return v, err
		}
	}
}

func openTop(path string) (handle, error) {
	fd, err := again(func() (int, error) {
		return unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err == unix.ENOTDIR {
		err = ErrNotDirectory
	}
	return handle{fd: fd}, err
}

func (h handle) openDir(name string, device uint64) (handle, error) {
	fd, err := openDirAt(h.fd, name)
	switch err {
	case nil:
	case unix.EXDEV:
		return handle{}, ErrOtherDevice
	case unix.ENOTDIR, unix.ELOOP, unix.EMLINK: // EMLINK is FreeBSD's for a link
		return handle{}, h.noDirectory(name)
	default:
		return handle{}, err
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		unix.Close(fd)
		return handle{}, err
	}
	if uint64(st.Dev) != device {
		unix.Close(fd)
		return handle{}, ErrOtherDevice
	}
	if isDataless(&st) {
		unix.Close(fd)
		return handle{}, ErrDataless
	}
	return handle{fd, uint64(st.Dev), uint64(st.Ino)}, nil
}

// noDirectory tells a link from what else is no directory. Should name have changed since, then
// either answer refuses it.
func (h handle) noDirectory(name string) error {
	s, err := h.stat(name)
	switch {
	case err != nil:
		return err
	case s.Type == tree.Symlink:
		return ErrSymlink
	}
	return ErrNotDirectory
}

// openFile opens a regular file and returns its descriptor. O_NONBLOCK is for a FIFO that took the
// file's place; on a regular file it only means that a lease is not waited for.
func (h handle) openFile(name string) (int, unix.Stat_t, error) {
	var st unix.Stat_t
	fd, err := again(func() (int, error) {
		return unix.Openat(h.fd, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	})
	switch err {
	case nil:
	case unix.ELOOP, unix.EMLINK:
		return -1, st, linked{}
	case unix.ENXIO, unix.EOPNOTSUPP: // a socket, or a device without a driver
		return -1, st, ErrNotRegular
	default:
		return -1, st, err
	}
	if err := unix.Fstat(fd, &st); err != nil {
		unix.Close(fd)
		return -1, st, err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		unix.Close(fd)
		return -1, st, ErrNotRegular
	}
	if isDataless(&st) {
		unix.Close(fd)
		return -1, st, ErrDataless
	}
	return fd, st, nil
}

func (h handle) open(name string) (*os.File, error) {
	fd, _, err := h.openFile(name)
	if err != nil {
		return nil, err
	}
	// This takes O_NONBLOCK away, the only flag that was given of those that can be.
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFL, 0); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

func (h handle) stat(name string) (Stat, error) {
	var st unix.Stat_t
	_, err := again(func() (struct{}, error) {
		return struct{}{}, unix.Fstatat(h.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW)
	})
	if err != nil {
		return Stat{}, err
	}
	return statOf(&st), nil
}

func (h handle) self() (Stat, error) {
	var st unix.Stat_t
	if err := unix.Fstat(h.fd, &st); err != nil {
		return Stat{}, err
	}
	return statOf(&st), nil
}

// holds tells whether name is the directory open as below. Where a driver gives it another number by now, it is taken
// for another one.
func (h handle) holds(name string, below handle) bool {
	named, err := h.stat(name)
	return err == nil && named.Dev == below.dev && named.Ino == below.ino
}

// links is the directory's number of links, 0 once it was removed (and always on some filesystems).
func (h handle) links() uint32 {
	var st unix.Stat_t
	if err := unix.Fstat(h.fd, &st); err != nil {
		return 0
	}
	return uint32(st.Nlink)
}

func (h handle) readlink(name string) (string, error) {
	for size := 256; ; size *= 2 {
		buf := make([]byte, size)
		n, err := again(func() (int, error) { return unix.Readlinkat(h.fd, name, buf) })
		if err != nil {
			return "", err
		}
		if n < size {
			return string(buf[:n]), nil
		}
	}
}

// fresh is the same directory with a position of its own, for reading it.
func (h handle) fresh() (handle, error) {
	fd, err := again(func() (int, error) {
		return unix.Openat(h.fd, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	return handle{fd: fd}, err
}

func (h handle) names() ([]string, error) {
	own, err := h.fresh()
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(own.fd), ".")
	defer f.Close()
	return f.Readdirnames(-1)
}

func statOf(st *unix.Stat_t) Stat {
	s := Stat{Dev: uint64(st.Dev), Ino: uint64(st.Ino), Ctime: tree.UnixTime(int64(st.Ctim.Sec), int64(st.Ctim.Nsec))}
	s.Changed = s.Ctime
	fill(&s.Entry, st)
	return s
}

// fill sets what a stat tells of an entry.
func fill(e *tree.Entry, st *unix.Stat_t) {
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		e.Type = tree.File
		e.Size = int64(st.Size)
		e.Mtime = tree.UnixTime(int64(st.Mtim.Sec), int64(st.Mtim.Nsec))
		e.Links, e.Inode = uint32(st.Nlink), uint64(st.Ino)
	case unix.S_IFDIR:
		e.Type = tree.Directory
	case unix.S_IFLNK:
		e.Type = tree.Symlink
		return
	default:
		e.Type = tree.Special
		e.Obstacle, e.Why = tree.SpecialFile, special(uint32(st.Mode))
		return
	}
	e.Mode = tree.Perm(uint32(st.Mode))
}

func special(mode uint32) string {
	switch mode & unix.S_IFMT {
	case unix.S_IFIFO:
		return "a named pipe"
	case unix.S_IFSOCK:
		return "a socket"
	case unix.S_IFBLK:
		return "a block device"
	case unix.S_IFCHR:
		return "a character device"
	}
	return "neither file, directory nor link"
}
