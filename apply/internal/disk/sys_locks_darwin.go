package disk

import (
	"golang.org/x/sys/unix"
)

// flags are those of l, a link itself included, and a descriptor for setting them, the caller's to close.
func (l lockable) flags() (fd int, flags uint32, err error) {
	err = again(func() (err error) {
		if l.name == "" {
			fd, err = unix.Dup(l.open)
		} else {
			fd, err = unix.Openat(l.d, l.name, unix.O_RDONLY|unix.O_SYMLINK|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		}
		return err
	})
	if err != nil {
		return -1, 0, err
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		unix.Close(fd)
		return -1, 0, err
	}
	return fd, st.Flags, nil
}

func setFlags(fd int, flags uint32) error {
	return again(func() error { return unix.Fchflags(fd, int(flags)) })
}

// despite makes call, and where that is not permitted and what it changes is locked, makes it once more with
// the locks off. They are put on again wherever it is then.
//
// Killed in between, it leaves a file without its lock, and nothing else amiss.
func despite(call func() error, what ...lockable) error {
	err := again(call)
	if err != unix.EPERM {
		return err
	}
	unlocked := false
	for _, l := range what {
		fd, flags, failed := l.flags()
		if failed != nil {
			continue // err tells why
		}
		defer unix.Close(fd)
		without, locked := withoutLocks(flags)
		if !locked || setFlags(fd, without) != nil {
			continue
		}
		unlocked = true
		// What was removed, and what the volume does not lock again, goes without.
		defer func() { _ = setFlags(fd, flags) }()
	}
	if !unlocked {
		return err
	}
	return again(call)
}

// inherits: a file that replaces another stays locked or hidden.
const inherits = true

// sysInherit gives name the flags of old.
func sysInherit(from handle, old string, d handle, name string) error {
	was, flags, err := named(from, old).flags()
	if err != nil {
		return err
	}
	unix.Close(was)
	fd, is, err := named(d, name).flags()
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if want, set := inheritedFlags(is, flags); set {
		return setFlags(fd, want)
	}
	return nil
}
