//go:build unix && !linux

package scan

import (
	"golang.org/x/sys/unix"

	"treaty/plan/tree"
)

type (
	platform struct{}
	native   struct{}
)

// read appends the names in the directory to l.found.
func (l *lister) read(dir tree.Path, h handle) error {
	names, err := h.names()
	if err != nil {
		return err
	}
	for _, name := range names {
		path := string(dir.Join(name))
		l.found = append(l.found, found{path: path, name: path[len(path)-len(name):]})
	}
	return nil
}

// stat fills in e what a stat tells of f, and returns the device that it is on.
func (l *lister) stat(e *tree.Entry, f *found, h handle) (uint64, error) {
	var st unix.Stat_t
	for {
		switch err := unix.Fstatat(h.fd, f.name, &st, unix.AT_SYMLINK_NOFOLLOW); err {
		case nil:
			fill(e, &st)
			return uint64(st.Dev), nil
		case unix.EINTR:
		default:
			return 0, err
		}
	}
}
