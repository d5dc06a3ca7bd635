package lab

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// pieces counts in how many runs of blocks a file lies on its volume. Root may ask that, of volumes by the kernel's own
// drivers.
func pieces(file string) (int, error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	const fibmap, figetbsz = 1, 2 // linux/fs.h
	size, err := unix.IoctlGetInt(int(f.Fd()), figetbsz)
	if err != nil {
		return 0, err
	}
	runs, next := 0, int32(-1)
	for n := range (info.Size() + int64(size) - 1) / int64(size) {
		block := int32(n)
		if _, _, e := unix.Syscall(unix.SYS_IOCTL, f.Fd(), fibmap, uintptr(unsafe.Pointer(&block))); e != 0 {
			return 0, e
		}
		if block != next {
			runs++
		}
		next = block + 1
	}
	return runs, nil
}
