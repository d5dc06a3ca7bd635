package scan

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"treaty/plan/tree"
)

// platform lists with getdents64 and fstatat relative to the directory: seven tenths of a walk are
// stat, and a bare walk in C is the limit that this comes near. It allocates per directory and not
// per entry: all names, each after its directory's path and with the NUL that system calls want, stand
// in one string.
type platform struct {
	dirents []byte
	names   []byte
	st      unix.Stat_t
}

// native is where a path begins in platform.names.
type native struct{ at int }

// read appends the names in the directory to l.found.
func (l *lister) read(dir tree.Path, h handle) error {
	if l.dirents == nil {
		l.dirents = make([]byte, 64<<10) // twice the C library's
	}
	l.names = l.names[:0]
	for {
		n, err := unix.Getdents(h.fd, l.dirents)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		l.parse(dir, l.dirents[:n])
	}
	all := string(l.names)
	end := len(all)
	for i := len(l.found) - 1; i >= 0; i-- {
		f := &l.found[i]
		f.path = all[f.at : end-1]
		f.name = f.path
		if dir != tree.Root {
			f.name = f.path[len(dir)+len("/"):]
		}
		end = f.at
	}
	return nil
}

// parse appends the records in buf: inode and offset of 8 bytes each, the record's length of 2, a
// type of 1, the name, NULs.
func (l *lister) parse(dir tree.Path, buf []byte) {
	const header = 8 + 8 + 2 + 1
	for len(buf) > header {
		length := int(binary.NativeEndian.Uint16(buf[16:]))
		if length <= header || length > len(buf) {
			return
		}
		name := buf[header:length]
		if end := bytes.IndexByte(name, 0); end >= 0 {
			name = name[:end]
		}
		kind := kinds[buf[18]&15]
		buf = buf[length:]
		if string(name) == "." || string(name) == ".." || len(name) == 0 {
			continue
		}
		l.found = append(l.found, found{kind: kind, native: native{len(l.names)}})
		if dir != tree.Root {
			l.names = append(append(l.names, dir...), '/')
		}
		l.names = append(append(l.names, name...), 0)
	}
}

var kinds = [16]tree.Type{unix.DT_REG: tree.File, unix.DT_DIR: tree.Directory, unix.DT_LNK: tree.Symlink,
	unix.DT_FIFO: tree.Special, unix.DT_SOCK: tree.Special, unix.DT_CHR: tree.Special, unix.DT_BLK: tree.Special}

// stat fills in e what a stat tells of f, and returns the device that it is on.
func (l *lister) stat(e *tree.Entry, f *found, h handle) (uint64, error) {
	if err := lstat(h.fd, f.name, &l.st); err != nil {
		return 0, err
	}
	fill(e, &l.st)
	return uint64(l.st.Dev), nil
}

// lstat is fstatat without the copy that unix.Fstatat makes of a name to end it: in memory a NUL must
// follow name, as it does in what read found.
func lstat(fd int, name string, st *unix.Stat_t) error {
	for {
		_, _, errno := unix.Syscall6(fstatat, uintptr(fd), uintptr(unsafe.Pointer(unsafe.StringData(name))),
			uintptr(unsafe.Pointer(st)), unix.AT_SYMLINK_NOFOLLOW, 0, 0)
		switch errno {
		case 0:
			return nil
		case unix.EINTR:
		case unix.ENOSYS: // kernels with statx alone
			return unix.Fstatat(fd, strings.Clone(name), st, unix.AT_SYMLINK_NOFOLLOW)
		default:
			return errno
		}
	}
}
