package disk

import (
	"errors"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"

	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Every call opens one name relative to a directory's handle, links not followed, and then works on
// what it opened.

// handle is an open directory.
type handle = *os.Root

func handleOf(d *scan.Dir) handle { return d.Root() }

const (
	volumeSyncIsWhole = false
	fileSyncName      = "file-sync"

	shareAll = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	// shareNoWriters makes the open fail while somebody has the file open for writing, and makes
	// writers fail while it is open.
	shareNoWriters = windows.FILE_SHARE_READ | windows.FILE_SHARE_DELETE
)

func inDirectory(d handle, call func(windows.Handle) error) error {
	self, err := d.Open(".")
	if err != nil {
		return err
	}
	defer self.Close()
	return call(windows.Handle(self.Fd()))
}

func openAt(d handle, name string, access, share, disposition, options uint32) (h windows.Handle, err error) {
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

// errno turns an NTSTATUS into what errors.Is knows.
func errno(err error) error {
	var status windows.NTStatus
	if !errors.As(err, &status) {
		return err
	}
	if status == windows.STATUS_OBJECT_NAME_COLLISION {
		return windows.ERROR_ALREADY_EXISTS
	}
	return status.Errno()
}

func fileAt(d handle, name string, access, share, disposition uint32) (*os.File, error) {
	h, err := openAt(d, name, access, share, disposition, windows.FILE_NON_DIRECTORY_FILE)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(h), name), nil
}

func openFile(d *folder, name string) (*os.File, error) {
	f, err := fileAt(d.handle, name, windows.FILE_GENERIC_READ, shareNoWriters, windows.FILE_OPEN)
	if errors.Is(err, windows.ERROR_SHARING_VIOLATION) {
		return nil, ErrBusy
	}
	return f, err
}

func sysCreate(d handle, name string) (*os.File, error) {
	return fileAt(d, name, windows.FILE_GENERIC_READ|windows.FILE_GENERIC_WRITE|windows.DELETE, shareAll, windows.FILE_CREATE)
}

func sysAppend(d handle, name string) (*os.File, error) {
	return fileAt(d, name, windows.FILE_APPEND_DATA|windows.FILE_READ_ATTRIBUTES, shareAll, windows.FILE_OPEN)
}

func sysOpenForSync(d handle, name string) (*os.File, error) {
	return fileAt(d, name, windows.FILE_GENERIC_READ|windows.FILE_GENERIC_WRITE, shareAll, windows.FILE_OPEN)
}

func sysMkdir(d handle, name string, perm uint32) error { return d.Mkdir(name, os.FileMode(perm)) }

func sysSymlink(target string, d handle, name string) error { return d.Symlink(target, name) }

// sysLink is not needed where a rename can refuse to replace.
func sysLink(handle, string, handle, string) error { return windows.ERROR_NOT_SUPPORTED }

func sysExchange(handle, string, handle, string) error { return windows.ERROR_NOT_SUPPORTED }

func sysRename(d handle, name string, to handle, as string) error {
	return rename(d, name, to, as, true)
}

func sysRenameNew(d handle, name string, to handle, as string) error {
	return rename(d, name, to, as, false)
}

// renameInformation is FILE_RENAME_INFORMATION.
type renameInformation struct {
	ReplaceIfExists uint32
	RootDirectory   windows.Handle
	FileNameLength  uint32
	FileName        [1 << 15]uint16
}

// rename moves by handle: what was opened is what is moved.
func rename(d handle, name string, to handle, as string, replace bool) error {
	h, err := openAt(d, name, windows.DELETE, shareAll, windows.FILE_OPEN, 0)
	if err != nil {
		return err
	}
	defer windows.CloseHandle(h)
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
		size := uint32(unsafe.Offsetof(information.FileName)) + uint32(2*len(wide))
		return errno(windows.NtSetInformationFile(h, &status, (*byte)(unsafe.Pointer(&information)),
			max(size, uint32(unsafe.Offsetof(information.FileName))+8), windows.FileRenameInformation))
	})
}

func sysUnlink(d handle, name string) error {
	return remove(d, name, windows.FILE_NON_DIRECTORY_FILE)
}

// sysRmdir removes directories only, and only empty ones: the system refuses others.
func sysRmdir(d handle, name string) error { return remove(d, name, windows.FILE_DIRECTORY_FILE) }

func remove(d handle, name string, options uint32) error {
	h, err := openAt(d, name, windows.DELETE, shareAll, windows.FILE_OPEN, options)
	if err != nil {
		return err
	}
	defer windows.CloseHandle(h)
	del := byte(1)
	return windows.SetFileInformationByHandle(h, windows.FileDispositionInfo, &del, 1)
}

func notEmpty(err error) bool { return errors.Is(err, windows.ERROR_DIR_NOT_EMPTY) }

// Modes are not kept here.
func sysChmodFile(*os.File, uint32) error     { return windows.ERROR_NOT_SUPPORTED }
func sysChmodAt(handle, string, uint32) error { return windows.ERROR_NOT_SUPPORTED }

func sysTouch(_ *os.File, d handle, name string, mtime tree.Time) error {
	h, err := openAt(d, name, windows.FILE_WRITE_ATTRIBUTES, shareAll, windows.FILE_OPEN, windows.FILE_NON_DIRECTORY_FILE)
	if err != nil {
		return err
	}
	defer windows.CloseHandle(h)
	at := windows.NsecToFiletime(int64(mtime))
	return windows.SetFileTime(h, nil, nil, &at)
}

func sysSyncFile(f *os.File) error { return f.Sync() }

// Folders can't be synced here: NTFS journals names, FAT writes them through.
func sysSyncFolder(handle) error { return nil }
func sysSyncVolume(handle) error { return nil }

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

func dropCache(*os.File) error { return nil }

func sysSpace(d handle) (free, total, block int64, err error) {
	root, err := windows.UTF16PtrFromString(d.Name())
	if err != nil {
		return 0, 0, 0, err
	}
	var available, size, unused uint64
	if err := windows.GetDiskFreeSpaceEx(root, &available, &size, &unused); err != nil {
		return 0, 0, 0, err
	}
	// The cluster's size is not asked for; 32 KiB is the most that Windows formats FAT32 with.
	return int64(available), int64(size), 32 << 10, nil
}

func unsupported(err error) bool {
	return errors.Is(err, windows.ERROR_NOT_SUPPORTED) || errors.Is(err, windows.ERROR_INVALID_FUNCTION) ||
		errors.Is(err, windows.ERROR_INVALID_PARAMETER)
}

func unmoded(err error) bool { return unsupported(err) }

func fatal(err error) bool {
	for _, bad := range []error{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_WRITE_PROTECT,
		windows.ERROR_NOT_READY, windows.ERROR_IO_DEVICE, windows.ERROR_CRC, windows.ERROR_WRITE_FAULT,
		windows.ERROR_DISK_QUOTA_EXCEEDED, windows.ERROR_DEV_NOT_EXIST} {
		if errors.Is(err, bad) {
			return true
		}
	}
	return false
}

func readOnly(err error) error {
	if errors.Is(err, windows.ERROR_WRITE_PROTECT) || errors.Is(err, windows.ERROR_ACCESS_DENIED) {
		return errors.Join(ErrReadOnly, err)
	}
	return err
}
