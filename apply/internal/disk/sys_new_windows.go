package disk

import (
	"errors"
	"os"

	"treaty/plan/scan"
	"treaty/plan/tree"
)

// newFile is a file that was made just now, and is being filled.
type newFile struct{ file *os.File }

func sysMake(d handle, name string, perm uint32) (newFile, error) {
	file, err := sysCreate(d, name, perm)
	return newFile{file}, err
}

// sysFill appends all of p.
func sysFill(f newFile, p []byte) error {
	_, err := f.file.Write(p)
	return err
}

// Read reads on from where it was read or filled last.
func (f newFile) Read(p []byte) (int, error) { return f.file.Read(p) }

// sysShare: nothing is shared here. ReFS could.
func sysShare(newFile, uintptr) error { return errors.ErrUnsupported }

func sysTouchNew(f newFile, d handle, name string, mtime tree.Time) error {
	return sysTouch(f.file, d, name, mtime)
}

func sysChmodNew(f newFile, perm uint32) error { return sysChmodFile(f.file, perm) }

// stamp is the time and the mode that f has.
func (f newFile) stamp() (tree.Time, tree.Mode, error) {
	is, err := f.file.Stat()
	if err != nil {
		return tree.Time{}, 0, err
	}
	return scan.MtimeOf(is), tree.Perm(uint32(is.Mode().Perm())), nil
}

func (f newFile) close() error { return f.file.Close() }
