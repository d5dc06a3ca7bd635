package disk

import (
	"errors"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"

	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Every call opens one name relative to a directory's handle, links not followed, and then works on
// what it opened. The system itself reads no meaning into names given so: CON is a name like any other,
// "a." keeps its dot, and then no other program can open them. Hence legal and legalNew.

// handle is an open directory.
type handle = *os.Root

func handleOf(d *scan.Dir) handle { return d.Root() }

const (
	shareAll = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	// holdsName: while a file is examined nobody else can write, rename or remove it, nor can treaty but
	// through the same handle.
	holdsName = true
)

// legal refuses names that lead elsewhere: into a directory, or into another stream of the file.
func legal(name string) error {
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "\\/:\x00") {
		return windows.ERROR_INVALID_NAME
	}
	return nil
}

// legalNew refuses names that other programs could not open.
func legalNew(name string) error {
	if err := legal(name); err != nil || (tree.Traits{Names: tree.WindowsNames}).NameProblem(name) != "" {
		return windows.ERROR_INVALID_NAME
	}
	return nil
}

func inDirectory(d handle, call func(windows.Handle) error) error {
	self, err := d.Open(".")
	if err != nil {
		return err
	}
	defer self.Close()
	return call(windows.Handle(self.Fd()))
}

func openAt(d handle, name string, access, share, disposition, options uint32) (h windows.Handle, err error) {
	if err := legal(name); err != nil {
		return 0, err
	}
	err = inDirectory(d, func(dir windows.Handle) error {
		object, err := windows.NewNTUnicodeString(name)
		if err != nil {
			return err
		}
		attributes := windows.OBJECT_ATTRIBUTES{
			RootDirectory: dir, ObjectName: object, Attributes: windows.OBJ_CASE_INSENSITIVE,
		}
		attributes.Length = uint32(unsafe.Sizeof(attributes))
		var status windows.IO_STATUS_BLOCK
		err = windows.NtCreateFile(&h, access|windows.SYNCHRONIZE, &attributes, &status, nil,
			windows.FILE_ATTRIBUTE_NORMAL, share, disposition, options|windows.FILE_OPEN_REPARSE_POINT|
				windows.FILE_OPEN_FOR_BACKUP_INTENT|windows.FILE_SYNCHRONOUS_IO_NONALERT, 0, 0)
		return errno(err)
	})
	return h, err
}

func fileAt(d handle, name string, access, share, disposition uint32) (*os.File, error) {
	h, err := openAt(d, name, access, share, disposition, windows.FILE_NON_DIRECTORY_FILE)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(h), name), nil
}

// openFile opens a file for examination, shared for reading only, and so that it can be renamed through
// what is returned: what was examined is what will be moved. Sharing is mandatory here: the open fails
// while another program has the file open for writing, or so that it can't be renamed.
func openFile(at spot) (*os.File, error) {
	f, err := fileAt(at.handle, at.name, windows.FILE_GENERIC_READ|windows.DELETE, windows.FILE_SHARE_READ,
		windows.FILE_OPEN)
	if err != nil {
		return nil, err
	}
	is, err := f.Stat()
	if err == nil && scan.Dataless(is) {
		err = scan.ErrDataless
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func sysCreate(d handle, name string, _ uint32) (*os.File, error) {
	if err := legalNew(name); err != nil {
		return nil, err
	}
	// Without DELETE: whoever reads along, and does not share that, as scanners and editors do, is let in.
	return fileAt(d, name, windows.FILE_GENERIC_READ|windows.FILE_GENERIC_WRITE, shareAll, windows.FILE_CREATE)
}

func sysAppend(d handle, name string) (*os.File, error) {
	return fileAt(d, name, windows.FILE_APPEND_DATA|windows.FILE_READ_ATTRIBUTES, shareAll, windows.FILE_OPEN)
}

func sysMkdir(d handle, name string, perm uint32) error {
	if err := legalNew(name); err != nil {
		return err
	}
	return d.Mkdir(name, os.FileMode(perm))
}

func sysSymlink(target string, d handle, name string) error {
	if err := legalNew(name); err != nil {
		return err
	}
	return d.Symlink(target, name)
}

// sysLink is not needed where a rename can refuse to replace.
func sysLink(handle, string, handle, string) error { return windows.ERROR_NOT_SUPPORTED }

func sysTwins(handle, string, handle, string) bool { return false }

func sysExchange(handle, string, handle, string) error { return windows.ERROR_NOT_SUPPORTED }

func sysRename(held *os.File, d handle, name string, to handle, as string) error {
	return rename(held, d, name, to, as, true)
}

func sysRenameNew(held *os.File, d handle, name string, to handle, as string) error {
	return rename(held, d, name, to, as, false)
}

// rename moves by handle: what was opened is what is moved.
func rename(held *os.File, d handle, name string, to handle, as string, replace bool) error {
	if err := legalNew(as); err != nil {
		return err
	}
	if held != nil {
		return renameHandle(windows.Handle(held.Fd()), to, as, replace)
	}
	h, err := openAt(d, name, windows.DELETE, shareAll, windows.FILE_OPEN, 0)
	if err != nil {
		return err
	}
	defer windows.CloseHandle(h)
	return renameHandle(h, to, as, replace)
}

// renameInformation is FILE_RENAME_INFORMATION.
type renameInformation struct {
	ReplaceIfExists uint32
	RootDirectory   windows.Handle
	FileNameLength  uint32
	FileName        [256]uint16
}

func renameHandle(h windows.Handle, to handle, as string, replace bool) error {
	return inDirectory(to, func(dir windows.Handle) error {
		wide, err := windows.UTF16FromString(as)
		if err != nil {
			return err
		}
		information := renameInformation{RootDirectory: dir, FileNameLength: uint32(2 * (len(wide) - 1))}
		if replace {
			information.ReplaceIfExists = 1
		}
		if copy(information.FileName[:], wide) < len(wide) {
			return windows.ERROR_FILENAME_EXCED_RANGE
		}
		var status windows.IO_STATUS_BLOCK
		return errno(windows.NtSetInformationFile(h, &status, (*byte)(unsafe.Pointer(&information)),
			uint32(unsafe.Sizeof(information)), windows.FileRenameInformation))
	})
}

func sysUnlink(d handle, name string) error {
	return remove(d, name, windows.FILE_NON_DIRECTORY_FILE)
}

// sysRmdir removes directories only, and only empty ones: the system refuses others.
func sysRmdir(d handle, name string) error { return remove(d, name, windows.FILE_DIRECTORY_FILE) }

// remove takes the read-only attribute off first, which Explorer gives to folders too: it is no bar to
// whoever may remove.
func remove(d handle, name string, options uint32) error {
	h, err := openAt(d, name, windows.DELETE|windows.FILE_READ_ATTRIBUTES, shareAll, windows.FILE_OPEN, options)
	if err != nil {
		return err
	}
	defer windows.CloseHandle(h)
	var at windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(h, &at); err != nil {
		return err
	}
	readOnly := at.FileAttributes & windows.FILE_ATTRIBUTE_READONLY
	if readOnly != 0 {
		if err := setAttributes(d, name, at.FileAttributes&^readOnly); err != nil {
			return err
		}
	}
	del := byte(1)
	err = windows.SetFileInformationByHandle(h, windows.FileDispositionInfo, &del, 1)
	if err != nil && readOnly != 0 {
		return both(err, setAttributes(d, name, at.FileAttributes))
	}
	return err
}

func notEmpty(err error) bool { return errors.Is(err, windows.ERROR_DIR_NOT_EMPTY) }

func sysSame(f *os.File, d handle, name string) (bool, error) {
	open, err := f.Stat()
	if err != nil {
		return false, err
	}
	named, err := d.Lstat(name)
	if err != nil {
		return false, err
	}
	return os.SameFile(open, named), nil
}

// lease: openFile has kept writers out already.
func lease(*os.File) (bool, error) { return true, nil }
