package scan

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// What callers can test for. All are wrapped with the path that they are about.
var (
	// ErrNotDirectory: there is something, and it is no directory (nor a link, see ErrSymlink).
	ErrNotDirectory = errors.New("not a directory")
	// ErrSymlink: a symbolic link stands where a directory or a file was to be opened.
	ErrSymlink = errors.New("a symbolic link, which is never followed")
	// ErrOtherDevice: a directory is where another filesystem is mounted.
	ErrOtherDevice = errors.New("another filesystem is mounted here")
	// ErrNotRegular: what was to be opened as a file is something else.
	ErrNotRegular = errors.New("not a regular file")
	// ErrName: what was to be one name in a directory is no name, or more than one.
	ErrName = errors.New("not a name in a directory")
	// ErrClosed: the root was closed.
	ErrClosed = errors.New("the tree was closed")
	// ErrVanished: the tree as a whole is no longer there, or no longer the same. Nothing that was
	// read of it may be taken for a delete.
	ErrVanished = errors.New("the tree vanished while it was being read")
	// ErrFull: the volume has no room left, where that is told by another machine. See Full.
	ErrFull = errors.New("the volume has no room left")
)

// ErrDataless: a file or directory of which only the name and the size are on this machine, and the content
// is in a cloud. To read it would download it, which nobody asked for. It is also an fs.ErrPermission: its
// stat is known, and it can be moved.
var ErrDataless error = dataless{}

type dataless struct{}

func (dataless) Error() string {
	return "its content is in the cloud and not on this machine; download it first, or put it in .treatyignore"
}

func (dataless) Is(target error) bool { return target == fs.ErrPermission }

// linked is a link where a file was to be opened: an ErrSymlink, and so an ErrNotRegular.
type linked struct{}

func (linked) Error() string { return ErrSymlink.Error() }

func (linked) Is(target error) bool { return target == ErrSymlink || target == ErrNotRegular }

// ErrInUse: another program has the file open and does not share it, as only Windows lets it.
var ErrInUse = errors.New("another program has it open")

// vanished is an ErrVanished of the tree at a path, with the reason where that says more.
func vanished(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", path, ErrVanished)
	}
	return fmt.Errorf("%s: %w: %s", path, ErrVanished, why(err))
}

// why is err in words for the person who reads a plan, without paths or system calls.
func why(err error) string {
	switch {
	case errors.Is(err, ErrDataless):
		return ErrDataless.Error()
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.Is(err, fs.ErrNotExist):
		return "it vanished while the tree was being read"
	case errors.Is(err, syscall.ENAMETOOLONG):
		return "the name is too long for the system to open"
	}
	for _, known := range []error{ErrSymlink, ErrNotDirectory, ErrNotRegular, ErrOtherDevice, ErrName, ErrInUse} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	var number syscall.Errno
	if errors.As(err, &number) {
		return number.Error()
	}
	return err.Error()
}
