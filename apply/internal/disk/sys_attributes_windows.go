package disk

import (
	"errors"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"

	"treaty/plan/tree"
)

// Modes are not kept here.
func sysChmodFile(*os.File, uint32) error     { return windows.ERROR_NOT_SUPPORTED }
func sysChmodAt(handle, string, uint32) error { return windows.ERROR_NOT_SUPPORTED }
func sysChmodFolder(handle, uint32) error     { return windows.ERROR_NOT_SUPPORTED }

// denied: a folder's read-only attribute keeps nobody from working in it.
func denied(error) bool { return false }

func sysOwnMode(handle) (tree.Mode, bool) { return 0, false }

// sysShared tells whether an open file has more names than one.
func sysShared(f *os.File) (bool, error) {
	var at windows.ByHandleFileInformation
	err := windows.GetFileInformationByHandle(windows.Handle(f.Fd()), &at)
	return at.NumberOfLinks > 1, err
}

// sysTouch goes through f if it may: where f has been written to, closing it sets the time of the last
// write, unless f itself was given another.
func sysTouch(f *os.File, d handle, name string, mtime tree.Time) error {
	err := touchHandle(windows.Handle(f.Fd()), mtime)
	if !errors.Is(err, windows.ERROR_ACCESS_DENIED) {
		return err
	}
	h, err := openAt(d, name, windows.FILE_WRITE_ATTRIBUTES|windows.FILE_READ_ATTRIBUTES, shareAll, windows.FILE_OPEN,
		windows.FILE_NON_DIRECTORY_FILE)
	if err != nil {
		return err
	}
	defer windows.CloseHandle(h)
	return touchHandle(h, mtime)
}

// touchHandle sets an mtime. FAT rounds up here, and everywhere else down; what is on the grid already
// stays.
func touchHandle(h windows.Handle, mtime tree.Time) error {
	for _, grid := range []int64{100, 10e6, 2e9} {
		at := filetime(mtime.Cut(grid))
		if err := windows.SetFileTime(h, nil, nil, &at); err != nil {
			return err
		}
		var now windows.ByHandleFileInformation
		if err := windows.GetFileInformationByHandle(h, &now); err != nil {
			return err
		}
		if set := now.LastWriteTime; !mtime.Before(timeOf(set)) {
			break
		}
	}
	return nil
}

// filetime counts hundreds of nanoseconds since 1601, which was so many seconds before 1970.
const before1970 = 11_644_473_600

func filetime(mtime tree.Time) windows.Filetime {
	at := mtime.Time()
	n := max(at.Unix()+before1970, 0)*1e7 + int64(at.Nanosecond())/100
	return windows.Filetime{LowDateTime: uint32(n), HighDateTime: uint32(n >> 32)}
}

func timeOf(at windows.Filetime) tree.Time {
	n := int64(at.HighDateTime)<<32 | int64(at.LowDateTime)
	return tree.UnixTime(n/1e7-before1970, n%1e7*100)
}

// inherits: a file that replaces another stays read-only, hidden, or whatever a person made it.
const inherits = true

const inherited = windows.FILE_ATTRIBUTE_READONLY | windows.FILE_ATTRIBUTE_HIDDEN | windows.FILE_ATTRIBUTE_SYSTEM |
	windows.FILE_ATTRIBUTE_NOT_CONTENT_INDEXED

// sysInherit gives name the attributes of old.
func sysInherit(from handle, old string, d handle, name string) error {
	was, err := attributesAt(from, old)
	if err != nil {
		return err
	}
	is, err := attributesAt(d, name)
	if err != nil {
		return err
	}
	if want := is&^inherited | was&inherited; want != is {
		return setAttributes(d, name, want)
	}
	return nil
}

func attributesAt(d handle, name string) (uint32, error) {
	h, err := openAt(d, name, windows.FILE_READ_ATTRIBUTES, shareAll, windows.FILE_OPEN, 0)
	if err != nil {
		return 0, err
	}
	defer windows.CloseHandle(h)
	var at windows.ByHandleFileInformation
	err = windows.GetFileInformationByHandle(h, &at)
	return at.FileAttributes, err
}

// basicInformation is FILE_BASIC_INFO. Times that are 0 stay as they are.
type basicInformation struct {
	Creation, LastAccess, LastWrite, Change int64
	Attributes                              uint32
	_                                       uint32
}

func setAttributes(d handle, name string, attributes uint32) error {
	h, err := openAt(d, name, windows.FILE_WRITE_ATTRIBUTES, shareAll, windows.FILE_OPEN, 0)
	if err != nil {
		return err
	}
	defer windows.CloseHandle(h)
	if attributes == 0 {
		attributes = windows.FILE_ATTRIBUTE_NORMAL // 0 would change nothing
	}
	information := basicInformation{Attributes: attributes}
	return windows.SetFileInformationByHandle(h, windows.FileBasicInfo, (*byte)(unsafe.Pointer(&information)),
		uint32(unsafe.Sizeof(information)))
}
