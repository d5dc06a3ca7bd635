package disk

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"

	"treaty/apply/volume"
)

const (
	volumeSyncIsWhole = false
	fileSyncName      = "file-sync"
)

func sysOpenForSync(d handle, name string) (*os.File, error) {
	return fileAt(d, name, windows.FILE_GENERIC_READ|windows.FILE_GENERIC_WRITE, shareAll, windows.FILE_OPEN)
}

func sysSyncFile(f *os.File) error { return f.Sync() }

// Folders can't be synced here: NTFS journals names, FAT writes them through.
func sysSyncFolder(handle) error { return nil }
func sysSyncVolume(handle) error { return nil }

func dropCache(*os.File) error { return nil }

var queryVolume = windows.NewLazySystemDLL("ntdll.dll").NewProc("NtQueryVolumeInformationFile")

// sysSpace asks the volume through the directory: a path may be too long, or stand for another by now.
func sysSpace(d handle) (volume.Space, error) {
	const fileFsSizeInformation = 3
	var size struct {
		Total, Free                    int64
		SectorsPerCluster, SectorBytes uint32
	}
	err := inDirectory(d, func(dir windows.Handle) error {
		var status windows.IO_STATUS_BLOCK
		result, _, _ := queryVolume.Call(uintptr(dir), uintptr(unsafe.Pointer(&status)), uintptr(unsafe.Pointer(&size)),
			unsafe.Sizeof(size), fileFsSizeInformation)
		if result != 0 {
			return errno(windows.NTStatus(result))
		}
		return nil
	})
	block := int64(size.SectorsPerCluster) * int64(size.SectorBytes)
	return volume.Space{Free: size.Free * block, Total: size.Total * block, Block: block}, err
}
